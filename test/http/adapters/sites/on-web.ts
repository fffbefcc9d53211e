// Hono, where a view returns its answer.
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import * as words from '../../../../src/http/adapters/hono/index.ts'
import {
  type App,
  explainWith,
  layersOf,
  type Made,
  onServer,
  sendable,
  type Setup,
  siteOf,
} from './site.ts'

export function openHono(setup: Setup): App {
  const { compressed, view } = setup
  const site = siteOf(words, setup)
  const app = new Hono()
  if (compressed) app.use(compress({ threshold: 0 }))
  if (site !== undefined) app.use('*', site)
  const layers = layersOf(words, setup)
  for (const layer of layers) app.use('*', layer)
  app.all('*', async (c) => {
    const header = (name: string): string | undefined => c.req.header(name)
    const made = await view({ method: c.req.method, header, explain: explainWith(layers, c) })
    const headers = new Headers()
    for (const [name, value] of made.fields ?? []) headers.append(name, value)
    const { reason: statusText = '', status = 200 } = made
    const body = status === 304 || status === 204 ? null : webBody(made)
    return new Response(body, { status, statusText, headers })
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
