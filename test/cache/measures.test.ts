import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { familyOf } from '../../src/base/family.ts'
import { GLANCE } from '../../src/base/glance.ts'
import type { Clock } from '../../src/base/clock.ts'
import type { FamilyMeasures, Measures } from '../../src/base/measures.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { Families } from '../../src/cache/families.ts'
import { between } from '../../src/metrics/index.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { FreshCaches } from './fresh-caches.ts'

let caches: FreshCaches

beforeEach(() => {
  caches = new FreshCaches()
})
afterEach(async () => {
  await caches.close()
})

function familyIn(
  { families }: Pick<Measures, 'families'>,
  name: string,
): FamilyMeasures | undefined {
  return families.find(({ family }) => family === name)
}

describe('measures', () => {
  it('count reads, loads and stores by family', async () => {
    const cache = caches.open({ jitter: 0 })
    await cache.getOrSet(['product', 7], () => 1)
    await cache.getOrSet(['product', 7], () => 1)
    await cache.get(['product', 8])
    await cache.set('menu', 1)
    await cache.delete('menu')
    await cache.invalidate(['product', 7])

    expect(cache.measures().counts).toMatchObject({
      hits: 1,
      misses: 2,
      loads: 1,
      stores: 2,
      removes: 1,
      invalidations: 1,
    })
    expect(cache.measures().families).toMatchObject([
      { family: 'product:*', hits: 1, misses: 2, loads: 1, stores: 1, invalidations: 1 },
      { family: 'menu', stores: 1, removes: 1 },
    ])
  })

  it('say what hits saved: what each value had cost to load', async () => {
    const cache = caches.open({ jitter: 0 })
    const loading = cache.getOrSet(['report', 1], caches.slow('r', 800))
    await caches.clock.advance(800)
    await loading
    for (let n = 0; n < 3; n++) await cache.get(['report', 1])

    const { families, loads, savedMs } = cache.measures()
    expect(savedMs).toBe(2400)
    expect(families[0]).toMatchObject({ family: 'report:*', loadMs: 800, savedMs: 2400 })
    expect(loads.counts[loads.bounds.indexOf(1000)]).toBe(1)
    expect(loads.sumMs).toBe(800)
  })

  it('name the slowest loads of the last hour, and those that failed', async () => {
    const cache = caches.open()
    const load = async (key: string, ms: number, fails = false): Promise<void> => {
      const slow = caches.slow(1, ms)
      const loading = cache.getOrSet(key, async () => {
        await slow()
        if (fails) throw new Error('broken')
        return 1
      })
      loading.catch(() => {})
      await caches.clock.advance(ms)
      await loading.catch(() => {})
    }
    await load('old', 9_000)
    await caches.clock.advance(3_600_000)
    for (let n = 0; n < 30; n++) await load(`quick${n}`, n + 1)
    await load('slow', 500)
    await load('broken', 200, true)

    const { counts, slowLoads } = cache.measures()
    expect(slowLoads).toHaveLength(20)
    expect(slowLoads.slice(0, 3)).toMatchObject([
      { key: 'slow', durationMs: 500, failed: false },
      { key: 'broken', durationMs: 200, failed: true },
      { key: 'quick29', durationMs: 30 },
    ])
    expect(counts.loadErrors).toBe(1)
  })

  it('say why values were not stored, by names of a bounded number', async () => {
    const cache = caches.open({ maxValueBytes: '1kb' })
    vi.spyOn(process, 'emitWarning').mockReturnValue()
    await cache.getOrSet('a', () => 'x'.repeat(5000))
    await cache.getOrSet('b', () => 'x'.repeat(9000))
    await cache.getOrSet('c', () => Symbol('no'))
    for (let n = 0; n < 100; n++) await cache.getOrSet(['d', n], ({ skip }) => skip(`reason ${n}`))
    await cache.getOrSet('e', () => 1, '0s')

    const { counts, refusals } = cache.measures()
    expect(refusals).toMatchObject({
      'it is too large': 2,
      'it cannot be encoded': 1,
      'reason 0': 1,
    })
    expect(Object.keys(refusals)).toHaveLength(33)
    expect(Object.values(refusals).reduce((sum, count) => sum + count, 0)).toBe(counts.refusals)
    expect(counts.refusals).toBe(104)
  })

  it('count bytes of what is stored, and what had to make room', async () => {
    const cache = caches.open({ store: memory({ maxBytes: '8kb' }) })
    for (let n = 0; n < 20; n++) await cache.set(['page', n], 'x'.repeat(1000))

    const { bytesWritten, evictions, families } = cache.measures()
    const { sized, ...family } = families[0] as FamilyMeasures
    expect(evictions).toBeGreaterThan(10)
    expect(bytesWritten).toBeGreaterThan(20_000)
    expect(family).toMatchObject({ family: 'page:*', bytes: bytesWritten })
    expect(family.largestBytes).toBe(bytesWritten / sized)
  })

  it('count calls by operation, and those that failed', async () => {
    const cache = caches.open()
    await cache.set('a', 'text')
    await cache.get('a')
    await cache.has('a')
    await cache.getMany(['a', 'b'])
    await cache.incr('a').catch(() => {})
    await cache.getOrSet('b', () => Promise.reject(new Error('broken'))).catch(() => {})
    await cache.delete('a')
    await cache.define({ name: 'one', load: () => 1 }).get()

    const { operations } = cache.measures()
    const calls = Object.entries(operations).map(([name, each]) => [name, each.calls, each.errors])
    expect(calls).toEqual([
      ['get', 1, 0],
      ['getMany', 1, 0],
      ['has', 1, 0],
      ['getOrSet', 2, 1],
      ['set', 1, 0],
      ['delete', 1, 0],
      ['incr', 1, 1],
    ])
  })

  it('time of what memory answers one call in 61, which counts for all', async () => {
    const cache = caches.open()
    await cache.set('a', 1)
    for (let n = 0; n < 610; n++) await cache.get('a')

    const { calls, latency } = cache.measures().operations['get'] ?? {}
    expect(calls).toBe(610)
    expect(latency?.counts.reduce((sum, count) => sum + count, 0)).toBe(610)
  })

  it('time every call that loads', async () => {
    const cache = caches.open()
    for (const ms of [30, 300]) {
      const loading = cache.getOrSet(`k${ms}`, caches.slow(1, ms))
      await caches.clock.advance(ms)
      await loading
    }

    const { latency } = cache.measures().operations['getOrSet'] as Measures['operations'][string]
    expect(latency.sumMs).toBe(330)
    expect(latency.counts.reduce((sum, count) => sum + count, 0)).toBe(2)
  })

  it('know families as the application says', async () => {
    const cache = caches.open({
      families: (key) => (key.startsWith('p:') ? 'products' : undefined),
    })
    await cache.get('p:x')
    await cache.get('q:x')

    expect(cache.measures().families.map(({ family }) => family)).toEqual(['products', 'q:x'])
  })

  it('count all keys together where there are to be no families', async () => {
    const cache = caches.open({ families: false })
    await cache.get('p:x')
    await cache.set('q:x', 1)

    expect(cache.measures().families).toMatchObject([{ family: '(others)', misses: 1, stores: 1 }])
  })

  it.each([{ max: 0 }, { max: 1.5 }, { of: 'x' }, { most: 3 }, true, 7, null])(
    'are refused the families %j',
    (families) => {
      expect(() => caches.open({ families: families as never })).toThrow(/families/)
    },
  )

  it('are numbers that can be sent as JSON', async () => {
    const cache = caches.open()
    await cache.getOrSet(['product', 7], () => 1)
    const measures = cache.measures()

    expect(JSON.parse(JSON.stringify(measures))).toEqual(
      JSON.parse(JSON.stringify(measures, (_, value: unknown) => value)),
    )
    expect(JSON.stringify(measures)).not.toContain('null')
    expect((await cache.stats()).measures.counts).toEqual(measures.counts)
  })

  it('of two processes that share one memory are each its own', async () => {
    const [one, other] = [caches.open(), caches.open()]
    await one.set('a', 1)
    await other.get('a')

    expect(one.measures().counts).toMatchObject({ hits: 0, stores: 1 })
    expect(other.measures().families).toMatchObject([{ family: 'a', hits: 1, stores: 0 }])
  })
})

describe('counting a hit', () => {
  /** A clock that counts how often it is asked for fractions. */
  function countedClock(): Clock & { asked: number } {
    const { clock } = caches
    const counted = {
      asked: 0,
      now: () => clock.now(),
      after: clock.after.bind(clock),
      steady() {
        counted.asked++
        return clock.now()
      },
    }
    return counted
  }

  it.each<[string, (cache: Cache) => unknown]>([
    ['get', (cache) => cache.get('product:7')],
    ['getOrSet', (cache) => cache.getOrSet('product:7', () => 1)],
    ['glance', (cache) => cache[GLANCE]('product:7')],
  ])('of %s looks for no family and asks no clock, but for one in 61', async (_, read) => {
    const clock = countedClock()
    const cache = caches.open({ clock, early: 0 })
    await cache.getOrSet('product:7', () => 1)
    await read(cache)
    const looked = vi.spyOn(Families.prototype, 'of')
    clock.asked = 0
    for (let n = 0; n < 610; n++) await read(cache)

    expect(looked).not.toHaveBeenCalled()
    expect(clock.asked).toBe(20)
    expect(cache.measures().families[0]?.hits).toBe(611)
    looked.mockRestore()
  })
})

/** What the events of a cache say that it did, counted apart from it. */
class Recount {
  readonly #counts = new Map<string, Record<string, number>>()

  constructor(cache: Cache) {
    cache.on('hit', ({ key }) => this.#add(key, 'hits'))
    cache.on('miss', ({ key }) => this.#add(key, 'misses'))
    cache.on('stale', ({ key }) => this.#add(key, 'stale'))
    cache.on('store', ({ key }) => this.#add(key, 'stores'))
    cache.on('refuse', ({ key }) => this.#add(key, 'refusals'))
    cache.on('invalidate', ({ key }) => this.#add(key, 'invalidations'))
  }

  #add(key: string | undefined, name: string): void {
    const family = key === undefined ? '(others)' : familyOf(key)
    const counts = this.#counts.get(family) ?? {}
    counts[name] = (counts[name] ?? 0) + 1
    this.#counts.set(family, counts)
  }

  read(): Record<string, Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}

const RECOUNTED = ['hits', 'misses', 'stale', 'stores', 'refusals', 'invalidations'] as const

/** The same of what was measured. */
function recountOf({ families }: Measures): Record<string, Record<string, number>> {
  const all = families.map((family) => {
    const counts = RECOUNTED.map((name) => [name, family[name]] as const)
    return [family.family, Object.fromEntries(counts.filter(([, count]) => count > 0))] as const
  })
  return Object.fromEntries(all.filter(([, counts]) => Object.keys(counts).length > 0))
}

const KEYS = ['product:1', 'product:2', 'product:2:reviews', 'user:1', 'menu'] as const
const LOADS = {
  value: () => 1,
  refusal: ({ skip }: { skip: () => void }) => skip(),
  failure: () => Promise.reject(new Error('broken')),
} as const

const acts: readonly ((cache: Cache, key: string, load: () => unknown) => unknown)[] = [
  (cache, key) => cache.get(key),
  (cache, key) => cache.lookup(key),
  (cache, key) => cache.has(key),
  (cache, key) => cache[GLANCE](key),
  (cache, key) => cache.getMany([key, 'menu']),
  (cache, key, load) => cache.getOrSet(key, load, { stale: '1m' }),
  (cache, key, load) =>
    cache.getOrSetMany([key, 'menu'], async (keys) => {
      const value = await load()
      return keys.map((each) => [each, value] as const)
    }),
  (cache, key) => cache.set(key, 1),
  (cache, key) => cache.add(key, 1),
  (cache, key) => cache.setMany([[key, 1] as const, ['menu', Symbol('no')] as const]),
  (cache, key) => cache.touch(key, '1m'),
  (cache, key) => cache.delete(key),
  (cache, key) => cache.deleteMany([key, 'menu']),
  (cache, key) => cache.take(key),
  (cache, key) => cache.incr(key, 1, { initial: 0 }),
  (cache, key) => cache.invalidate(key),
  (cache) => cache.invalidateTags(['tag']),
  (cache) => cache.clear(),
]

const script = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: acts.length - 1 }),
    fc.constantFrom(...KEYS),
    fc.constantFrom(...(Object.keys(LOADS) as (keyof typeof LOADS)[])),
  ),
  { maxLength: 40 },
)

async function play(cache: Cache, steps: readonly (readonly [number, string, string])[]) {
  const recount = new Recount(cache)
  const before = cache.measures()
  for (const [act, key, load] of steps) {
    try {
      await acts[act]?.(cache, key, LOADS[load as keyof typeof LOADS] as () => unknown)
    } catch {
      // What was to fail has failed.
    }
  }
  return { recount: recount.read(), difference: between(before, cache.measures()) }
}

function sums({ families }: Measures): Record<string, number> {
  const names = [...RECOUNTED, 'loads', 'loadErrors', 'joined', 'removes'] as const
  return Object.fromEntries(
    names.map((name) => [name, families.reduce((sum, family) => sum + family[name], 0)]),
  )
}

describe('whatever is done', () => {
  it('measures say what the events say, and families add up to the whole, in memory', async () => {
    vi.spyOn(process, 'emitWarning').mockReturnValue()
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        const own = new FreshCaches()
        const { difference, recount } = await play(own.open({ jitter: 0 }), steps)

        expect(recountOf(difference)).toEqual(recount)
        expect(difference.counts).toMatchObject(sums(difference))
        await own.close()
      }),
      { numRuns: 60 },
    )
  })

  describe('on Redis', () => {
    let server: RedisServer
    beforeAll(async () => {
      server = await startRedis()
    })
    afterAll(async () => await server.stop())

    it.each([false, true])('the same, near: %s', async (near) => {
      vi.spyOn(process, 'emitWarning').mockReturnValue()
      let count = 0
      await fc.assert(
        fc.asyncProperty(script, async (steps) => {
          const prefix = `measured${String(near)}${count++}`
          const cache = createCaches({
            default: { store: redis(server.url), prefix, near, failureTtl: '0s' },
          }).default
          const { difference, recount } = await play(cache, steps)

          expect(recountOf(difference)).toEqual(recount)
          expect(difference.counts).toMatchObject(sums(difference))
          await cache.close()
        }),
        { numRuns: 10 },
      )
    })

    it('every read of the store is timed, and what it reads and writes counted in bytes', async () => {
      const cache = createCaches({
        default: { store: redis(server.url), prefix: 'timed' },
      }).default
      // The first of a process is written twice: it learns the store's clock by it.
      await cache.set('first', 1)
      const before = cache.measures()
      await cache.set(['product', 7], 'x'.repeat(5000))
      for (let n = 0; n < 5; n++) await cache.get(['product', 7])

      const { bytesRead, bytesWritten, operations, ...measures } = between(before, cache.measures())
      const timed = operations['get']?.latency.counts.reduce((sum, each) => sum + each, 0)
      expect(timed).toBe(5)
      expect(bytesWritten).toBeGreaterThan(5000)
      expect(bytesRead).toBe(5 * bytesWritten)
      const family = familyIn(measures, 'product:*')
      expect(family?.readMs).toBeGreaterThan(0)
      expect(family).toMatchObject({ sized: 1, bytes: bytesWritten, ttlMs: 300_000 })
      await cache.close()
    })

    it('health tells that the store is away, since when, and what is owed to it', async () => {
      const other = await startRedis()
      const cache = createCaches({
        default: { store: redis(`${other.url}?commandTimeout=50ms`), prefix: 'away' },
      }).default
      await cache.get('a')
      expect(cache.measures().health).toMatchObject({ state: 'up', since: undefined, owed: 0 })
      await other.kill('SIGKILL')
      const before = Date.now()
      await cache.invalidate('a')

      const { health } = cache.measures()
      expect(health).toMatchObject({ state: 'down', owed: 1 })
      expect(health.since).toBeGreaterThanOrEqual(before - 1000)
      expect(cache.measures().counts.outages).toBeGreaterThan(0)
      await cache.close()
      await other.stop()
    })
  })
})
