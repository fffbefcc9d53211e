// node:http and Express, where a view writes its answer.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import compression from 'compression'
import express from 'express'
import * as expressWords from '../../../../src/http/adapters/express/index.ts'
import * as nodeWords from '../../../../src/http/adapters/node/index.ts'
import { onHttp2 } from './http2.ts'
import {
  type App,
  explainWith,
  grouped,
  layersOf,
  type Made,
  onServer,
  sendable,
  type Setup,
  siteOf,
} from './site.ts'

export function openNode(setup: Setup): App {
  return onServer(listenerOf(setup))
}

/** The same on a server of node:http2, without TLS. */
export function openHttp2(setup: Setup): App {
  return onHttp2(listenerOf(setup))
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

function listenerOf(setup: Setup): Listener {
  const { compressed, view } = setup
  const layers = layersOf(nodeWords, setup)
  const site = siteOf(nodeWords, setup)
  if (site !== undefined) layers.unshift(site)
  const cached = layers.reduceRight<nodeWords.NodeHandler>(
    (inner, layer) => layer(inner),
    async (request, response) => {
      const header = (name: string): string | undefined => request.headers[name] as string
      const explain = explainWith(layers, request)
      await write(response, await view({ method: request.method ?? '', header, explain }))
    },
  )
  const answer = async (...[request, response]: Parameters<typeof cached>): Promise<void> => {
    try {
      await cached(request, response)
    } catch {
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end('failed')
    }
  }
  const compress = compression({ threshold: 0 })
  return (request, response) => {
    if (!compressed) return void answer(request, response)
    compress(request as never, response as never, () => void answer(request, response))
  }
}

export function openExpress(setup: Setup): App {
  const { compressed, view } = setup
  const site = siteOf(expressWords, setup)
  const app = express().set('env', 'test')
  if (compressed) app.use(compression({ threshold: 0 }))
  if (site !== undefined) app.use(site)
  const layers = layersOf(expressWords, setup)
  const answer: express.RequestHandler = async (req, res) => {
    const header = (name: string): string | undefined => req.get(name)
    const made = await view({ method: req.method, header, explain: explainWith(layers, req) })
    await write(res, made)
  }
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 waits for handlers.
  app.all('/*rest', layers, answer)
  app.use(((_error, _req, res, next) => {
    if (res.headersSent) next(_error)
    else res.status(500).end('failed')
  }) satisfies express.ErrorRequestHandler)
  return onServer(app)
}

async function write(response: ServerResponse, made: Made): Promise<void> {
  response.statusCode = made.status ?? 200
  if (made.reason !== undefined) response.statusMessage = made.reason
  for (const [name, value] of grouped(made.fields)) response.setHeader(name, value)
  const body = sendable(made.body)
  if (typeof body === 'string' || Buffer.isBuffer(body)) response.end(body)
  else await pipeline(body, response)
}
