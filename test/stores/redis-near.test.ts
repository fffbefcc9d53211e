import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GLANCE } from '../../src/base/glance.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { type Proxy, startProxy } from '../servers/proxy.ts'
import { RawRedis } from '../servers/raw-redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

describe('near caches in front of Redis', () => {
  let server: RedisServer
  let proxy: Proxy
  let prefix = 0
  const opened: Cache[] = []

  beforeAll(async () => {
    server = await startRedis()
    proxy = await startProxy(server.port)
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((cache) => cache.close()))
    await proxy.heal()
    prefix++
  })
  afterAll(async () => {
    await proxy.stop()
    await server.stop()
  })

  function open(near: object | boolean, url = server.url): Cache {
    const cache = createCaches({
      default: { store: redis(url), near, prefix: `near${prefix}`, ttl: '1h' },
    }).default
    opened.push(cache)
    return cache
  }

  /** A process whose copies are served: its second read of a key costs nothing. */
  async function awake(near: object | boolean = true, url = server.url): Promise<Cache> {
    const cache = open(near, url)
    await cache.set('warm', 1)
    await expect
      .poll(
        async () => {
          await cache.get('warm')
          return (await cache.stats()).near?.hits
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(2)
    return cache
  }

  async function ask(...words: string[]): Promise<string> {
    const raw = await RawRedis.open(server.port)
    try {
      return (await raw.send(words)) ?? ''
    } finally {
      raw.close()
    }
  }

  it('a hit costs no round trip', async () => {
    const cache = await awake(true, proxy.url)
    await cache.get('warm')
    proxy.reset()
    for (let n = 0; n < 100; n++) await cache.get('warm')

    // What the log asks for meanwhile, three times per second, is not counted.
    expect(proxy.names.get('GET')).toBeUndefined()
  })

  it('a copy is at hand without a promise', async () => {
    const cache = await awake()

    expect(cache[GLANCE]('warm')?.value).toBe(1)
    expect(cache[GLANCE]('cold')).toBeUndefined()
  })

  it.each<[string, (other: Cache) => Promise<unknown>]>([
    ['a key', (other) => other.invalidate('a')],
    ['a tag', (other) => other.invalidateTags(['t'])],
    ['everything', (other) => other.clear()],
    ['by writing', (other) => other.set('a', undefined)],
    ['by deleting', (other) => other.delete('a')],
  ])('what another process invalidates is gone here within moments: %s', async (_, act) => {
    // Told of it, long before the bound.
    const one = await awake({ maxStaleness: '1m' })
    const other = open(false)
    await one.set('a', 'old', { tags: ['t'] })
    await one.get('a')
    await one.get('a')
    await act(other)

    await expect.poll(() => one.get('a'), { interval: 5 }).toBeUndefined()
  })

  it('reach everywhere: no process serves it when the call has resolved', async () => {
    const [one, two] = [await awake(), await awake()]
    const other = open(false)
    for (let n = 0; n < 20; n++) {
      const key = `k${n}`
      await other.set(key, 'old', { tags: ['t'] })
      await Promise.all([one.get(key), two.get(key), one.get(key), two.get(key)])
      if (n % 2 === 0) await other.invalidate(key, { reach: 'everywhere' })
      else await other.invalidateTags(['t'], { reach: 'everywhere' })

      expect([await one.get(key), await two.get(key)]).toEqual([undefined, undefined])
    }
  })

  it('strict reads are exact', async () => {
    const one = await awake({ maxStaleness: '5s' })
    const other = open(false)
    for (let n = 0; n < 50; n++) {
      await other.set('a', n)
      expect(await one.get('a', undefined, { strict: true })).toBe(n)
      await one.get('a')
    }
  })

  it('a process that is cut off serves nothing older than its bound', async () => {
    const one = await awake({ maxStaleness: '300ms' }, proxy.url)
    const other = open(false)
    await one.set('a', 'old')
    await one.get('a')
    await one.get('a')
    proxy.halfOpen()
    await other.invalidate('a')
    const invalidated = performance.now()
    let last = 0
    while (performance.now() - invalidated < 1500) {
      const began = performance.now()
      if ((await one.get('a')) === 'old') last = began
      await new Promise((resolve) => setTimeout(resolve, 5))
    }

    expect(last - invalidated).toBeLessThan(350)
  })

  it('begins anew after FLUSHALL, and after the log was cut away', async () => {
    const one = await awake({ maxStaleness: '300ms' })
    const other = open(false)
    for (const loss of [
      ['FLUSHALL'],
      ['DEL', `near${prefix}:{g0}:log`],
      ['DEL', `near${prefix}:{g0}:gen`],
    ]) {
      await other.set('a', 'old')
      await one.get('a')
      await one.get('a')
      await ask(...loss)
      await other.set('a', 'new')
      await expect.poll(() => one.get('a'), { interval: 5 }).toBe('new')
      const { near } = await one.stats()
      await expect
        .poll(
          async () => {
            await one.get('a')
            return (await one.stats()).near?.hits
          },
          { timeout: 10_000 },
        )
        .toBeGreaterThan((near?.hits ?? 0) + 2)
    }
  })

  it('writers pay nothing where nobody keeps copies', async () => {
    const alone = open(false, proxy.url)
    await alone.set('a', 1)
    proxy.reset()
    await alone.invalidate('a')
    await alone.invalidateTags(['t'])

    expect(proxy.roundTrips).toBe(2)
    expect(await ask('EXISTS', `near${prefix}:{g0}:log`)).toBe(':0\r\n')
  })

  it('values are decoded once and handed out read-only, or copied', async () => {
    const frozen = await awake({ maxStaleness: '1m' })
    const copied = await awake({ maxStaleness: '1m', values: 'copied' })
    await frozen.set('a', { list: [1] })
    for (const cache of [frozen, copied]) {
      await cache.get('a')
      await expect
        .poll(async () => (await cache.get('a')) === (await cache.get('a')))
        .toBe(cache === frozen)
    }
    const mine = (await copied.get('a')) as { list: number[] }
    mine.list.push(2)

    expect(await copied.get('a')).toEqual({ list: [1] })
    await expect.poll(async () => Object.isFrozen(await frozen.get('a'))).toBe(true)
  })

  it('loads once for all processes, and serves what was loaded from memory', async () => {
    const [one, two] = [await awake(), await awake()]
    let loads = 0
    const load = async (): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return ++loads
    }
    const all = [one, two].flatMap((cache) =>
      Array.from({ length: 20 }, () => cache.getOrSet('x', load)),
    )
    expect(new Set(await Promise.all(all))).toEqual(new Set([1]))
    expect(loads).toBe(1)
    await one.invalidate('x', { reach: 'everywhere' })
    expect(await two.getOrSet('x', load)).toBe(2)
  })

  it('is refused where it makes no sense', () => {
    const make = (options: object) => () => createCaches({ default: options }).default.alias
    expect(make({ store: memory(), near: true })).toThrow(/'near' needs a store with a log.*memory/)
    expect(make({ store: redis(server.url), near: { maxStaleness: '1ms' } })).toThrow(
      /30ms or more/,
    )
    expect(make({ store: redis(server.url), near: { maxByte: 1 } })).toThrow(
      /Did you mean 'maxBytes'/,
    )
  })
})
