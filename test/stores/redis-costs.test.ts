// What the protocol costs on the wire, counted by a proxy: round trips, and commands by name. All else that the store does (its
// connections, its scripts, the server's clock now and then) is done once, before.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { HeldLoad } from '../cache/barrier.ts'
import { type Proxy, startProxy } from '../servers/proxy.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

interface Cost {
  readonly roundTrips: number
  readonly commands: Readonly<Record<string, number>>
}

const KEYS = Array.from({ length: 100 }, (_, n) => `many${n}`)

describe('on the wire', () => {
  let server: RedisServer
  let proxy: Proxy
  let nearby: Proxy
  let cache: Cache
  let other: Cache

  const open = (through: Proxy, options: object = {}): Cache =>
    createCaches({ default: { store: redis(through.url), ...options } }).default

  beforeAll(async () => {
    server = await startRedis()
    proxy = await startProxy(server.port)
    nearby = await startProxy(server.port)
  })
  beforeEach(async () => {
    cache = open(proxy)
    other = open(nearby)
    for (const each of [cache, other]) {
      await each.getOrSet('warm', () => 1, { tags: ['warm'] })
      await each.set('warm', 1)
      await each.add('warm', 1)
      await each.incr('warm')
      await each.touch('warm', '1h')
      await each.invalidate('warm')
      await each.invalidateTags(['warm'])
    }
  })
  afterEach(async () => {
    await Promise.all([cache.close(), other.close()])
  })
  afterAll(async () => {
    await Promise.all([proxy.stop(), nearby.stop()])
    await server.stop()
  })

  async function costOf(act: () => Promise<unknown>, through: Proxy = proxy): Promise<Cost> {
    through.reset()
    await act()
    const commands = Object.fromEntries(through.names)
    // The server's clock is asked for at intervals, together with whatever is sent then.
    delete commands['TIME']
    return { roundTrips: through.roundTrips, commands }
  }

  it('a hit is one round trip, with tags or without', async () => {
    await cache.getOrSet('plain', () => 1)
    await cache.getOrSet('tagged', () => 1, { tags: ['t', 'u'] })
    const hit = { roundTrips: 1, commands: { GET: 1, HMGET: 1 } }

    expect(await costOf(() => cache.getOrSet('plain', () => 1))).toEqual(hit)
    expect(await costOf(() => cache.get('tagged'))).toEqual(hit)
    expect(await costOf(() => cache.getOrSet('tagged', () => 1, { tags: ['t'] }))).toEqual(hit)
  })

  it('the first read of an entry whose tags this process has never heard of takes one more', async () => {
    await cache.getOrSet('unheard', () => 1, { tags: ['t'] })

    const first = await costOf(() => other.get('unheard'), nearby)
    expect(first).toEqual({ roundTrips: 2, commands: { GET: 1, HMGET: 2 } })
    const second = await costOf(() => other.get('unheard'), nearby)
    expect(second).toEqual({ roundTrips: 1, commands: { GET: 1, HMGET: 1 } })
  })

  it('a hundred hits are one round trip', async () => {
    await cache.setMany(Object.fromEntries(KEYS.map((key) => [key, 1])))

    const { roundTrips, commands } = await costOf(() => cache.getMany(KEYS))
    expect([roundTrips, commands['HMGET']]).toEqual([1, 1])
  })

  it('a hit near by is none', async () => {
    const near = open(proxy, { prefix: 'near', near: {} })
    const copies = async (): Promise<unknown> => {
      await near.getOrSet('near', () => 1)
      return (await near.stats()).near?.entries
    }
    await expect.poll(copies, { timeout: 10_000 }).toBe(1)

    const follow = ['XREAD', 'EVALSHA', 'HMGET']
    const { commands } = await costOf(() => near.getOrSet('near', () => 2))
    expect(Object.keys(commands).filter((name) => !follow.includes(name))).toEqual([])
    expect(commands['GET']).toBeUndefined()
    await near.close()
  })

  it('a miss is three round trips for who loads: read, acquire, commit', async () => {
    const three = { roundTrips: 3, commands: { GET: 1, HMGET: 1, EVALSHA: 2 } }

    expect(await costOf(() => cache.getOrSet('miss', () => 1))).toEqual(three)
    expect(await costOf(() => cache.getOrSet('miss2', () => 1, { tags: ['t'] }))).toEqual(three)
  })

  it('twenty misses are three round trips', async () => {
    const load = (keys: readonly string[]): Map<string, number> =>
      new Map(keys.map((key) => [key, 1]))

    const cost = await costOf(() =>
      cache.getOrSetMany(
        KEYS.slice(0, 20).map((key) => `cold ${key}`),
        load,
      ),
    )
    expect(cost.roundTrips).toBe(3)
  })

  it('who waits in another process asks twice; a small value comes with the wake', async () => {
    const held = new HeldLoad<string>()
    const loading = cache.getOrSet('waited', held.load)
    await held.started()
    const waiting = costOf(() => other.getOrSet('waited', () => 'loaded twice'), nearby)
    await expect.poll(() => nearby.names.get('EVALSHA')).toBe(1)
    await pause(20)
    held.finish('once')

    expect(await waiting).toEqual({ roundTrips: 2, commands: { GET: 1, HMGET: 1, EVALSHA: 1 } })
    expect(await loading).toBe('once')
  })

  it('a large value is fetched after the wake', async () => {
    const held = new HeldLoad<string>()
    const loading = cache.getOrSet('large', held.load)
    await held.started()
    const waiting = costOf(() => other.getOrSet('large', () => 'loaded twice'), nearby)
    await expect.poll(() => nearby.names.get('EVALSHA')).toBe(1)
    await pause(20)
    held.finish('x'.repeat(100_000))
    await loading

    expect(await waiting).toEqual({ roundTrips: 3, commands: { GET: 2, HMGET: 2, EVALSHA: 1 } })
  })

  const one = { roundTrips: 1, commands: { EVALSHA: 1 } }
  const oneJudged = { roundTrips: 1, commands: { EVALSHA: 1, HMGET: 1 } }
  it.each<[string, (cache: Cache) => Promise<unknown>, Cost]>([
    ['invalidating a key', (each) => each.invalidate('a'), oneJudged],
    ['invalidating ten tags', (each) => each.invalidateTags('abcdefghij'.split('')), one],
    ['clearing a namespace', (each) => each.namespace('n').clear(), one],
    ['clearing everything', (each) => each.clear(), one],
    ['set', (each) => each.set('s', 1, { tags: ['t'] }), oneJudged],
    ['add', (each) => each.add(`new ${Math.random()}`, 1), oneJudged],
    ['incr', (each) => each.incr('warm'), oneJudged],
    ['touch', (each) => each.touch('warm', '1h'), oneJudged],
    ['delete', (each) => each.delete('warm'), oneJudged],
  ])('%s is one round trip', async (_, act, cost) => {
    await cache.set('warm', 1)

    expect(await costOf(() => act(cache))).toEqual(cost)
  })

  it('invalidating ten thousand entries by their tag costs what one costs', async () => {
    const entries = Array.from({ length: 10_000 }, (_, n) => [`tagged${n}`, n] as const)
    await cache.setMany(entries, { tags: ['crowd'] })

    proxy.reset()
    await cache.invalidateTags(['crowd'])
    expect([proxy.roundTrips, proxy.commands]).toEqual([1, 1])
    expect(proxy.bytesSent).toBeLessThan(300)
  })
})
