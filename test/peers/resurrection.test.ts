// Values that come back after they were invalidated: what nearly every caching library has been reported for, and what was
// measured in those of Node. Each case has the peer's name, and its number where there is a report.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { HeldLoad } from '../cache/barrier.ts'
import { lacks, TESTED, type TestedStore } from '../cache/stores.ts'

describe.each(TESTED)('values that come back, on %s', (name, start) => {
  let store: TestedStore
  let cache: Cache
  let twin: Cache

  beforeAll(async () => {
    store = await start()
  })
  beforeEach(() => {
    cache = store.open()
    twin = store.twin()
  })
  afterEach(async () => {
    await store.renew()
  })
  afterAll(async () => {
    await store.stop()
  })

  /** `act` comes after the loader has read the source, and before what it read is stored. Answers what the next reader gets. */
  async function during(act: () => Promise<unknown>, options: object = {}): Promise<unknown> {
    const held = new HeldLoad<string>()
    const reading = cache.getOrSet('key', held.load, { ttl: '1h', ...options })
    await held.started()
    await act()
    held.finish('old')
    expect(await reading).toBe('old')
    return await twin.getOrSet('key', () => 'new', { ttl: '1h', ...options })
  }

  type Removal = [string, (on: () => Cache) => Promise<unknown>]
  const byPattern: Removal = [
    'async-cache-dedupe, ocache: invalidate by pattern during a load',
    (on) => on().deletePattern('k*'),
  ]
  const removals: Removal[] = [
    [
      'bentocache, cachified, cache-manager, catbox, layered-loader: delete during a load',
      (on) => on().delete('key'),
    ],
    ['FusionCache #625: Remove during a load', (on) => on().invalidate('key')],
    ['bentocache: deleteByTag during a load', (on) => on().invalidateTags(['t'])],
    [
      'cacheable: the tag version is read when the value is stored',
      (on) => on().invalidateTags(['t']),
    ],
    ['Laravel #61328: an entry written beside a flush', (on) => on().clear()],
    ...(lacks(name, 'scan') ? [] : [byPattern]),
  ]
  it.each(removals)('%s, by the same process', async (__, remove) => {
    expect(await during(() => remove(() => cache), { tags: ['t'] })).toBe('new')
  })
  it.each(removals)('%s, by another process', async (__, remove) => {
    expect(await during(() => remove(() => twin), { tags: ['t'] })).toBe('new')
  })

  it('Laravel #61328: what was written beside a flush can be invalidated again afterwards', async () => {
    await during(() => twin.clear(), { tags: ['t'] })
    await cache.invalidateTags(['t'])

    expect(await twin.get('key')).toBeUndefined()
  })

  it('FusionCache #628: RemoveByTag while a value is refreshed in the background', async () => {
    await cache.set('key', 'first', { ttl: '1ms', stale: '1h', tags: ['t'] })
    const held = new HeldLoad<string>()
    const options = { ttl: '1h', stale: '1h', tags: ['t'] } as const
    const refreshes = async (): Promise<number> => {
      expect(await cache.getOrSet('key', held.load, options)).toBe('first')
      return held.runs
    }
    await expect.poll(refreshes, { timeout: 5000 }).toBe(1)
    await twin.invalidateTags(['t'])
    held.finish('old')

    expect(await twin.getOrSet('key', () => 'new', options)).toBe('new')
    expect(await cache.getOrSet('key', () => 'newer', options)).toBe('new')
  })

  it('FusionCache #628: the same while it is refreshed before its time', async () => {
    const early = store.open({ early: 1e9 })
    await early.set('key', 'first', { ttl: '1h', tags: ['t'] })
    const held = new HeldLoad<string>()
    const options = { ttl: '1h', tags: ['t'] } as const
    await early.getOrSet('key', () => 'first', options)
    const refreshing = early.getOrSet('key', held.load, { ...options, ttl: '1h' })
    expect(await refreshing).toBe('first')
    await twin.invalidateTags(['t'])
    held.finish('old')

    expect(await twin.getOrSet('key', () => 'new', options)).toBe('new')
  })

  it('bentocache #71: an invalidated value is not served stale either', async () => {
    const grace = { ttl: '1h', stale: '6h', tags: ['t'] } as const
    await cache.getOrSet('key', () => 'old', grace)
    await twin.invalidateTags(['t'])

    expect(await cache.get('key')).toBeUndefined()
    expect(await cache.lookup('key')).toMatchObject({ hit: false })
    expect(await cache.getOrSet('key', () => 'new', grace)).toBe('new')
    expect(await twin.ttl('key')).toBeGreaterThan(3_000_000)
  })

  it('bentocache: a load that was given up after its time does not store its value when it comes', async () => {
    const held = new HeldLoad<string>()
    const reading = cache.getOrSet('key', held.load, { loadTimeout: '20ms' })
    await expect(reading).rejects.toMatchObject({ code: 'E_LOAD_TIMEOUT' })
    held.finish('late')

    expect(await twin.getOrSet('key', () => 'new')).toBe('new')
    expect(await cache.get('key')).toBe('new')
  })

  it('cacheable: invalidations of one tag at the same time are not lost among each other', async () => {
    for (let round = 0; round < 5; round++) {
      await cache.set('key', 'old', { tags: ['t'] })
      await Promise.all([cache, twin, cache, twin].map((each) => each.invalidateTags(['t'])))

      expect(await twin.get('key')).toBeUndefined()
    }
  })

  it('FusionCache #648: a cleared value does not stand in for a load that fails', async () => {
    await cache.set('key', 'old', { ttl: '1ms', stale: '1h' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    await twin.clear()
    const fails = (): never => {
      throw new Error('the source is down')
    }

    await expect(cache.getOrSet('key', fails, { stale: '1h' })).rejects.toThrow(
      'the source is down',
    )
  })

  it('HybridCache (dotnet/extensions): a load that a tag overtook is not stamped as newer', async () => {
    const held = new HeldLoad<string>()
    const reading = cache.getOrSet('key', held.load, { tags: ['t'] })
    await held.started()
    await twin.invalidateTags(['t'])
    await twin.invalidateTags(['other'])
    held.finish('old')
    await reading

    expect(await cache.get('key')).toBeUndefined()
    expect(await twin.get('key')).toBeUndefined()
  })

  it('dotnet/extensions #7771: an invalidated entry is not served while its tags are still being looked up', async () => {
    await cache.set('key', 'old', { tags: ['t', 'u', 'v'] })
    await cache.invalidateTags(['v'])
    const fresh = store.twin()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => fresh.getOrSet('key', () => 'new')),
    )

    expect(new Set(answers)).toEqual(new Set(['new']))
  })

  it('bentocache, async-cache-dedupe: a marker of a tag does not expire before the entries that it invalidates', async () => {
    await cache.set('key', 'old', { ttl: 'forever', tags: ['t'] })
    await cache.invalidateTags(['t'])

    // Nothing on the store runs out but entries: the stamp of a tag has no ttl.
    expect(await cache.get('key')).toBeUndefined()
    expect(await store.twin().get('key')).toBeUndefined()
  })

  it('Drizzle #4580, #5828: an invalidation inside a transaction counts from its commit on', async () => {
    let committed = 'old'
    const database = {
      transaction: async <R>(work: (trx: object) => Promise<R>): Promise<R> => {
        const result = await work({})
        committed = 'new'
        return result
      },
    }
    const load = (): string => committed
    await cache.transaction(database, async (__, changes) => {
      await changes.invalidate('key')
      // Somebody asks before the commit: he may have the old value, and must not leave it behind.
      expect(await twin.getOrSet('key', load)).toBe('old')
    })

    expect(await twin.getOrSet('key', load)).toBe('new')
  })
})
