// One Redis that evicts nothing, for the shop's cache, its sessions and its jobs: what becomes of one must not harm the others.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RunningStore, startStore } from '../../../examples/store/store.ts'
import { RawRedis } from '../../servers/raw-redis.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { HeldMails } from './held-mails.ts'
import { Visitor } from './visitor.ts'

const MB = 1024 ** 2
const MAX_MB = 40
const SHARED = ['--maxmemory', `${MAX_MB}mb`, '--maxmemory-policy', 'noeviction']
const PATIENCE = { timeout: 30_000, interval: 50 }

describe('the shop, its sessions and its jobs on one Redis', () => {
  let server: RedisServer
  let store: RunningStore
  let mails: HeldMails

  beforeAll(async () => {
    server = await startRedis({ args: [...SHARED, '--appendonly', 'yes'] })
    mails = new HeldMails()
    store = await startStore({
      port: 0,
      databaseUrl: undefined,
      redisUrl: server.url,
      cacheOff: false,
      budget: '4mb',
      mails,
    })
  }, 90_000)
  afterEach(() => mails.release())
  afterAll(async () => {
    await store.close()
    await server.stop()
  }, 30_000)

  const warming = async () => (await store.jobs.numbers()).warming
  const undone = async (): Promise<number | undefined> => {
    const counts = (await store.jobs.numbers()).mails
    return counts && counts.waiting + counts.active
  }
  const due = async (): Promise<number> =>
    (await store.database.query<object>('select id from mails_due')).length
  const statusOf = async (path: string): Promise<string | null> =>
    (await new Visitor(store.url).get(path)).headers.get('cache-status')

  /** Somebody who is logged in and has something in the cart. */
  async function customer(product: number): Promise<Visitor> {
    await store.database.query('update stock set quantity = 50 where product_id = $1', [product])
    const visitor = new Visitor(store.url)
    await visitor.logIn()
    await visitor.post('/cart', { product: String(product) })
    return visitor
  }

  async function expectKnown(visitor: Visitor): Promise<void> {
    const page = await visitor.read('/cart')
    expect(page).toContain('Log out Ada')
    expect(page).toContain('<span class="badge">1</span>')
  }

  /** Orders of the past whose mails are due again, all of them in the queue. */
  async function owe(count: number): Promise<void> {
    await store.database.query(
      'insert into mails_due (order_id) select id from orders order by id limit $1',
      [count],
    )
    store.jobs.orderPlaced()
    await expect.poll(undone, PATIENCE).toBe(count)
  }

  async function askRedis(...words: string[]): Promise<string> {
    const raw = await RawRedis.open(server.port)
    const reply = await raw.send(words)
    raw.close()
    return reply ?? ''
  }
  const usedBytes = async (): Promise<number> =>
    Number(/used_memory:(\d+)/.exec(await askRedis('INFO', 'memory'))?.[1])

  it('has its entrance warm before the first visitor comes', async () => {
    const departments = await store.database.query(
      'select id from categories where parent_id is null',
    )
    const completed = 1 + departments.length
    await expect.poll(warming, PATIENCE).toEqual({ waiting: 0, active: 0, completed, failed: 0 })

    expect(await statusOf('/')).toContain('; hit')
  })

  it('mails every order, after its visitor has been answered', async () => {
    const visitor = await customer(11)
    mails.delivered.length = 0
    mails.hold()

    const placed = await visitor.post('/checkout')
    const [, id] = /\/thanks\/(\d+)/.exec(placed.headers.get('location') ?? '') ?? []

    expect(mails.delivered).toEqual([])
    mails.release()
    await expect.poll(() => mails.delivered.length, PATIENCE).toBe(1)
    expect(mails.delivered[0]).toMatchObject({
      to: 'ada@example.com',
      subject: `Your order ${id}`,
      text: expect.stringContaining('1 × '),
    })
    await expect.poll(due, PATIENCE).toBe(0)
    await expect.poll(undone, PATIENCE).toBe(0)
  })

  it('makes the pages of a changed price before anybody asks for them', async () => {
    const path = (await new Visitor(store.url).get('/product/21-')).headers.get('location') ?? ''
    const shopkeeper = new Visitor(store.url)
    await shopkeeper.logIn()
    const before = (await warming())?.completed ?? 0

    await shopkeeper.post('/admin/products/21', { price: '4321.09' })

    await expect
      .poll(async () => (await warming())?.completed, PATIENCE)
      .toBeGreaterThanOrEqual(before + 4)
    expect(await statusOf(path)).toContain('; hit')
    expect(await statusOf('/')).toContain('; hit')
    expect(await new Visitor(store.url).read(path)).toContain('4,321.09')
  })

  it('loses neither job nor session when the cache is cleared', async () => {
    const visitor = await customer(12)
    await new Visitor(store.url).read('/product/12')
    mails.delivered.length = 0
    mails.hold()
    await owe(20)

    await store.caches.default.clear()

    expect(await statusOf('/product/12')).not.toContain('; hit')
    expect(await undone()).toBe(20)
    await expectKnown(visitor)
    mails.release()
    await expect.poll(() => mails.delivered.length, PATIENCE).toBe(20)
  })

  it('loses neither job nor session, and refuses nobody, while the cache is flooded', async () => {
    const visitor = await customer(13)
    mails.delivered.length = 0
    mails.hold()
    await owe(30)
    const cache = store.caches.default

    // Twice of what the server holds, and ten times of what the cache may.
    let written = 0
    for (let round = 0; written < 2 * MAX_MB * MB; round++) {
      const blob = 'x'.repeat(4_000)
      const entries = Array.from(
        { length: 2_000 },
        (_, n) => [`flood:${round}:${n}`, blob] as const,
      )
      expect(await cache.setMany(entries)).toEqual([])
      written += entries.length * blob.length
      await expectKnown(visitor)
      await expect.poll(usedBytes, PATIENCE).toBeLessThan((MAX_MB / 2) * MB)
    }

    expect(await askRedis('INFO', 'errorstats')).not.toContain('OOM')
    expect((await cache.stats()).detail['budgetEvicted']).toBeGreaterThan(1_000)
    expect(await undone()).toBe(30)
    mails.release()
    await expect.poll(() => mails.delivered.length, PATIENCE).toBe(30)
  }, 120_000)

  it('sells and shows everything while the server is full, and mails when it is not', async () => {
    const visitor = await customer(14)
    mails.delivered.length = 0
    await askRedis('CONFIG', 'SET', 'maxmemory', '1mb')
    expect(await askRedis('SET', 'one', 'more')).toMatch(/^-OOM/)

    await expectKnown(visitor)
    const pages = ['/', '/product/14', '/categories/tents', '/search?q=lamp', '/cache-stats']
    for (const page of pages) await new Visitor(store.url).read(page)
    const placed = await visitor.post('/checkout')
    expect(placed.headers.get('location')).toMatch(/^\/thanks\/\d+$/)
    expect(await due()).toBe(1)

    await askRedis('CONFIG', 'SET', 'maxmemory', `${MAX_MB}mb`)
    await expect.poll(() => mails.delivered.length, PATIENCE).toBe(1)
    await expect.poll(due, PATIENCE).toBe(0)
  }, 120_000)

  it('serves pages while every mail fails, and mails again later', async () => {
    mails.delivered.length = 0
    mails.failures = 3
    await owe(3)

    await expect.poll(() => mails.failures, PATIENCE).toBe(0)
    await new Visitor(store.url).read('/product/15')
    await expect.poll(() => mails.delivered.length, PATIENCE).toBe(3)
    expect((await store.jobs.numbers()).mails?.failed).toBe(0)
  })

  it('goes on selling from the shelves while Redis is killed, and has jobs and sessions back with it', async () => {
    const visitor = await customer(16)
    mails.delivered.length = 0
    mails.hold()
    await owe(30)
    const waiting = await askRedis('LLEN', 'bull:shop-mails:wait')

    await server.kill('SIGKILL')

    for (const page of ['/', '/product/16', '/cache-stats']) {
      await new Visitor(store.url).read(page)
      await visitor.read(page)
    }
    // Not an empty cart, and nobody else's.
    const cart = await visitor.get('/cart')
    expect([cart.status, cart.headers.get('retry-after')]).toEqual([503, '5'])
    expect((await visitor.post('/cart', { product: '17' })).status).toBe(503)
    expect((await new Visitor(store.url).post('/cart', { product: '17' })).status).toBe(503)
    const numbers = await (await new Visitor(store.url).get('/cache-stats.json')).json()
    expect((numbers as { jobs: object }).jobs).toEqual({})

    await server.restart()

    expect(await askRedis('LLEN', 'bull:shop-mails:wait')).toBe(waiting)
    await expect.poll(undone, PATIENCE).toBe(30)
    await expect.poll(async () => (await visitor.get('/cart')).status, PATIENCE).toBe(200)
    await expectKnown(visitor)
    mails.release()
    await expect.poll(() => mails.delivered.length, PATIENCE).toBe(30)
    expect(new Set(mails.delivered.map(({ id }) => id)).size).toBe(30)
    await expect.poll(due, PATIENCE).toBe(0)
  }, 120_000)
})

describe('closing the shop', () => {
  async function open(server: RedisServer): Promise<ChildProcess> {
    const shop = fork(resolve('.build/test/programs/shop-closer.js'), {
      env: { ...process.env, REDIS_URL: server.url },
    })
    await once(shop, 'message')
    return shop
  }
  const close = async (shop: ChildProcess): Promise<unknown> => {
    const ended = once(shop, 'exit')
    shop.send('close')
    return (await ended)[0]
  }

  it('leaves nothing open', async () => {
    const server = await startRedis({ args: SHARED })
    const shop = await open(server)

    expect(await close(shop)).toBe(0)
    await server.stop()
  }, 90_000)

  it('leaves nothing open while Redis is away', async () => {
    const server = await startRedis({ args: SHARED })
    const shop = await open(server)
    await server.kill()

    expect(await close(shop)).toBe(0)
    await server.stop()
  }, 90_000)
})
