// Users and sessions where the layers of each framework put them.
import fastify from 'fastify'
import { H3, toNodeHandler } from 'h3'
import Koa from 'koa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachePage as cacheFastify } from '../../../src/http/adapters/fastify/index.ts'
import { cachePage as cacheH3 } from '../../../src/http/adapters/h3/index.ts'
import { cachePage as cacheKoa } from '../../../src/http/adapters/koa/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'
import { type App, onServer, Site } from './sites/site.ts'

interface Setup {
  readonly store: CachedPages
  readonly clock: FakeClock
  /** What a layer found out from the header X-User, which no key knows of. */
  readonly find: (name: string | undefined) => unknown
  readonly where: 'user' | 'session'
}

function openKoa({ clock, find, store, where }: Setup): App {
  const app = new Koa()
  app.use(async (ctx, next) => {
    ctx.state[where] = find(ctx.get('x-user') || undefined)
    await next()
  })
  app.use(cacheKoa(store, '60s', { clock, cacheStatus: true }))
  app.use((ctx) => {
    ctx.type = 'text'
    ctx.body = `for ${JSON.stringify(ctx.state[where] ?? null)}`
  })
  return onServer(app.callback())
}

/** As session layers for Koa do it: made when it is asked for, and for good. */
function openKoaFixed({ clock, find, store, where }: Setup): App {
  const app = new Koa()
  app.use(async (ctx, next) => {
    const found = find(ctx.get('x-user') || undefined)
    Object.defineProperty(ctx, where, { get: () => found })
    await next()
  })
  app.use(cacheKoa(store, '60s', { clock, cacheStatus: true }))
  app.use((ctx) => {
    ctx.type = 'text'
    ctx.body = `for ${JSON.stringify((ctx as unknown as Record<string, unknown>)[where] ?? null)}`
  })
  return onServer(app.callback())
}

async function openFastify({ clock, find, store, where }: Setup): Promise<App> {
  const app = fastify()
  app.decorateRequest(where, null)
  app.addHook('onRequest', async (request) => {
    const bag = request as unknown as Record<string, unknown>
    bag[where] = find(request.headers['x-user'] as string | undefined)
  })
  app.get(
    '/',
    { preHandler: cacheFastify(store, '60s', { clock, cacheStatus: true }) },
    (request) => {
      return `for ${JSON.stringify((request as unknown as Record<string, unknown>)[where] ?? null)}`
    },
  )
  await app.ready()
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { server: app.server, close: () => app.close() }
}

/** What a layer shares is in the event's context, which is the request's, too. */
function openH3({ clock, find, store, where }: Setup): App {
  const app = new H3()
  app.use((event) => {
    const bag = event.context as Record<string, unknown>
    bag[where] = find(event.req.headers.get('x-user') ?? undefined)
  })
  app.use(cacheH3(store, '60s', { clock, cacheStatus: true }))
  app.get('/', (event) => {
    const bag = event.req.context as Record<string, unknown>
    return `for ${JSON.stringify(bag[where] ?? null)}`
  })
  return onServer(toNodeHandler(app))
}

describe.each<readonly [string, (setup: Setup) => App | Promise<App>]>([
  ['Koa, in its state', openKoa],
  ['Koa, fixed on its context', openKoaFixed],
  ['Fastify', openFastify],
  ['h3', openH3],
])('what a layer has found out, on %s', (_, open) => {
  let store: CachedPages
  let clock: FakeClock
  let site: Site

  beforeEach(() => {
    clock = new FakeClock()
    store = new CachedPages(clock)
  })
  afterEach(async () => {
    await site.close()
    await store.close()
  })

  async function see(headers: Record<string, string>): Promise<string> {
    const got = await site.get('/', { headers })
    await store.quiet()
    return got.body.toString()
  }

  it('a page whose view reads the user is kept for nobody alone', async () => {
    site = await Site.open(
      await open({ store, clock, where: 'user', find: (name) => name && { name } }),
    )

    for (let round = 0; round < 3; round++) {
      expect(await see({ 'x-user': 'ann' })).toBe('for {"name":"ann"}')
      expect(await see({})).toBe('for null')
      expect(await see({ 'x-user': 'bob' })).toBe('for {"name":"bob"}')
    }
  })

  it('a page whose view reads the session is kept by cookie', async () => {
    const sessions = new Map([
      ['ann', { cart: 1 }],
      ['bob', { cart: 2 }],
    ])
    site = await Site.open(
      await open({ store, clock, where: 'session', find: (name) => sessions.get(name ?? '') }),
    )

    for (let round = 0; round < 3; round++) {
      expect(await see({ 'x-user': 'ann', cookie: 'sid=a' })).toBe('for {"cart":1}')
      expect(await see({ 'x-user': 'bob', cookie: 'sid=b' })).toBe('for {"cart":2}')
    }
  })
})

describe('what a framework has worked out before the cache is asked', () => {
  it('is not shown to others: the parameters that Fastify has parsed and the route does not allow', async () => {
    const clock = new FakeClock()
    const store = new CachedPages(clock)
    const app = fastify()
    const preHandler = cacheFastify(store, '60s', { clock, allowQuery: ['page'] })
    app.get('/', { preHandler }, (request) => JSON.stringify(request.query))
    await app.listen({ port: 0, host: '127.0.0.1' })
    const site = await Site.open({ server: app.server, close: () => app.close() })

    const evil = await site.get('/?evil=1&page=2&page[]=3&__proto__=4')
    await store.quiet()
    const honest = await site.get('/?page=2&page[]=3')

    expect(evil.body.toString()).toBe('{"page":"2","page[]":"3"}')
    expect(honest.body.toString()).toBe('{"page":"2","page[]":"3"}')
    await site.close()
    await store.close()
  })

  it('is not shown to others: the address that Koa remembers', async () => {
    const clock = new FakeClock()
    const store = new CachedPages(clock)
    const app = new Koa()
    app.use(async (ctx, next) => {
      // As a proxy's word would; Koa remembers what was asked first.
      ctx.request.ip = ctx.get('x-from')
      await next()
    })
    app.use(cacheKoa(store, '60s', { clock }))
    app.use((ctx) => {
      ctx.body = `from ${ctx.ip}`
    })
    const site = await Site.open(onServer(app.callback()))
    const from = async (address: string): Promise<string> => {
      const got = await site.get('/', { headers: { 'x-from': address } })
      await store.quiet()
      return got.body.toString()
    }

    expect([await from('::1'), await from('::2')]).toEqual(['from ::1', 'from ::2'])
    await site.close()
    await store.close()
  })
})
