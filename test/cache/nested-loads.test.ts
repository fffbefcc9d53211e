import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { HeldLoad } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'

describe('maxConcurrentLoads with loads within loads', () => {
  let caches: FreshCaches
  let cache: Cache
  let twin: Cache

  beforeEach(() => {
    caches = new FreshCaches()
    cache = caches.open({ maxConcurrentLoads: 1 })
    twin = caches.open()
  })
  afterEach(async () => {
    await caches.close()
  })

  it('a load within a load that has a place does not wait for another', async () => {
    const value = await cache.getOrSet('a', async () => {
      const inner = await cache.getOrSet(
        'b',
        async () => `b ${await cache.getOrSet('c', () => 'c')}`,
      )
      return `a ${inner}`
    })

    expect(value).toBe('a b c')
  })

  it('a queued load that a running one comes to wait for goes ahead', async () => {
    const begin = new HeldLoad<void>()
    const outer = cache.getOrSet('outer', async (context) => {
      await begin.load(context)
      return `outer ${await cache.getOrSet('shared', () => 'never')}`
    })
    await begin.started()
    const shared = cache.getOrSet('shared', () => 'shared')
    await caches.settle()
    expect(await cache.stats()).toMatchObject({ loadsQueued: 1 })
    begin.finish()

    expect(await outer).toBe('outer shared')
    expect(await shared).toBe('shared')
    expect(await cache.stats()).toMatchObject({ loadsRunning: 0, loadsQueued: 0 })
  })

  it('so does one that a load without a place of its own waits for', async () => {
    const begin = new HeldLoad<void>()
    const outer = cache.getOrSet('outer', async () => {
      const inner = await cache.getOrSet('inner', async (context) => {
        await begin.load(context)
        return await cache.getOrSet('shared', () => 'never')
      })
      return `outer ${inner}`
    })
    await begin.started()
    const shared = cache.getOrSet('shared', () => 'shared')
    await caches.settle()
    begin.finish()

    expect(await outer).toBe('outer shared')
    expect(await shared).toBe('shared')
  })

  it('a batch is one load, and one within a running load does not wait', async () => {
    const keys = ['a', 'b', 'c']
    const loadMany = (missing: readonly string[]): [string, string][] =>
      missing.map((key) => [key, key.toUpperCase()])
    const found = await cache.getOrSet('outer', async () => [
      ...(await cache.getOrSetMany(keys, loadMany)).values(),
    ])

    expect(found).toEqual(['A', 'B', 'C'])
    expect(await cache.getOrSetMany(['d', 'e'], loadMany)).toHaveProperty('size', 2)
  })

  it('a queued batch goes ahead when a running load comes to wait for one of its keys', async () => {
    const begin = new HeldLoad<void>()
    const outer = cache.getOrSet('outer', async (context) => {
      await begin.load(context)
      return `outer ${await cache.getOrSet('b', () => 'never')}`
    })
    await begin.started()
    const many = cache.getOrSetMany(['b', 'c'], (keys) => keys.map((key) => [key, 'many'] as const))
    await caches.settle()
    expect(await cache.stats()).toMatchObject({ loadsQueued: 1 })
    begin.finish()

    expect(await outer).toBe('outer many')
    expect((await many).size).toBe(2)
  })

  it('a key of a batch that is loaded again, alone, goes ahead as its batch did', async () => {
    let runs = 0
    const outer = cache.getOrSet('outer', () =>
      cache.getOrSetMany(['b', 'c'], async (keys, { signal }) => {
        if (++runs === 1) {
          const stopped = new Promise<never>((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error))
          })
          await Promise.all([twin.invalidate('b'), twin.invalidate('c')])
          await stopped
        }
        return keys.map((key) => [key, 'again'] as const)
      }),
    )

    expect(await outer).toEqual(
      new Map([
        ['b', 'again'],
        ['c', 'again'],
      ]),
    )
    expect(runs).toBe(3)
  })

  it('a batch queues as one', async () => {
    const held = new HeldLoad<string>()
    const running = cache.getOrSet('a', held.load)
    await caches.settle()
    const many = cache.getOrSetMany(['b', 'c', 'd'], (keys) => keys.map((key) => [key, 1] as const))
    await caches.settle()
    expect(await cache.stats()).toMatchObject({ loadsRunning: 1, loadsQueued: 1 })
    held.finish('A')

    await running
    expect((await many).size).toBe(3)
    expect(await cache.stats()).toMatchObject({ loadsRunning: 0, loadsQueued: 0 })
  })

  it('the refresh that a running load sets off waits for its place, and the load does not wait for it', async () => {
    await cache.getOrSet('stale', () => 'old', { ttl: '10s', stale: '1m', jitter: 0 })
    await caches.clock.advance(10_000)
    const held = new HeldLoad<string>()
    const outer = cache.getOrSet('outer', async (context) => {
      const inner = await cache.getOrSet('stale', () => 'new', { stale: '1m' })
      return `${inner} ${await held.load(context)}`
    })
    await held.started()
    await caches.settle()
    expect(await cache.stats()).toMatchObject({ loadsRunning: 1, loadsQueued: 1 })
    held.finish('outer')

    expect(await outer).toBe('old outer')
    await caches.settle()
    expect(await cache.get('stale')).toBe('new')
  })
})
