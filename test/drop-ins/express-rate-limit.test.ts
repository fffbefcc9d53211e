// The ground of express-rate-limit's tests of its own store, and what a shared one has to do besides. docs/drop-ins/
// express-rate-limit.md says which is which.
import { execFile } from 'node:child_process'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import express from 'express'
import { rateLimit, type Options, type RateLimitRequestHandler } from 'express-rate-limit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rateLimitStore } from 'breakwater/express-rate-limit'
import type { Cache } from '../../src/cache/cache.ts'
import type { TestedStore } from '../cache/stores.ts'
import { startRedis } from '../servers/redis.ts'
import { away } from './away.ts'
import { opened, STORES } from './stores.ts'

const MINUTE = 60_000
const PROGRAM = join(import.meta.dirname, '../../.build/test/programs/rate-limited.js')

/** A site behind a limiter. `/bad` fails. */
class Site implements AsyncDisposable {
  readonly limiter: RateLimitRequestHandler
  readonly errors: unknown[] = []
  readonly #server: Server

  constructor(options: Partial<Options>) {
    this.limiter = rateLimit({
      legacyHeaders: false,
      standardHeaders: 'draft-7',
      keyGenerator: () => 'client',
      logger: { warn: () => {}, error: () => {} },
      ...options,
    })
    const app = express()
    app.use(this.limiter)
    app.get('/bad', (_, response) => void response.status(500).end())
    app.get('/', (_, response) => void response.end('served'))
    app.use(((error, _, response, __) => {
      this.errors.push(error)
      response.status(503).end()
    }) satisfies express.ErrorRequestHandler)
    this.#server = app.listen(0)
  }

  async get(path = '/'): Promise<Response> {
    const { port } = this.#server.address() as AddressInfo
    return await fetch(`http://127.0.0.1:${port}${path}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await promisify((done: () => void) => this.#server.close(done))()
  }
}

describe.each(STORES)('rateLimitStore, on %s', (name, start) => {
  let tested: TestedStore
  let cache: Cache

  const open = (prefix?: string, windowMs = MINUTE): ReturnType<typeof rateLimitStore> => {
    const store = rateLimitStore(cache, prefix === undefined ? {} : { prefix })
    store.init({ windowMs })
    return store
  }

  beforeAll(async () => {
    tested = await start()
  })
  beforeEach(async () => {
    cache = await opened(tested)
  })
  afterEach(async () => {
    await tested.renew()
  })
  afterAll(async () => {
    await tested.stop()
  })

  it('counts the first hit as one, and says when its window ends', async () => {
    const before = Date.now()
    const { totalHits, resetTime } = await open().increment('client')

    expect(totalHits).toBe(1)
    expect(resetTime.getTime()).toBeGreaterThanOrEqual(before + MINUTE)
    expect(resetTime.getTime()).toBeLessThanOrEqual(Date.now() + MINUTE)
  })

  it('counts each hit more, in a window whose end stays', async () => {
    const store = open()
    const first = await store.increment('client')
    const second = await store.increment('client')

    expect(second.totalHits).toBe(2)
    expect(Math.abs(second.resetTime.getTime() - first.resetTime.getTime())).toBeLessThan(1000)
  })

  it('counts every hit of many at once, each with a number of its own', async () => {
    const store = open()
    const given = await Promise.all(Array.from({ length: 50 }, () => store.increment('client')))

    const counts = given.map(({ totalHits }) => totalHits).toSorted((a, b) => a - b)
    expect(counts).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  })

  it('counts clients apart, whatever they are called', async () => {
    const store = open()
    for (const client of ['', '::1', '2001:db8::/56', 'with blank', 'k'.repeat(400)]) {
      expect((await store.increment(client)).totalHits).toBe(1)
    }
  })

  it('takes a hit back', async () => {
    const store = open()
    await store.increment('client')
    await store.increment('client')

    await store.decrement('client')

    expect((await store.increment('client')).totalHits).toBe(2)
  })

  it('takes back no more than there were', async () => {
    const store = open()
    await store.increment('client')

    await store.decrement('client')
    await store.decrement('client')

    expect(await store.get('client')).toMatchObject({ totalHits: 0 })
  })

  it('takes nothing back where there is no window', async () => {
    await open().decrement('client')

    expect(await open().get('client')).toBeUndefined()
  })

  it('resets one client', async () => {
    const store = open()
    await store.increment('client')
    await store.increment('other')

    await store.resetKey('client')

    expect((await store.increment('client')).totalHits).toBe(1)
    expect((await store.increment('other')).totalHits).toBe(2)
  })

  it('resets all clients of its prefix, and no others', async () => {
    await open('a:').increment('one')
    await open('a:').increment('two')
    await open('ab:').increment('one')
    await cache.set('native', 1)

    await open('a:').resetAll()

    expect((await open('a:').increment('one')).totalHits).toBe(1)
    expect((await open('a:').increment('two')).totalHits).toBe(1)
    expect((await open('ab:').increment('one')).totalHits).toBe(2)
    expect(await cache.get('native')).toBe(1)
  })

  it('begins anew when the window has ended', async () => {
    const store = open('short:', 30)
    await store.increment('client')

    await expect.poll(() => store.get('client')).toBeUndefined()

    expect((await store.increment('client')).totalHits).toBe(1)
  })

  it('tells the hits of a client without counting one', async () => {
    const store = open()
    await store.increment('client')
    await store.increment('client')

    expect(await store.get('client')).toEqual({ totalHits: 2, resetTime: expect.any(Date) as Date })
    expect(await store.get('client')).toMatchObject({ totalHits: 2 })
    expect(await store.get('nobody')).toBeUndefined()
  })

  it('says whether other processes count with it', () => {
    expect(open().localKeys).toBe(name === 'memory')
    expect(open('login:').prefix).toBe('login:')
  })

  it('leaves the cache open when it is shut down', async () => {
    open().shutdown()

    expect(await cache.set('native', 1)).toBe(true)
  })

  it('limits a site', async () => {
    await using site = new Site({ windowMs: MINUTE, limit: 2, store: rateLimitStore(cache) })
    const statuses = [await site.get(), await site.get(), await site.get()].map(
      ({ status }) => status,
    )

    expect(statuses).toEqual([200, 200, 429])
    expect((await site.get()).headers.get('ratelimit')).toMatch(
      /^limit=2, remaining=0, reset=(59|60)$/,
    )

    site.limiter.resetKey('client')
    await expect.poll(async () => (await site.get()).status).toBe(200)
  })

  it('does not count failures where the limiter skips them', async () => {
    const store = rateLimitStore(cache)
    await using site = new Site({ windowMs: MINUTE, limit: 2, store, skipFailedRequests: true })
    await site.get('/bad')

    await expect.poll(() => site.limiter.getKey('client')).toMatchObject({ totalHits: 0 })
  })
})

describe('rateLimitStore', () => {
  it('loses no hit between processes', async () => {
    await using server = await startRedis()
    const run = async (): Promise<number[]> => {
      const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, server.url, '200'])
      return JSON.parse(stdout) as number[]
    }
    const counts = (await Promise.all([run(), run()])).flat().toSorted((a, b) => a - b)

    expect(counts).toEqual(Array.from({ length: 400 }, (_, index) => index + 1))
  })

  it.each(['bypass', 'throw'] as const)(
    'rejects while the store is away, and makes no count up: %s',
    async (onOutage) => {
      await using cache = await away(onOutage)
      const store = rateLimitStore(cache)
      store.init({ windowMs: MINUTE })
      const down = { code: 'E_STORE_DOWN' }

      await expect(store.increment('client')).rejects.toMatchObject(down)
      await expect(store.decrement('client')).rejects.toMatchObject(down)
      await expect(store.get('client')).rejects.toMatchObject(down)
      await expect(store.resetKey('client')).rejects.toMatchObject(down)
      await expect(store.resetAll()).rejects.toMatchObject(down)
    },
  )

  it('hands an outage to the application, unless it is to be passed on', async () => {
    await using cache = await away('bypass')
    const store = (prefix: string): ReturnType<typeof rateLimitStore> =>
      rateLimitStore(cache, { prefix })
    await using strict = new Site({ limit: 1, store: store('a:') })
    await using lenient = new Site({ limit: 1, store: store('b:'), passOnStoreError: true })

    expect((await strict.get()).status).toBe(503)
    expect(strict.errors).toEqual([expect.objectContaining({ code: 'E_STORE_DOWN' })])
    expect((await lenient.get()).status).toBe(200)
  })

  it('refuses to count before it knows the window, and options that it does not have', async () => {
    await using cache = await away('bypass')

    await expect(rateLimitStore(cache).increment('client')).rejects.toThrow(/Option 'windowMs'/)
    expect(() => rateLimitStore(cache, { prefix: '' })).toThrow(/Option 'prefix'/)
    expect(() => rateLimitStore(cache, { window: 1 } as never)).toThrow(/unknown option 'window'/)
  })
})
