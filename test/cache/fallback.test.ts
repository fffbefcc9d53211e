import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { type ChaosStore, chaosStore } from '../../src/testing/chaos-store.ts'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { HeldLoad } from './barrier.ts'

describe('while the store is away, what this process loads', () => {
  let clock: FakeClock
  let store: ChaosStore
  let cache: Cache
  let loads: number
  const load = (): number => ++loads

  function open(options: object = {}): Cache {
    return createCaches({ default: { store, clock, ...options } }).default
  }
  beforeEach(() => {
    clock = fakeClock()
    store = chaosStore(memory({ values: 'copied' }), { seed: 1 })
    cache = open()
    loads = 0
    store.down()
  })
  afterEach(async () => {
    store.up()
    await cache.close()
  })

  it('is kept for two seconds, as copies', async () => {
    const first = await cache.getOrSet('a', () => ({ list: [load()] }))
    first.list.push(99)
    expect(await cache.getOrSet('a', () => ({ list: [load()] }))).toEqual({ list: [1] })
    await clock.advance(2000)

    expect(await cache.getOrSet('a', load)).toBe(2)
  })

  it('is kept no longer than it would be fresh', async () => {
    await cache.getOrSet('a', load, '1s')
    await clock.advance(1000)

    expect(await cache.getOrSet('a', load, '1s')).toBe(2)
  })

  it('is not kept when its loader asked not to store it', async () => {
    await cache.getOrSet('a', ({ skip }) => (skip(), load()))
    await cache.getOrSet('b', load, '0s')

    expect(await cache.getOrSet('a', load)).toBe(3)
    expect(await cache.getOrSet('b', load)).toBe(4)
  })

  it.each<[string, (cache: Cache) => Promise<unknown>]>([
    ['the key is invalidated', (each) => each.invalidate('a')],
    ['a tag is invalidated', (each) => each.invalidateTags(['t'])],
    ['everything is cleared', (each) => each.clear()],
    ['it is deleted', (each) => each.delete('a')],
    ['another value was to be stored', (each) => each.set('a', 7)],
    ['others were to be stored', (each) => each.setMany({ a: 7 })],
  ])('is gone when %s', async (_, act) => {
    await cache.getOrSet('a', load, { tags: ['t'] })
    await act(cache)

    expect(await cache.getOrSet('a', load)).toBe(2)
  })

  it('is not kept when something was invalidated while it was loaded', async () => {
    const held = new HeldLoad<string>()
    const loading = cache.getOrSet('a', held.load)
    await held.started()
    await cache.invalidateTags(['t'])
    held.finish('old')
    expect(await loading).toBe('old')

    expect(await cache.getOrSet('a', load)).toBe(1)
  })

  it('is gone when the store is back, and was never stored', async () => {
    await cache.getOrSet('a', load)
    store.up()

    expect(await cache.get('a')).toBeUndefined()
    expect(await cache.getOrSet('a', load)).toBe(2)
    store.down()
    expect(await cache.getOrSet('a', load)).toBe(3)
  })

  it("is not kept at all with outageTtl: '0s'", async () => {
    const bare = open({ outageTtl: '0s' })
    await bare.getOrSet('a', load)

    expect(await bare.getOrSet('a', load)).toBe(2)
    await bare.close()
  })

  it("is taken from no load that began before the caller did, with outageTtl: '0s'", async () => {
    const bare = open({ outageTtl: '0s' })
    const held = new HeldLoad<string>()
    const first = bare.getOrSet('a', held.load)
    await held.started()
    const others = [bare.getOrSet('a', held.load), bare.getOrSet('a', held.load)]
    held.finish('loaded before another process invalidated')
    await held.started(1)
    held.finish('loaded after', 1)

    expect(await first).toBe('loaded before another process invalidated')
    expect(await Promise.all(others)).toEqual(['loaded after', 'loaded after'])
    expect(held.runs).toBe(2)
    await bare.close()
  })

  it('is shared with all who ask while it is loaded, where it would be kept', async () => {
    const held = new HeldLoad<string>()
    const first = cache.getOrSet('a', held.load)
    await held.started()
    const second = cache.getOrSet('a', held.load)
    held.finish('one')

    expect(await Promise.all([first, second])).toEqual(['one', 'one'])
    expect(held.runs).toBe(1)
  })

  it('is bounded in bytes', async () => {
    const large = 'x'.repeat(1_000_000)
    for (let n = 0; n < 40; n++) await cache.getOrSet(`k${n}`, () => large + n)

    expect(await cache.getOrSet('k39', load)).toBe(`${large}39`)
    expect(await cache.getOrSet('k0', load)).toBe(1)
  })
})
