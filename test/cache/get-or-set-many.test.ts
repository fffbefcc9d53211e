import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { HeldLoad } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'
import { TESTED, type TestedStore } from './stores.ts'

type Pairs = (readonly [string, string])[]

describe.each(TESTED)('getOrSetMany on %s', (_, start) => {
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

  it('many calls at once with overlapping keys, here and in another process, load each key once', async () => {
    const loaded: string[] = []
    const load = async (keys: readonly string[]): Promise<Pairs> => {
      loaded.push(...keys)
      await new Promise((resolve) => setImmediate(resolve))
      return keys.map((key) => [key, key.toUpperCase()])
    }
    const orders = [
      ['a', 'b', 'c', 'd'],
      ['d', 'c', 'b', 'a'],
      ['c', 'a', 'e'],
      ['e', 'd'],
    ]
    const results = await Promise.all(
      orders.flatMap((keys) => [cache.getOrSetMany(keys, load), twin.getOrSetMany(keys, load)]),
    )

    expect(loaded.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e'])
    for (const [index, found] of results.entries()) {
      const keys = orders[Math.floor(index / 2)] as string[]
      expect([...found]).toEqual(keys.map((key) => [key, key.toUpperCase()]))
    }
  })

  it('a key that another process stored meanwhile keeps nobody waiting', async () => {
    const held = new HeldLoad<string>()
    const single = twin.getOrSet('a', held.load)
    await held.started()
    const many = cache.getOrSetMany(['a', 'b'], (keys) => keys.map((key) => [key, 'many'] as const))
    await twin.get('never there')
    await twin.set('a', 'by hand')

    expect(await many).toEqual(
      new Map([
        ['a', 'by hand'],
        ['b', 'many'],
      ]),
    )
    held.finish('overtaken')
    await single
  })

  it('a loader that asks for a key of its own batch is given a load of its own', async () => {
    const found = await cache.getOrSetMany(['a', 'b'], async (keys): Promise<Pairs> => {
      const inner = await cache.getOrSet('a', () => 'inner')
      return keys.map((key) => [key, `${key} ${inner}`])
    })

    expect(found.get('b')).toBe('b inner')
  })

  it('a key invalidated while its batch loads is not stored; the others are', async () => {
    const held = new HeldLoad<Pairs>()
    const many = cache.getOrSetMany<string, string>(['a', 'b'], (_keys, context) =>
      held.load(context),
    )
    await held.started()
    await twin.invalidate('a')
    const after = twin.getOrSet('a', () => 'new')
    held.finish([
      ['a', 'old'],
      ['b', 'B'],
    ])

    expect((await many).get('b')).toBe('B')
    expect(await after).toBe('new')
    expect(await cache.getMany(['a', 'b'])).toEqual(
      new Map([
        ['a', 'new'],
        ['b', 'B'],
      ]),
    )
  })
})

describe('getOrSetMany and time', () => {
  let caches: FreshCaches
  let cache: Cache
  let asked: string[][]
  const options = { ttl: '10s', stale: '1m' } as const
  const keys = ['a', 'b', 'c', 'd']

  const loader =
    (word: string) =>
    async (missing: readonly string[]): Promise<Pairs> => {
      asked.push([...missing])
      await new Promise<void>((resolve) => void caches.clock.after(100, resolve))
      return missing.map((key) => [key, `${word} ${key}`])
    }
  const values = (word: string): string[] => keys.map((key) => `${word} ${key}`)

  beforeEach(async () => {
    caches = new FreshCaches()
    cache = caches.open()
    asked = []
    const first = cache.getOrSetMany(keys, loader('old'), options)
    await caches.clock.advance(100)
    await first
    asked = []
  })
  afterEach(async () => {
    await caches.close()
  })

  it('serves stale values at once and refreshes them with one batch in the background', async () => {
    await caches.clock.advance(10_000)
    for (let call = 0; call < 3; call++)
      expect([...(await cache.getOrSetMany(keys, loader('new'), options)).values()]).toEqual(
        values('old'),
      )
    await caches.clock.advance(100)

    expect([...(await cache.getMany(keys)).values()]).toEqual(values('new'))
    expect(asked).toEqual([keys])
  })

  it('refreshes early with one batch in the background', async () => {
    await caches.clock.advance(9800)
    caches.drawn = 0.9
    expect([...(await cache.getOrSetMany(keys, loader('new'), options)).values()]).toEqual(
      values('old'),
    )
    await caches.clock.advance(100)

    expect([...(await cache.getMany(keys)).values()]).toEqual(values('new'))
    expect(asked).toEqual([keys])
  })

  it('a missing key is loaded for the caller, apart from what is refreshed behind', async () => {
    await caches.clock.advance(10_000)
    await cache.delete('b')
    const call = cache.getOrSetMany(keys, loader('new'), options)
    await caches.clock.advance(100)

    expect([...(await call)]).toEqual([
      ['a', 'old a'],
      ['b', 'new b'],
      ['c', 'old c'],
      ['d', 'old d'],
    ])
    expect(new Set(asked.map((batch) => batch.join()))).toEqual(new Set(['a,c,d', 'b']))
  })

  it('of keys that somebody refreshes already, the rest is refreshed', async () => {
    await caches.clock.advance(10_000)
    const held = new HeldLoad<string>()
    await cache.getOrSet('b', held.load, options)
    await cache.getOrSetMany(keys, loader('new'), options)
    await caches.clock.advance(100)
    held.finish('single')
    await caches.settle()

    expect(asked).toEqual([['a', 'c', 'd']])
    expect([...(await cache.getMany(keys)).values()]).toEqual(['new a', 'single', 'new c', 'new d'])
  })

  it('a batch refresh that fails is told to the error event, and not tried again for a second', async () => {
    await caches.clock.advance(10_000)
    const errors: unknown[] = []
    cache.on('error', ({ error }) => errors.push(error))
    let loads = 0
    const failure = new Error('down')
    const fails = (): never => {
      loads++
      throw failure
    }
    for (let call = 0; call < 3; call++) {
      expect([...(await cache.getOrSetMany(keys, fails, options)).values()]).toEqual(values('old'))
      await caches.settle()
    }

    expect(loads).toBe(1)
    expect(errors).toEqual([failure])
  })

  it('waits for the new values within softTimeout, with one batch', async () => {
    await caches.clock.advance(10_000)
    const call = cache.getOrSetMany(keys, loader('new'), { ...options, softTimeout: '1s' })
    await caches.clock.advance(100)

    expect([...(await call).values()]).toEqual(values('new'))
    expect(asked).toEqual([keys])
  })

  it('gives the stale ones when softTimeout is over', async () => {
    await caches.clock.advance(10_000)
    const call = cache.getOrSetMany(keys, loader('new'), { ...options, softTimeout: '50ms' })
    await caches.clock.advance(50)

    expect([...(await call).values()]).toEqual(values('old'))
    await caches.clock.advance(50)
    expect([...(await cache.getMany(keys)).values()]).toEqual(values('new'))
  })
})
