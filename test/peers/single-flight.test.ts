// Loads that run more often than they should, or end those who only waited. Named by the peer they were found in.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { HeldLoad, rejectionOf, untilJoined } from '../cache/barrier.ts'
import { TESTED, type TestedStore } from '../cache/stores.ts'

describe.each(TESTED)('single flight, on %s', (_, start) => {
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

  it('bentocache: 20 callers, each with a namespace of his own making, make one load', async () => {
    const held = new HeldLoad<number>()
    const callers = Array.from({ length: 20 }, () =>
      cache.namespace('users').getOrSet('key', held.load),
    )
    await held.started()
    await untilJoined(cache, 19)
    held.finish(1)

    expect(new Set(await Promise.all(callers))).toEqual(new Set([1]))
    expect(held.runs).toBe(1)
  })

  it('bentocache, cacheable: two processes with 10 callers each make one load', async () => {
    const held = new HeldLoad<number>()
    const callers = [cache, twin].flatMap((each) =>
      Array.from({ length: 10 }, () => each.getOrSet('key', held.load)),
    )
    await held.started()
    held.finish(1)

    expect(new Set(await Promise.all(callers))).toEqual(new Set([1]))
    expect(held.runs).toBe(1)
  })

  it('bentocache: 20 callers of a load that fails fail with it, once, in both processes', async () => {
    const held = new HeldLoad<number>()
    const callers = [cache, twin].flatMap((each) =>
      Array.from({ length: 10 }, () => rejectionOf(each.getOrSet('key', held.load))),
    )
    await held.started()
    const sum = async (count: 'joined' | 'waits'): Promise<number> =>
      (await cache.stats())[count] + (await twin.stats())[count]
    await expect.poll(() => sum('joined')).toBe(18)
    // Whichever of the two came second has found it busy, and waits for what happens in the first.
    await expect.poll(() => sum('waits')).toBe(1)
    held.fail(new Error('the source is down'))

    for (const error of await Promise.all(callers))
      expect(String(error)).toContain('the source is down')
    expect(held.runs).toBe(1)
  })

  it('cacheable: a load that throws is not answered with undefined', async () => {
    await expect(
      cache.getOrSet('key', () => {
        throw new Error('the source is down')
      }),
    ).rejects.toThrow('the source is down')
  })

  it('aspnetcore #52310: a first caller who gives up does not spoil it for those who joined him', async () => {
    const held = new HeldLoad<string>()
    const leaver = new AbortController()
    const first = rejectionOf(cache.getOrSet('key', held.load, { signal: leaver.signal }))
    await held.started()
    const second = cache.getOrSet('key', held.load)
    await untilJoined(cache, 1)
    leaver.abort(new Error('gone'))
    expect(await first).toMatchObject({ message: 'gone' })
    held.finish('whole')

    expect(await second).toBe('whole')
    expect(held.runs).toBe(1)
    expect(await twin.get('key')).toBe('whole')
  })

  it('IdentityCache: who waits gets what the holder of the lock has stored', async () => {
    const held = new HeldLoad<string>()
    const holding = cache.getOrSet('key', held.load)
    await held.started()
    const waiting = twin.getOrSet('key', () => 'loaded twice')
    held.finish('once')

    expect([await holding, await waiting]).toEqual(['once', 'once'])
  })

  it('IdentityCache: an invalidation while somebody waits gives him a new load, not the old one', async () => {
    const held = new HeldLoad<string>()
    const holding = cache.getOrSet('key', held.load)
    await held.started()
    await cache.invalidate('key')
    const waiting = twin.getOrSet('key', () => 'new')

    // He does not even wait for the old one.
    expect(await waiting).toBe('new')
    held.finish('old')
    expect(await holding).toBe('old')
    expect(await cache.get('key')).toBe('new')
  })

  it('IdentityCache: invalidated and locked again while he waits, he waits for the second', async () => {
    const [first, second] = [new HeldLoad<string>(), new HeldLoad<string>()]
    const one = cache.getOrSet('key', first.load)
    await first.started()
    await cache.invalidate('key')
    const two = twin.getOrSet('key', second.load)
    await second.started()
    const waiting = store.twin().getOrSet('key', () => 'third')
    first.finish('old')
    second.finish('new')

    expect([await one, await two, await waiting]).toEqual(['old', 'new', 'new'])
  })

  it('IdentityCache: who has waited long enough loads for himself', async () => {
    const held = new HeldLoad<string>()
    const holding = cache.getOrSet('key', held.load)
    await held.started()
    const impatient = store.twin({ wait: '100ms' })

    expect(await impatient.getOrSet('key', () => 'mine')).toBe('mine')
    held.finish('stored')
    expect(await holding).toBe('stored')
    expect(await twin.get('key')).toBe('stored')
  })

  it('ocache, layered-loader: batches are loaded once, too', async () => {
    let loads = 0
    const load = async (keys: readonly string[]): Promise<Map<string, number>> => {
      loads += keys.length
      await Promise.resolve()
      return new Map(keys.map((key) => [key, 1]))
    }
    await Promise.all([
      cache.getOrSetMany(['a', 'b', 'c'], load),
      cache.getOrSetMany(['b', 'c', 'd'], load),
      twin.getOrSetMany(['a', 'd'], load),
    ])

    expect(loads).toBe(4)
  })
})
