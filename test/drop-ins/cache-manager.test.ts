// The ground of cache-manager's own tests, with both ways that lead there. docs/drop-ins/cache-manager.md says which is which.
import { type Cache as CacheManager, createCache, KeyvAdapter } from 'cache-manager'
import Keyv from 'keyv'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cacheManagerStore } from 'breakwater/cache-manager'
import { keyvStore } from 'breakwater/keyv'
import type { Cache } from '../../src/cache/cache.ts'
import type { TestedStore } from '../cache/stores.ts'
import { away } from './away.ts'
import { opened, STORES } from './stores.ts'

const LIST: { key: string; value: unknown }[] = [
  { key: 'one', value: 1 },
  { key: 'two', value: { deep: [2] } },
  { key: 'three', value: 'text' },
]
const KEYS = LIST.map(({ key }) => key)
const VALUES = LIST.map(({ value }) => value)

type Opens = (cache: Cache, options?: { throwOnErrors?: boolean }) => Keyv

const WAYS: readonly (readonly [string, Opens])[] = [
  ['keyvStore', (cache, options = {}) => new Keyv({ store: keyvStore(cache), ...options })],
  [
    'cacheManagerStore and its KeyvAdapter',
    (cache, options = {}) =>
      new Keyv({ store: new KeyvAdapter(cacheManagerStore(cache)), ...options }),
  ],
]

describe.each(STORES)('cache-manager, on %s', (_, start) => {
  let tested: TestedStore
  let cache: Cache

  beforeAll(async () => {
    tested = await start()
  })
  beforeEach(async () => {
    cache = await opened(tested)
  })
  afterEach(async () => {
    await tested.renew()
  })
  afterAll(async () => {
    await tested.stop()
  })

  describe.each(WAYS)('through %s', (__, open) => {
    let keyv: Keyv
    let manager: CacheManager

    beforeEach(() => {
      keyv = open(cache)
      manager = createCache({ stores: [keyv] })
    })

    it('gets what was set', async () => {
      expect(await manager.set('key', 'value')).toBe('value')
      expect(await manager.set('key', 'other', 60_000)).toBe('other')
      expect(await manager.get('key')).toBe('other')
    })

    it('has nothing where nothing was set', async () => {
      expect(await manager.get('key')).toBeUndefined()
      expect(await keyv.has('key')).toBe(false)
      expect(await manager.mget(['key'])).toEqual([undefined])
    })

    it.each([0, '', false, null])('keeps %j', async (value) => {
      await manager.set('key', value)

      expect(await manager.get('key')).toBe(value)
    })

    it('no longer has what has expired', async () => {
      await manager.set('key', 'value', 20)

      await expect.poll(() => manager.get('key')).toBeUndefined()
      expect(await manager.ttl('key')).toBeUndefined()
    })

    it('deletes', async () => {
      await manager.set('key', 'value')

      expect(await manager.del('key')).toBe(true)
      expect(await manager.get('key')).toBeUndefined()
    })

    it('sets and gets many', async () => {
      expect(await manager.mset(LIST)).toMatchObject(LIST)

      expect(await manager.mget(KEYS)).toEqual(VALUES)
      expect(await keyv.get(KEYS)).toEqual(VALUES)
    })

    it('deletes many, and no others', async () => {
      await manager.mset(LIST)

      expect(await manager.mdel(['one', 'two'])).toBe(true)
      expect(await manager.mget(KEYS)).toEqual([undefined, undefined, 'text'])

      await keyv.delete(KEYS)
      expect(await manager.mget(KEYS)).toEqual([undefined, undefined, undefined])
    })

    it('tells the end of what has one, and none of what stays', async () => {
      await manager.set('ends', 'value', 60_000)
      await manager.set('stays', 'value')

      const end = (await manager.ttl('ends')) ?? 0
      expect(end - Date.now()).toBeGreaterThan(50_000)
      expect(end - Date.now()).toBeLessThanOrEqual(60_000)
      expect(await manager.ttl('stays')).toBeUndefined()
      expect(await manager.ttl('none')).toBeUndefined()
    })

    it('is emptied, and nothing else of the cache', async () => {
      await manager.mset(LIST)
      await cache.set('native', 1)

      expect(await manager.clear()).toBe(true)

      expect(await manager.mget(KEYS)).toEqual([undefined, undefined, undefined])
      expect(await cache.get('native')).toBe(1)
    })

    it('wraps a function, which runs once for many callers', async () => {
      let runs = 0
      const run = async (): Promise<string> => {
        runs++
        return await Promise.resolve('value')
      }
      const wrapped = Array.from({ length: 10 }, () => manager.wrap('key', run, 60_000))

      expect(new Set(await Promise.all(wrapped))).toEqual(new Set(['value']))
      expect(await manager.wrap('key', run)).toBe('value')
      expect(runs).toBe(1)
    })

    it('wraps with a ttl that the value says, and tells the raw entry', async () => {
      await manager.wrap('key', () => 60_000, { ttl: (value) => value })

      expect(await manager.wrap('key', () => 1, { raw: true })).toEqual({
        value: 60_000,
        expires: expect.any(Number) as number,
      })
    })

    it('refreshes what a wrapped function gave when its end is near', async () => {
      await manager.wrap('key', () => 'old', 60_000)
      const again = await manager.wrap('key', () => 'new', 60_000, 3_600_000)

      expect(again).toBe('old')
      await expect.poll(() => manager.get('key')).toBe('new')
    })

    it('wraps in one cache what is wrapped in another', async () => {
      const other = createCache({ stores: [open(cache.namespace('other'))] })
      const wrapped = manager.wrap('key', async () => `${await other.wrap('key', () => 'B')}A`)

      expect(await wrapped).toBe('BA')
      expect(await other.get('key')).toBe('B')
    })

    it('is one of several stores', async () => {
      const near = new Keyv()
      const both = createCache({ stores: [near, keyv] })
      await both.set('key', 'value')
      await near.delete('key')

      expect(await both.get('key')).toBe('value')
      expect(await both.mget(['key', 'none'])).toEqual(['value', undefined])

      await both.wrap('key', () => 'unasked')
      expect(await near.get('key')).toBe('value')

      await both.del('key')
      expect(await keyv.get('key')).toBeUndefined()
    })

    it('works without being waited for', async () => {
      const eager = createCache({ stores: [keyv], nonBlocking: true })
      await eager.mset(LIST)
      await expect.poll(() => eager.mget(KEYS)).toEqual(VALUES)

      await eager.del('one')
      await expect.poll(() => eager.get('one')).toBeUndefined()

      await eager.clear()
      await expect.poll(() => eager.get('two')).toBeUndefined()
    })

    it('leaves the cache open when it is disconnected', async () => {
      await manager.disconnect()

      expect(await cache.set('native', 1)).toBe(true)
    })
  })

  it('lists what it holds through keyvStore', async () => {
    const keyv = new Keyv({ store: keyvStore(cache) })
    await createCache({ stores: [keyv] }).set('key', 'value')

    const found: unknown[] = []
    for await (const entry of keyv.iterator?.({}) ?? []) found.push(entry)
    expect(found).toEqual([['key', 'value']])
  })

  describe('cacheManagerStore by itself, as version 5 calls it', () => {
    it('keeps values of one and of many', async () => {
      const store = cacheManagerStore(cache)
      await store.set('a', { deep: 1 })
      await store.mset([['b', 2] as const, ['c', 3] as const], 60_000)
      await store.mset({ d: 4 })

      expect(await store.get('a')).toEqual({ deep: 1 })
      expect(await store.mget('d', 'none', 'b')).toEqual([4, undefined, 2])
    })

    it('tells milliseconds, -1 for ever, and -2 where there is nothing', async () => {
      const store = cacheManagerStore(cache)
      await store.set('ends', 1, 60_000)
      await store.set('stays', 1)

      expect(await store.ttl('ends')).toBeGreaterThan(50_000)
      expect(await store.ttl('stays')).toBe(-1)
      expect(await store.ttl('none')).toBe(-2)
    })

    it('lists its keys, deletes, and is emptied', async () => {
      const store = cacheManagerStore(cache)
      await store.mset({ 'a b': 1, c: 2, d: 3 })
      expect((await store.keys()).toSorted()).toEqual(['a b', 'c', 'd'])

      await store.del('a b')
      await store.mdel('c', 'none')
      expect(await store.keys()).toEqual(['d'])

      await store.reset()
      expect(await store.keys()).toEqual([])
    })

    it('has no undefined to keep', async () => {
      const store = cacheManagerStore(cache)

      expect(store.isCacheable(undefined)).toBe(false)
      expect(store.isCacheable(null)).toBe(true)
      await expect(store.set('key', undefined)).rejects.toThrow(/anything but undefined/)
    })
  })
})

describe.each(WAYS)('cache-manager while the store is away, through %s', (_, open) => {
  it('goes on without, unless it is to throw', async () => {
    await using quiet = await away('bypass')
    await using loud = await away('throw')
    const manager = createCache({ stores: [open(loud, { throwOnErrors: true })] })
    const down = { code: 'E_STORE_DOWN' }

    expect(await createCache({ stores: [open(quiet)] }).wrap('key', () => 'made')).toBe('made')
    await expect(manager.set('key', 1)).rejects.toMatchObject(down)
    await expect(manager.del('key')).rejects.toMatchObject(down)
    await expect(manager.clear()).rejects.toMatchObject(down)
    // What it cannot read is a miss for it.
    expect(await manager.get('key')).toBeUndefined()
  })
})
