// node:http and Express, where a view writes its answer.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { cachePage as cacheExpress, siteCache as siteExpress } from 'breakwater/express'
import { cachePage as cacheNode, siteCache as siteNode } from 'breakwater/node'
import express from 'express'
import type { Call, Made } from '../attack.ts'
import { cookiesOf } from '../cookies-of.ts'
import { freshCookie, PROFILE_NAMES, profileOf, signedIn } from '../profiles.ts'
import {
  type App,
  cachesOf,
  fieldOf,
  fieldsOf,
  grouped,
  onServer,
  optionsOf,
  parameter,
  sendable,
  type Setup,
} from './app.ts'

/** What the layers outside put on Node's request. */
export type Ambient = IncomingMessage & {
  user?: string
  session?: { readonly basket: string }
  cookies?: Record<string, string>
}

export function openNode(setup: Setup): App {
  const { view } = setup
  const bare = async (request: Ambient, response: ServerResponse): Promise<void> => {
    await write(response, await view(callOf(request)))
  }
  const handlers = new Map(
    PROFILE_NAMES.map((name) => {
      const { page, site } = cachesOf(name, setup, cacheNode, siteNode)
      const paged = page?.(bare) ?? bare
      return [name, site?.(paged) ?? paged]
    }),
  )
  return onServer(async (request: Ambient, response) => {
    outerLayers(request, response, request.url ?? '')
    try {
      await handlers.get(profileOf(request.url ?? ''))?.(request, response)
    } catch {
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end('failed')
    }
  })
}

export function openExpress(setup: Setup): App {
  const { store, view } = setup
  const app = express().set('env', 'test')
  app.use((req, res, next) => {
    outerLayers(req as IncomingMessage, res, req.originalUrl)
    next()
  })
  const answer: express.RequestHandler = async (req, res) => {
    await write(res, await view(expressCall(req)))
  }
  for (const name of PROFILE_NAMES) {
    const { page, site } = cachesOf(name, setup, cacheExpress, siteExpress)
    if (site) app.use(`/${name}`, site)
    app.all(`/${name}/*rest`, ...(page ? [page] : []), answer)
  }
  const cached = store ? [cacheExpress(store, '60s', optionsOf('plain', setup))] : []
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 waits for handlers.
  app.all('/*rest', ...cached, answer)
  app.use(((_error, _req, res, next) => {
    if (res.headersSent) next(_error)
    else res.status(500).end('failed')
  }) satisfies express.ErrorRequestHandler)
  return onServer(app as RequestListener)
}

/** A login, a parser of cookies and a session that sets its cookie, all outside the cache. */
export function outerLayers(request: Ambient, response: ServerResponse, url: string): void {
  const { cookie } = request.headers
  Object.assign(request, signedIn(cookie), { cookies: cookiesOf(cookie) })
  const profile = profileOf(url)
  if (profile === 'early') response.setHeader('Set-Cookie', freshCookie(cookie))
  if (profile !== 'rolling') return
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse
  response.writeHead = (...args: unknown[]): ServerResponse => {
    if (!response.headersSent) response.appendHeader('Set-Cookie', freshCookie(cookie))
    return writeHead(...args)
  }
}

function callOf(request: Ambient): Call {
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    header: (name) => fieldOf(request.headers, name),
    headers: () => fieldsOf(request.headers),
    cookie: (name) => request.cookies?.[name],
    query: (name) => parameter(request.url ?? '', name),
    host: () => request.headers.host ?? '',
    scheme: () => ('encrypted' in request.socket ? 'https' : 'http'),
    address: () => `${request.socket.remoteAddress}:${request.socket.remotePort}`,
    user: () => request.user,
    login: (user) => void Object.assign(request, { user }),
    session: () => request.session,
  }
}

export function expressCall(req: express.Request): Call {
  return {
    ...callOf(req as IncomingMessage),
    url: req.originalUrl,
    header: (name) => req.get(name),
    query: (name) => {
      const value = req.query[name]
      return value === undefined ? undefined : JSON.stringify(value)
    },
    host: () => req.host,
    scheme: () => req.protocol,
    address: () => String(req.ip),
  }
}

async function write(response: ServerResponse, made: Made): Promise<void> {
  const { by, fields, status = 200 } = made
  if (by === 'list') response.writeHead(status, (fields ?? []).flat())
  else if (by === 'writeHead') response.writeHead(status, Object.fromEntries(grouped(fields)))
  else {
    response.statusCode = status
    for (const [name, value] of grouped(fields)) response.setHeader(name, value)
  }
  const body = sendable(made.body)
  if (typeof body === 'string' || Buffer.isBuffer(body)) response.end(body)
  else await pipeline(body, response)
}
