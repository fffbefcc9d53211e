import type { Duration } from '../../../src/base/duration.ts'
import { pageCache, untracked } from '../../../src/http/index.ts'
import type { Asked, Listener } from './client.ts'
import type { OpenSite } from './stage.ts'
import type { Sink, ViewCall } from './view.ts'

/** The page cache alone, in this process: no sockets, so that the order of steps is the order of everything. */
export function openOnCore(ttl: Duration = '0s'): OpenSite {
  return async ({ options, store, view }) => {
    const pages = pageCache(store, ttl, options)
    const next = async (request: Request): Promise<Response> => {
      return await new Promise((resolve, reject) => view(callOf(request, resolve, reject)))
    }
    return {
      send: (asked, listener) => void answer(pages, asked, listener, next),
      async close() {},
    }
  }
}

type Pages = ReturnType<typeof pageCache>

async function answer(
  pages: Pages,
  asked: Asked,
  listener: Listener,
  next: (request: Request) => Promise<Response>,
): Promise<void> {
  const { body = null, fields, method, signal, target } = asked
  const headers = new Headers()
  for (let index = 0; index + 1 < fields.length; index += 2) {
    headers.append(fields[index] as string, fields[index + 1] as string)
  }
  const host = headers.get('host') ?? 'site.test'
  try {
    const request = new Request(`http://${host}${target}`, { method, headers, body })
    const response = await pages(request, next)
    listener.head(response.status, [...response.headers].flat())
    const reader = response.body?.getReader()
    signal.addEventListener('abort', () => void reader?.cancel().catch(() => {}))
    for (;;) {
      const part = await reader?.read()
      if (part === undefined || part.done) break
      listener.chunk(Buffer.from(part.value))
    }
    listener.end(true)
  } catch {
    listener.end(false)
  }
}

function callOf(
  request: Request,
  resolve: (response: Response) => void,
  reject: (error: Error) => void,
): ViewCall {
  const { pathname, search } = new URL(request.url)
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined
  let left = false
  const sink: Sink = {
    // A response is all that a function returns.
    hint() {},
    head(status, statusText, fields) {
      const headers = new Headers()
      for (let index = 0; index + 1 < fields.length; index += 2) {
        headers.append(fields[index] as string, fields[index + 1] as string)
      }
      const bodiless = request.method === 'HEAD' || [204, 205, 304].includes(status)
      const body = bodiless
        ? null
        : new ReadableStream<Uint8Array>({
            start: (controller) => void (stream = controller),
            cancel: () => void (left = true),
          })
      resolve(new Response(body, { status, statusText, headers }))
    },
    write(bytes) {
      if (!left) stream?.enqueue(new Uint8Array(bytes))
    },
    end() {
      if (!left) stream?.close()
    },
    break() {
      const error = new Error('The view broke off.')
      if (stream === undefined) reject(error)
      else stream.error(error)
    },
  }
  return {
    method: request.method,
    target: pathname + search,
    // The scenario looks at them, not the view.
    fields: untracked(() => [...request.headers].flat()),
    read: (name) => request.headers.get(name) ?? undefined,
    body: request.text(),
    sink,
  }
}
