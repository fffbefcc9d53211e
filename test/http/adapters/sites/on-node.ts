// node:http and Express, where a view writes its answer.
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import compression from 'compression'
import express from 'express'
import { cachePage as cacheExpress } from '../../../../src/http/adapters/express/index.ts'
import { cachePage as cacheNode } from '../../../../src/http/adapters/node/index.ts'
import { type App, grouped, type Made, onServer, sendable, type Setup } from './site.ts'

export function openNode({ compressed, options, store, view }: Setup): App {
  const pages = cacheNode(store, '60s', options)
  const cached = pages(async (request, response) => {
    const header = (name: string): string | undefined => request.headers[name] as string
    await write(
      response,
      await view({ method: request.method ?? '', header, explain: () => pages.explain(request) }),
    )
  })
  const answer = async (...[request, response]: Parameters<typeof cached>): Promise<void> => {
    try {
      await cached(request, response)
    } catch {
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end('failed')
    }
  }
  const compress = compression({ threshold: 0 })
  return onServer((request, response) => {
    if (!compressed) return void answer(request, response)
    compress(request as never, response as never, () => void answer(request, response))
  })
}

export function openExpress({ compressed, options, store, view }: Setup): App {
  const app = express().set('env', 'test')
  if (compressed) app.use(compression({ threshold: 0 }))
  const pages = cacheExpress(store, '60s', options)
  const answer: express.RequestHandler = async (req, res) => {
    const header = (name: string): string | undefined => req.get(name)
    const made = await view({ method: req.method, header, explain: () => pages.explain(req) })
    await write(res, made)
  }
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 waits for handlers.
  app.all('/*rest', pages, answer)
  app.use(((_error, _req, res, next) => {
    if (res.headersSent) next(_error)
    else res.status(500).end('failed')
  }) satisfies express.ErrorRequestHandler)
  return onServer(app)
}

async function write(response: ServerResponse, made: Made): Promise<void> {
  response.statusCode = made.status ?? 200
  for (const [name, value] of grouped(made.fields)) response.setHeader(name, value)
  const body = sendable(made.body)
  if (typeof body === 'string' || Buffer.isBuffer(body)) response.end(body)
  else await pipeline(body, response)
}
