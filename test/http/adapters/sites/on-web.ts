// Hono, where a view returns its answer.
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { cachePage as cacheHono } from '../../../../src/http/adapters/hono/index.ts'
import { type App, type Made, onServer, sendable, type Setup } from './site.ts'

export function openHono({ compressed, options, store, view }: Setup): App {
  const app = new Hono()
  if (compressed) app.use(compress({ threshold: 0 }))
  const pages = cacheHono(store, '60s', options)
  app.all('*', pages, async (c) => {
    const header = (name: string): string | undefined => c.req.header(name)
    const made = await view({ method: c.req.method, header, explain: () => pages.explain(c) })
    const headers = new Headers()
    for (const [name, value] of made.fields ?? []) headers.append(name, value)
    return new Response(webBody(made), { status: made.status ?? 200, headers })
  })
  app.onError((_error, c) => c.text('failed', 500))
  // h3, which a suite may open in the same process, fails with another Response in the platform's place.
  return onServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
}

function webBody(made: Made): string | Uint8Array<ArrayBuffer> | ReadableStream {
  const body = sendable(made.body)
  if (typeof body === 'string') return body
  if (Buffer.isBuffer(body)) return new Uint8Array(body)
  return ReadableStream.from(body) as ReadableStream
}
