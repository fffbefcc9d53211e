// A cache around a whole site among what such sites are made of: mounted applications, static files, sessions, plugins.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import express, { type RequestHandler } from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  neverCache as neverExpress,
  siteCache as siteExpress,
} from '../../../src/http/adapters/express/index.ts'
import {
  cachePage as cacheFastify,
  siteCache as siteFastify,
} from '../../../src/http/adapters/fastify/index.ts'
import { siteCache as siteHono } from '../../../src/http/adapters/hono/index.ts'
import { siteCache as siteKoa } from '../../../src/http/adapters/koa/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'
import { type App, type Got, onServer, Site } from './sites/site.ts'

let clock: FakeClock
let store: CachedPages
let site: Site | undefined
let views: number

beforeEach(() => {
  clock = new FakeClock()
  store = new CachedPages(clock)
  views = 0
})

afterEach(async () => {
  await site?.close()
  site = undefined
  await store.close()
})

const told = () => ({ clock, cacheStatus: true })

async function open(app: App): Promise<void> {
  site = await Site.open(app)
}

async function ask(path: string, headers: Record<string, string> = {}): Promise<Got> {
  const got = await (site as Site).get(path, { headers })
  await store.quiet()
  return got
}

async function texts(...paths: string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) found.push((await ask(path)).body.toString())
  return found
}

describe('siteCache on Express', () => {
  const view: RequestHandler = (req, res) => {
    res.type('text').send(`${req.baseUrl}${req.path} ${++views}`)
  }

  it('keeps the pages of mounted applications apart, and leaves out what is beneath a path of one', async () => {
    const [blog, shop] = [express().use(view), express().use(view)]
    const app = express().use(siteExpress(store, '60s', { ...told(), except: ['/blog/drafts'] }))
    await open(onServer(app.use('/blog', blog).use('/shop', shop)))

    expect(await texts('/blog/a', '/shop/a', '/blog/a', '/shop/a')).toEqual([
      '/blog/a 1',
      '/shop/a 2',
      '/blog/a 1',
      '/shop/a 2',
    ])
    expect(await texts('/blog/drafts/1', '/blog/Drafts/1', '/blog//drafts/1')).toEqual([
      '/blog/drafts/1 3',
      '/blog/Drafts/1 4',
      '/blog//drafts/1 5',
    ])
  })

  it('lets a router opt out as a whole', async () => {
    const app = express().use(siteExpress(store, '60s', told()))
    app.use('/account', neverExpress(), express.Router().use(view))
    await open(onServer(app))

    expect(await texts('/account/a', '/account/a')).toEqual(['/account/a 1', '/account/a 2'])
  })

  describe('with static files', () => {
    let folder: string
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251))

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'breakwater-site-'))
      await writeFile(join(folder, 'picture.bin'), bytes)
    })
    afterEach(async () => {
      await rm(folder, { recursive: true, force: true })
    })

    it.each([0, 600_000])(
      'of a lifetime of %i ms sends them whole, in part and not at all',
      async (maxAge) => {
        const app = express().use(siteExpress(store, '60s', told()))
        await open(onServer(app.use(express.static(folder, { maxAge }))))

        for (let round = 0; round < 3; round++) {
          const whole = await ask('/picture.bin')
          expect([whole.status, whole.body.equals(bytes)]).toEqual([200, true])
          const etag = whole.field('etag') as string
          expect((await ask('/picture.bin', { 'if-none-match': etag })).status).toBe(304)
          const part = await ask('/picture.bin', { range: 'bytes=10-19' })
          const expected = part.status === 206 ? bytes.subarray(10, 20) : bytes
          expect(part.body.equals(expected)).toBe(true)
        }
        expect((await ask('/none.bin')).status).toBe(404)
      },
    )
  })

  describe.each(['before', 'after'])('with sessions %s it', (place) => {
    const sessions = new Map([
      ['a', 'ann'],
      ['b', 'bob'],
    ])
    const session: RequestHandler = (req, res, next) => {
      const id = /sid=(\w)/.exec(req.headers.cookie ?? '')?.[1] ?? ''
      Object.assign(req, { session: { name: sessions.get(id) ?? 'nobody' } })
      if (id === '') res.setHeader('Set-Cookie', `sid=new${++views}`)
      next()
    }

    it('never shows one visitor’s page or cookie to another', async () => {
      const layers = [siteExpress(store, '60s', told()), session]
      const app = express().use(place === 'before' ? layers.toReversed() : layers)
      app.use((req, res) => {
        const { name } = (req as unknown as { session: { name: string } }).session
        res.type('text').send(`for ${name}`)
      })
      await open(onServer(app))
      const cookies = new Set<string | undefined>()

      for (let round = 0; round < 3; round++) {
        expect((await ask('/', { cookie: 'sid=a' })).body.toString()).toBe('for ann')
        expect((await ask('/', { cookie: 'sid=b' })).body.toString()).toBe('for bob')
        const fresh = await ask('/')
        expect(fresh.body.toString()).toBe('for nobody')
        cookies.add(fresh.field('set-cookie'))
      }

      expect(cookies.size).toBe(3)
    })
  })
})

describe('siteCache on Fastify', () => {
  it('is for the plugins that follow and for all routes beside it, whoever is found out however late', async () => {
    const app = fastify()
    app.decorateRequest('user', null)
    app.get('/root', () => `root ${++views}`)
    await app.register(
      siteFastify(store, '60s', {
        ...told(),
        user: (request) => (request as unknown as { user: string | null }).user,
      }),
    )
    await app.register(
      async (inner) => {
        inner.get('/a', () => `inner ${++views}`)
      },
      { prefix: '/plugin' },
    )
    app.addHook('onRequest', async (request) => {
      const bag = request as unknown as Record<string, unknown>
      bag['user'] = request.headers['x-user'] ?? null
    })
    await app.ready()
    await app.listen({ port: 0, host: '127.0.0.1' })
    await open({ server: app.server, close: () => app.close() })

    expect(await texts('/root', '/plugin/a', '/root', '/plugin/a')).toEqual([
      'root 1',
      'inner 2',
      'root 1',
      'inner 2',
    ])
    expect((await ask('/root', { 'x-user': 'ann' })).body.toString()).toBe('root 3')
    expect((await ask('/root', { 'x-user': 'ann' })).body.toString()).toBe('root 3')
    expect((await ask('/none')).status).toBe(404)
  })

  it('registered by a plugin stays with it', async () => {
    const app = fastify()
    await app.register(async (inner) => {
      await inner.register(siteFastify(store, '60s', told()))
      inner.get('/in', () => `in ${++views}`)
    })
    app.get('/out', () => `out ${++views}`)
    await app.ready()
    await app.listen({ port: 0, host: '127.0.0.1' })
    await open({ server: app.server, close: () => app.close() })

    expect(await texts('/in', '/in', '/out', '/out')).toEqual(['in 1', 'in 1', 'out 2', 'out 3'])
  })

  it('leaves its route what allowQuery of the route hides', async () => {
    const app = fastify()
    await app.register(siteFastify(store, '60s', told()))
    const preHandler = cacheFastify(store, '60s', { clock, allowQuery: ['page'] })
    app.get('/a', { preHandler }, (request) => `${JSON.stringify(request.query)} ${++views}`)
    await app.ready()
    await app.listen({ port: 0, host: '127.0.0.1' })
    await open({ server: app.server, close: () => app.close() })

    const [first, second] = await texts('/a?page=1&utm=2', '/a?page=1&utm=3')

    expect(first).toBe(second)
  })
})

describe('siteCache on Koa', () => {
  it('keeps the pages of mounted applications apart by the whole path', async () => {
    const app = new Koa()
    app.use(siteKoa(store, '60s', { ...told(), except: ['/shop/cart'] }))
    app.use(async (ctx, next) => {
      // As mounting layers do it.
      const { path } = ctx
      ctx.path = path.replace(/^\/(?:blog|shop)/, '')
      await next()
      ctx.path = path
    })
    app.use((ctx) => {
      ctx.type = 'text'
      ctx.body = `${ctx.path} of ${ctx.originalUrl} ${++views}`
    })
    await open(onServer(app.callback()))

    expect(await texts('/blog/a', '/shop/a', '/blog/a')).toEqual([
      '/a of /blog/a 1',
      '/a of /shop/a 2',
      '/a of /blog/a 1',
    ])
    expect(await texts('/shop/cart', '/shop/cart')).toEqual([
      '/cart of /shop/cart 3',
      '/cart of /shop/cart 4',
    ])
  })
})

describe('siteCache on Hono', () => {
  it('keeps the pages of routed applications, none of one that got a copy of the request, and sends static files whole', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'breakwater-site-'))
    await writeFile(join(folder, 'a.txt'), 'a file')
    const blog = new Hono().get('/a', (c) => c.text(`blog ${++views}`))
    const app = new Hono()
    app.use('*', siteHono(store, '60s', told()))
    app.route('/blog', blog)
    app.mount('/old', (request) => new Response(`${new URL(request.url).pathname} ${++views}`))
    app.use('/files/*', serveStatic({ root: folder, rewriteRequestPath: (path) => path.slice(6) }))
    await open(onServer(getRequestListener(app.fetch)))

    expect(await texts('/blog/a', '/blog/a', '/old/a', '/old/a')).toEqual([
      'blog 1',
      'blog 1',
      '/a 2',
      // Hono's mount copies the request, every header of it.
      '/a 3',
    ])
    expect(await texts('/files/a.txt', '/files/a.txt')).toEqual(['a file', 'a file'])
    expect((await ask('/none')).status).toBe(404)
    await rm(folder, { recursive: true, force: true })
  })
})
