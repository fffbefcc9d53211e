import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { isDueEarly } from '../../src/cache/freshness.ts'
import { HeldLoad } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'

/** A draw that refreshes what has 3 load times or less left: -ln(1 - 0.951) = 3.016. */
const EAGER = 0.951

describe('isDueEarly', () => {
  const entry = { value: 1, tags: [], stamp: 0, rev: '', storedAt: 0, loadMs: 100 }
  const due = (leftMs: number, early: number, draw: number, loadMs = 100): boolean =>
    isDueEarly(
      { ...entry, loadMs, freshUntil: 10_000, deadAt: 10_000 },
      early,
      10_000 - leftMs,
      () => draw,
    )

  it('compares what is left of the ttl with load time * early * -ln(draw)', () => {
    const draw = 1 - Math.exp(-2)

    expect(due(200, 1, draw + 1e-9)).toBe(true)
    expect(due(201, 1, draw)).toBe(false)
    expect(due(400, 2, draw + 1e-9)).toBe(true)
    expect(due(401, 2, draw)).toBe(false)
  })

  it('is never due with early 0, nor for a value that took no time to load', () => {
    expect(due(1, 0, 1 - Number.EPSILON)).toBe(false)
    expect(due(1, 1, 1 - Number.EPSILON, 0)).toBe(false)
  })

  it('draws nothing far from the end', () => {
    const draw = (): number => {
      throw new Error('drawn')
    }

    expect(isDueEarly({ ...entry, freshUntil: 10_000, deadAt: 10_000 }, 1, 0, draw)).toBe(false)
    expect(isDueEarly({ ...entry, freshUntil: Infinity, deadAt: Infinity }, 1, 0, draw)).toBe(false)
  })

  it('of many draws, as many are due as the exponential distribution says', () => {
    const draws = Array.from({ length: 10_000 }, (_, index) => (index + 0.5) / 10_000)
    const share = draws.filter((draw) => due(100, 1, draw)).length / draws.length

    expect(share).toBeCloseTo(Math.exp(-1), 3)
  })
})

describe('early refresh', () => {
  let caches: FreshCaches
  let cache: Cache
  let twin: Cache

  beforeEach(async () => {
    caches = new FreshCaches()
    cache = caches.open({ ttl: '10s' })
    twin = caches.open({ ttl: '10s' })
    const loaded = cache.getOrSet('a', caches.slow('old', 100), { tags: ['t'] })
    await caches.clock.advance(100)
    await loaded
    caches.drawn = EAGER
    await caches.clock.advance(9800)
  })
  afterEach(async () => {
    await caches.close()
  })

  it('loads anew in the background while hits go on being served, once in the process', async () => {
    const held = new HeldLoad<string>()
    for (let hit = 0; hit < 10; hit++) expect(await cache.getOrSet('a', held.load)).toBe('old')
    await held.started()
    expect(await cache.getOrSet('a', held.load)).toBe('old')
    held.finish('new')
    await caches.settle()

    expect(await cache.get('a')).toBe('new')
    expect(held.runs).toBe(1)
    expect(await cache.stats()).toMatchObject({ hits: 12, misses: 1, loads: 2 })
  })

  it('is done by one process of the fleet', async () => {
    const held = new HeldLoad<string>()
    await Promise.all([cache.getOrSet('a', held.load), twin.getOrSet('a', held.load)])
    await held.started()
    for (let hit = 0; hit < 10; hit++) await twin.getOrSet('a', held.load)
    await caches.settle()

    expect(held.runs).toBe(1)
    // The renewal of the lease, and nothing that waits for it.
    expect(caches.clock.pending).toBe(1)
    held.finish('new')
    await caches.settle()
    expect(await twin.get('a')).toBe('new')
  })

  it('does not happen with early 0, of the alias or of the call', async () => {
    const never = caches.open({ early: 0 })
    let loads = 0
    await never.getOrSet('a', () => ++loads)
    await cache.getOrSet('a', () => ++loads, { early: 0 })
    await caches.settle()

    expect(loads).toBe(0)
  })

  it('does not happen for a value that was set by hand', async () => {
    let loads = 0
    await cache.set('b', 'by hand', { ttl: '1s' })
    await caches.clock.advance(999)
    await cache.getOrSet('b', () => ++loads)
    await caches.settle()

    expect(loads).toBe(0)
  })

  it('does not happen on a draw that is not eager', async () => {
    let loads = 0
    caches.drawn = 0
    await cache.getOrSet('a', () => ++loads)
    await caches.settle()

    expect(loads).toBe(0)
  })

  it.for<[string, (by: Cache) => Promise<unknown>]>([
    ['its key', (by) => by.invalidate('a')],
    ['its tag', (by) => by.invalidateTags(['t'])],
    ['everything', (by) => by.clear()],
  ])(
    '%s invalidated during it: its result is refused, and no later caller gets it',
    async ([, act]) => {
      for (const by of [cache, twin]) {
        const held = new HeldLoad<string>()
        expect(await cache.getOrSet('a', held.load, { tags: ['t'] })).toBe('old')
        await held.started()
        await act(by)
        const after = cache.getOrSet('a', held.load, { tags: ['t'] })
        await held.started(1)
        held.finish('from before')
        await caches.settle()
        expect(await twin.get('a')).toBeUndefined()
        held.finish('new', 1)

        expect(await after).toBe('new')
        expect(await twin.get('a')).toBe('new')
        // As at the beginning, for the other process.
        await cache.delete('a')
        caches.drawn = 0
        const loaded = cache.getOrSet('a', caches.slow('old', 100), { tags: ['t'] })
        await caches.clock.advance(100)
        await loaded
        caches.drawn = EAGER
        await caches.clock.advance(9800)
      }
    },
  )

  it('a refresh that stops because it was overtaken is not begun again: nobody waits for it', async () => {
    let runs = 0
    await cache.getOrSet('a', async ({ signal }) => {
      runs++
      return await new Promise<string>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    })
    await caches.settle()
    await twin.invalidate('a')
    await caches.settle()

    expect(runs).toBe(1)
    expect(await cache.get('a')).toBeUndefined()
  })

  it('a caller who gives up after being served does not stop the refresh', async () => {
    const held = new HeldLoad<string>()
    const giveUp = new AbortController()
    await cache.getOrSet('a', held.load, { signal: giveUp.signal })
    await held.started()
    giveUp.abort()
    held.finish('new')
    await caches.settle()

    expect(held.signals[0]?.aborted).toBe(false)
    expect(await cache.get('a')).toBe('new')
  })

  it('one that fails is told to the error event, and not tried again for a second', async () => {
    const errors: unknown[] = []
    cache.on('error', ({ error }) => errors.push(error))
    const failure = new Error('down')
    let loads = 0
    const fails = (): never => {
      loads++
      throw failure
    }
    for (let hit = 0; hit < 5; hit++) {
      expect(await cache.getOrSet('a', fails, { early: 100 })).toBe('old')
      await caches.settle()
    }

    expect(loads).toBe(1)
    expect(errors).toEqual([failure])
  })
})

describe('jitter', () => {
  let caches: FreshCaches

  beforeEach(() => {
    caches = new FreshCaches()
    caches.drawn = 0.5
  })
  afterEach(async () => {
    await caches.close()
  })

  it.for<[number | undefined, number]>([
    [undefined, 97_500],
    [0, 100_000],
    [0.2, 90_000],
    [1, 50_000],
  ])('%s shortens the ttl of what is loaded', async ([jitter, ttlMs]) => {
    const cache = caches.open(jitter === undefined ? {} : { jitter })
    await cache.getOrSet('a', () => 1, '100s')

    expect(await cache.ttl('a')).toBe(ttlMs)
  })

  it('the call wins over the alias, also with 0', async () => {
    const cache = caches.open({ jitter: 1 })
    await cache.getOrSet('a', () => 1, { ttl: '100s', jitter: 0 })

    expect(await cache.ttl('a')).toBe(100_000)
  })

  it("leaves 'forever' and what is set by hand as they are", async () => {
    const cache = caches.open({ jitter: 1 })
    await cache.getOrSet('a', () => 1, 'forever')
    await cache.set('b', 1, { ttl: '100s' })

    expect(await cache.ttl('a')).toBe(Infinity)
    expect(await cache.ttl('b')).toBe(100_000)
  })

  it('moves the stale time with it', async () => {
    const cache = caches.open({ jitter: 0.2 })
    await cache.getOrSet('a', () => 1, { ttl: '100s', stale: '10s' })
    await caches.clock.advance(99_999)
    expect(await cache.lookup('a')).toMatchObject({ stale: true })
    await caches.clock.advance(1)

    expect(await cache.lookup('a')).toMatchObject({ hit: false })
  })
})

describe('a call, and a definition,', () => {
  let caches: FreshCaches

  beforeEach(() => {
    caches = new FreshCaches()
  })
  afterEach(async () => {
    await caches.close()
  })

  it.for<[object, string]>([
    [{ early: -1 }, "'early'"],
    [{ jitter: 2 }, "'jitter'"],
    [{ softTimeout: 5 }, "'softTimeout'"],
    [{ loadTimeout: '0s' }, "'loadTimeout'"],
    [{ failureTtl: 'forever' }, "'failureTtl'"],
    [{ erly: 1 }, "Did you mean 'early'?"],
    [{ maxConcurrentLoads: 1 }, 'maxConcurrentLoads'],
  ])('refuses %j', async ([options, says]) => {
    const cache = caches.open()
    const refusal = { code: 'E_OPTION', message: expect.stringContaining(says) as string }

    await expect(cache.getOrSet('a', () => 1, options)).rejects.toMatchObject(refusal)
    await expect(cache.getOrSetMany(['a'], () => [], options)).rejects.toMatchObject(refusal)
    expect(() => cache.define({ key: () => 'a', load: () => 1, ...options })).toThrow(
      expect.objectContaining(refusal),
    )
  })

  it('keeps what is loaded as it says, over the alias', async () => {
    const cache = caches.open({ jitter: 1 })
    caches.drawn = 0.5
    const exact = cache.define({ key: () => 'a', load: () => 1, ttl: '100s', jitter: 0 })
    await exact.get()

    expect(await cache.ttl('a')).toBe(100_000)
  })

  it('a value set by hand takes none of these options', async () => {
    await expect(caches.open().set('a', 1, { jitter: 0 } as never)).rejects.toMatchObject({
      code: 'E_OPTION',
    })
  })
})
