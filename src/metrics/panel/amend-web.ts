import { Buffer } from 'node:buffer'
import { Injector } from './injector.ts'
import type { ResolvedPanel } from './options.ts'
import { FIELDS_OF_THE_BODY, nonceForPage, NOT_STORED } from './page-fields.ts'
import { panelHtml } from './panel-html.ts'
import type { Recording } from './recording.ts'
import { serverTiming } from './server-timing.ts'

/** The response, telling what its request asked of caches. */
export function amendWeb(
  request: Request,
  response: Response,
  recording: Recording,
  { inject, serverTiming: tells }: Pick<ResolvedPanel, 'inject' | 'serverTiming'>,
): Response {
  const { status, statusText } = response
  recording.status = status
  // Such as 101, which cannot be made anew.
  if (status < 200) {
    recording.finish()
    return response
  }
  const headers = new Headers(response.headers)
  if (tells) headers.append('Server-Timing', serverTiming(recording.read()))
  const all = (name: string): readonly string[] => {
    const value = headers.get(name)
    return value === null ? [] : [value]
  }
  const nonce = inject ? nonceForPage({ method: request.method, status, all }) : undefined
  if (nonce === undefined || response.body === null) {
    recording.finish()
    return new Response(response.body, { status, statusText, headers })
  }
  for (const name of FIELDS_OF_THE_BODY) headers.delete(name)
  headers.set('Cache-Control', NOT_STORED)
  const injector = new Injector(() => panelHtml(recording.read(), nonce))
  const through = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const ready = injector.push(Buffer.from(chunk))
      if (ready.length > 0) controller.enqueue(ready)
    },
    flush(controller) {
      controller.enqueue(injector.end())
      recording.finish()
    },
  })
  return new Response(response.body.pipeThrough(through), { status, statusText, headers })
}
