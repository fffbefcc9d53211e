// Hono, where a view returns its answer.
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { cachePage as cacheHono } from '../../../../src/http/adapters/hono/index.ts'
import { type App, type Made, onServer, sendable, type Setup } from './site.ts'

export function openHono({ compressed, options, store, view }: Setup): App {
  const app = new Hono()
  if (compressed) app.use(compress({ threshold: 0 }))
  app.all('*', cacheHono(store, '60s', options), async (c) => {
    const made = await view({ method: c.req.method, header: (name) => c.req.header(name) })
    const headers = new Headers()
    for (const [name, value] of made.fields ?? []) headers.append(name, value)
    const status = made.status ?? 200
    return new Response(status === 304 ? null : webBody(made), { status, headers })
  })
  app.onError((_error, c) => c.text('failed', 500))
  return onServer(getRequestListener(app.fetch))
}

function webBody(made: Made): string | Uint8Array<ArrayBuffer> | ReadableStream {
  const body = sendable(made.body)
  if (typeof body === 'string') return body
  if (Buffer.isBuffer(body)) return new Uint8Array(body)
  return ReadableStream.from(body) as ReadableStream
}
