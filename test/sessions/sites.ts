// The same small site with a login on every framework: what the contract of the adapters is tested on.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { getRequestListener } from '@hono/node-server'
import { expressSessions } from 'breakwater/sessions/express'
import { fastifySessions } from 'breakwater/sessions/fastify'
import { honoSessions, sessions, type SessionVariables } from 'breakwater/sessions/hono'
import { koaSessions } from 'breakwater/sessions/koa'
import type { SessionStore } from 'breakwater/sessions'
import express, { type RequestHandler } from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { type Session, sessionMiddleware } from 'hono-sessions'
import Koa from 'koa'
import koaSession from 'koa-session'

// Its types would say what `request.session` is for every other test, too.
const require = createRequire(import.meta.url)
const expressSession = require('express-session') as {
  (options: object): RequestHandler
  Store: abstract new () => object
}

type ExpressSession = Record<string, unknown> &
  Record<'regenerate' | 'destroy', (told: (error: unknown) => void) => void>

export interface Site {
  readonly port: number
  /** The name of its cookie. */
  readonly cookie: string
  /** What a request is answered whose session has ended meanwhile. Express has sent its answer by then. */
  readonly whenEnded: 200 | 400
  stop(): Promise<void>
}

export interface SiteParts {
  readonly store: SessionStore
  readonly maxAgeMs: number
  readonly secure?: boolean
  /** What `/slow` waits for before it sets its name. */
  readonly gate: () => Promise<void>
}

export const SECRET = 'a secret of thirty-two letters, or more'

async function listening(listener: RequestListener): Promise<Server> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function siteOf(
  listener: RequestListener,
  cookie: string,
  whenEnded: Site['whenEnded'] = 400,
): Promise<Site> {
  const server = await listening(listener)
  return {
    port: (server.address() as AddressInfo).port,
    cookie,
    whenEnded,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

type Bag = Record<string, unknown>

/** Without the library's own names. */
function shown(bag: object): Bag {
  const names = Object.keys(bag).filter((name) => name !== 'cookie' && name !== '~breakwater')
  return Object.fromEntries(names.map((name) => [name, (bag as Bag)[name]]))
}

async function onExpress({ store, maxAgeMs, secure, gate }: SiteParts): Promise<Site> {
  const app = express()
  app.set('trust proxy', true)
  app.use(
    expressSession({
      store: expressSessions(expressSession, store),
      secret: SECRET,
      resave: false,
      saveUninitialized: false,
      rolling: true,
      cookie: { maxAge: maxAgeMs, sameSite: 'lax', secure: secure === true },
    }),
  )
  const sessionOf = (req: object): ExpressSession => (req as { session: ExpressSession }).session
  app.post('/login', (req, res, next) => {
    const kept = shown(sessionOf(req))
    sessionOf(req).regenerate((error) => {
      if (error !== null && error !== undefined) return next(error)
      Object.assign(sessionOf(req), kept, { user: req.query['user'] })
      res.json({})
    })
  })
  app.post('/logout', (req, res, next) =>
    sessionOf(req).destroy((error) => {
      if (error !== null && error !== undefined) next(error)
      else res.json({})
    }),
  )
  app.get('/me', (req, res) => void res.json({ user: sessionOf(req)['user'] ?? null }))
  app.get('/all', (req, res) => void res.json(shown(sessionOf(req))))
  app.get('/slow', (req, res, next) => {
    gate().then(() => {
      sessionOf(req)[req.query['name'] as string] = req.query['value']
      res.json({})
    }, next)
  })
  app.use(((error: { status?: number }, _req, res, next) => {
    if (res.headersSent) return next(error)
    return res.status(error.status ?? 500).json({})
  }) as express.ErrorRequestHandler)
  return await siteOf(app, 'connect.sid', 200)
}

/* oxlint-disable oxc/no-async-endpoint-handlers -- Fastify waits for handlers. */
async function onFastify({ store, maxAgeMs, secure, gate }: SiteParts): Promise<Site> {
  const server = fastify({ trustProxy: true })
  server.register(fastifyCookie)
  server.register(fastifySession, {
    store: fastifySessions(store),
    secret: SECRET,
    saveUninitialized: false,
    cookie: { maxAge: maxAgeMs, sameSite: 'lax', secure: secure === true },
  })
  const bagOf = (request: { session: unknown }): Bag => request.session as Bag
  server.post('/login', async (request) => {
    const session = request.session as unknown as { regenerate(names: string[]): Promise<void> }
    await session.regenerate(Object.keys(shown(request.session)))
    bagOf(request)['user'] = (request.query as Bag)['user']
    return {}
  })
  server.post('/logout', async (request) => {
    await request.session.destroy()
    return {}
  })
  server.get('/me', async (request) => ({ user: bagOf(request)['user'] ?? null }))
  server.get('/all', async (request) => shown(request.session))
  server.get('/slow', async (request) => {
    await gate()
    const { name, value } = request.query as Bag
    bagOf(request)[String(name)] = value
    return {}
  })
  await server.ready()
  return await siteOf((request, response) => server.routing(request, response), 'sessionId')
}

/* oxlint-enable oxc/no-async-endpoint-handlers */
async function onKoa({ store, maxAgeMs, secure, gate }: SiteParts): Promise<Site> {
  const app = new Koa()
  app.proxy = true
  app.silent = true
  app.keys = [SECRET]
  app.use(
    koaSession(
      {
        store: koaSessions(store),
        maxAge: maxAgeMs,
        rolling: true,
        sameSite: 'lax',
        secure: secure === true,
      },
      app as never,
    ) as never,
  )
  app.use(async (ctx) => {
    const { query } = ctx
    const bag = ctx['session'] as Bag & { regenerate(): Promise<void> }
    ctx.body = {}
    switch (ctx.path) {
      case '/login':
        await bag.regenerate()
        ;(ctx['session'] as Bag)['user'] = query['user']
        return
      case '/logout':
        ctx['session'] = null
        return
      case '/me':
        ctx.body = { user: bag['user'] ?? null }
        return
      case '/all':
        ctx.body = (bag as unknown as { toJSON(): object }).toJSON()
        return
      default:
        await gate()
        ;(bag as Bag)[String(query['name'])] = query['value']
    }
  })
  return await siteOf((...parts) => void app.callback()(...parts), 'koa.sess')
}

async function onHono({ store, maxAgeMs, secure, gate }: SiteParts): Promise<Site> {
  const app = new Hono<{ Variables: SessionVariables }>()
  app.use(
    sessions(store, {
      secret: SECRET,
      cookie: { maxAge: { milliseconds: maxAgeMs }, secure: secure === true },
    }),
  )
  app.onError((error, c) => {
    const { status = 500 } = error as { status?: number }
    return c.json({}, status as 500)
  })
  app.post('/login', async (c) => {
    const session = c.get('session')
    await session.regenerate()
    session.set('user', c.req.query('user'))
    return c.json({})
  })
  app.post('/logout', async (c) => {
    await c.get('session').destroy()
    return c.json({})
  })
  app.get('/me', (c) => c.json({ user: c.get('session').get('user') ?? null }))
  app.get('/all', (c) => c.json(c.get('session').all()))
  app.get('/slow', async (c) => {
    await gate()
    c.get('session').set(String(c.req.query('name')), c.req.query('value'))
    return c.json({})
  })
  return await siteOf((...parts) => void getRequestListener(app.fetch)(...parts), 'session')
}

async function onHonoSessions({ store, maxAgeMs, secure, gate }: SiteParts): Promise<Site> {
  const app = new Hono<{
    Variables: { session: Session<Bag>; session_key_rotation: boolean }
  }>()
  app.use(
    sessionMiddleware({
      store: honoSessions(store),
      encryptionKey: SECRET,
      expireAfterSeconds: maxAgeMs / 1000,
      cookieOptions: {
        sameSite: 'Lax',
        path: '/',
        httpOnly: true,
        secure: secure === true,
        maxAge: maxAgeMs / 1000,
      },
    }) as never,
  )
  app.post('/login', (c) => {
    c.set('session_key_rotation', true)
    c.get('session').set('user', c.req.query('user'))
    return c.json({})
  })
  app.post('/logout', (c) => {
    c.get('session').deleteSession()
    return c.json({})
  })
  app.get('/me', (c) => c.json({ user: c.get('session').get('user') }))
  app.get('/all', (c) => {
    const entries = Object.entries(c.get('session').getCache()._data)
    return c.json(Object.fromEntries(entries.map(([name, { value }]) => [name, value as unknown])))
  })
  app.get('/slow', async (c) => {
    await gate()
    c.get('session').set(String(c.req.query('name')), c.req.query('value'))
    return c.json({})
  })
  return await siteOf((...parts) => void getRequestListener(app.fetch)(...parts), 'session')
}

export const SITES: readonly (readonly [string, (parts: SiteParts) => Promise<Site>])[] = [
  ['express-session', onExpress],
  ['@fastify/session', onFastify],
  ['koa-session', onKoa],
  ['Hono', onHono],
  ['hono-sessions', onHonoSessions],
]
