import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import type { Key } from '../../src/base/key.ts'
import { lacks, TESTED, type TestedStore } from './stores.ts'

describe.each(TESTED)('the cache on %s', (name, start) => {
  let store: TestedStore
  let cache: Cache

  beforeAll(async () => {
    store = await start()
  })
  beforeEach(() => {
    cache = store.open()
  })
  afterEach(async () => {
    await store.renew()
  })
  afterAll(async () => {
    await store.stop()
  })

  describe('get', () => {
    it('is undefined, or the fallback, when nothing is stored', async () => {
      expect(await cache.get('a')).toBeUndefined()
      expect(await cache.get('a', 'fallback')).toBe('fallback')
    })

    it('gives a stored null and a stored undefined, not the fallback', async () => {
      await cache.set('null', null)
      await cache.set('undefined', undefined)

      expect(await cache.get('null', 'fallback')).toBeNull()
      expect(await cache.get('undefined', 'fallback')).toBeUndefined()
    })

    it.for<[string, unknown]>([
      ['zero', 0],
      ['an empty text', ''],
      ['false', false],
      ['a fraction', -1.5],
      ['a large number', 2 ** 60],
      ['text', 'text'],
      ['an empty list', []],
      ['nested data', { a: [1, { b: null }] }],
      ['NaN', NaN],
      ['a bigint', 12n],
      ['a date', new Date(0)],
      ['a map and a set', { map: new Map([[1, new Set(['a'])]]) }],
    ])('gives back %s as it was', async ([, value]) => {
      await cache.set('a', value)

      expect(await cache.get('a')).toStrictEqual(value)
    })

    it('takes a list for a key, equal to its joined text', async () => {
      await cache.set(['product', 7, 'reviews'], 'r')

      expect(await cache.get('product:7:reviews')).toBe('r')
    })

    it('keeps keys of 600 bytes and keys with blanks apart', async () => {
      await cache.set('x'.repeat(600), 'long')
      await cache.set('x'.repeat(601), 'longer')
      await cache.set('a b', 'blank')

      expect(await cache.getMany(['x'.repeat(600), 'x'.repeat(601), 'a b'])).toEqual(
        new Map([
          ['x'.repeat(600), 'long'],
          ['x'.repeat(601), 'longer'],
          ['a b', 'blank'],
        ]),
      )
    })
  })

  describe('lookup', () => {
    it('tells a stored undefined from a miss, and knows ttl and tags', async () => {
      await cache.set('a', undefined, { ttl: '1h', tags: ['t', 'u', 't'] })

      expect(await cache.lookup('b')).toEqual({
        hit: false,
        stale: false,
        value: undefined,
        ttlMs: undefined,
        tags: [],
      })
      const found = await cache.lookup('a')
      expect(found).toMatchObject({ hit: true, stale: false, value: undefined, tags: ['t', 'u'] })
      expect(found.ttlMs).toBeGreaterThan(3_590_000)
      expect(found.ttlMs).toBeLessThanOrEqual(3_600_100)
    })
  })

  describe('set', () => {
    it('replaces the value, its ttl and its tags', async () => {
      await cache.set('a', 1, { ttl: '1h', tags: ['old'] })
      await cache.set('a', 2, { ttl: 'forever', tags: ['new'] })
      await cache.invalidateTags(['old'])

      expect(await cache.lookup('a')).toMatchObject({
        hit: true,
        value: 2,
        ttlMs: Infinity,
        tags: ['new'],
      })
    })

    it("stores nothing with '0s', and removes what was there", async () => {
      await cache.set('a', 1)
      await cache.set('a', 2, { ttl: '0s' })

      expect(await cache.has('a')).toBe(false)
    })

    it('leaves the old value alone when the new one cannot be encoded', async () => {
      await cache.set('a', 'old')

      await expect(cache.set('a', { f: () => 1 })).rejects.toMatchObject({ code: 'E_ENCODE' })
      expect(await cache.get('a')).toBe('old')
    })

    it('refuses a value beyond maxValueBytes, and leaves the old one alone', async () => {
      const small = store.open({ maxValueBytes: '1kb' })
      await small.set('a', 'old')

      await expect(small.set('a', 'x'.repeat(5000))).rejects.toMatchObject({ code: 'E_TOO_LARGE' })
      expect(await small.get('a')).toBe('old')
    })
  })

  describe('add', () => {
    it('stores only where nothing is', async () => {
      expect(await cache.add('a', 1)).toBe(true)
      expect(await cache.add('a', 2)).toBe(false)
      expect(await cache.get('a')).toBe(1)
    })

    it('takes the place of an invalidated value', async () => {
      await cache.set('a', 1, { tags: ['t'] })
      await cache.invalidateTags(['t'])

      expect(await cache.add('a', 2)).toBe(true)
      expect(await cache.get('a')).toBe(2)
    })

    it('lets one of 50 callers in, also across processes', async () => {
      const twin = store.twin()
      const added = await Promise.all(
        Array.from({ length: 50 }, (__, index) => (index % 2 === 0 ? cache : twin).add('a', index)),
      )

      expect(added.filter(Boolean)).toHaveLength(1)
      expect(await cache.get('a')).toBe(added.indexOf(true))
    })
  })

  describe('has, ttl, touch and persist', () => {
    it('speak of fresh values only', async () => {
      await cache.set('a', null, { ttl: '1h' })

      expect(await cache.has('a')).toBe(true)
      expect(await cache.ttl('b')).toBeUndefined()
      expect(await cache.touch('a', '2h')).toBe(true)
      expect(await cache.ttl('a')).toBeGreaterThan(7_100_000)
      expect(await cache.persist('a')).toBe(true)
      expect(await cache.ttl('a')).toBe(Infinity)
      expect(await cache.touch('b', '1h')).toBe(false)
    })

    it("touch with '0s' removes", async () => {
      await cache.set('a', 1)

      expect(await cache.touch('a', '0s')).toBe(true)
      expect(await cache.has('a')).toBe(false)
    })

    it('touch keeps value and tags', async () => {
      await cache.set('a', { b: 1 }, { tags: ['t'] })
      await cache.touch('a', '1h')

      expect(await cache.lookup('a')).toMatchObject({ value: { b: 1 }, tags: ['t'] })
    })

    it('touch does not revive what was invalidated', async () => {
      await cache.set('a', 1, { tags: ['t'] })
      await cache.invalidateTags(['t'])

      expect(await cache.touch('a', '1h')).toBe(false)
      expect(await cache.has('a')).toBe(false)
    })
  })

  describe('delete and take', () => {
    it('say whether something was there', async () => {
      await cache.set('a', 1)

      expect(await cache.delete('a')).toBe(true)
      expect(await cache.delete('a')).toBe(false)
    })

    it('take gives a value to one of 20 callers', async () => {
      await cache.set('a', { once: true })

      const taken = await Promise.all(Array.from({ length: 20 }, () => cache.take('a')))

      expect(taken.filter((value) => value !== undefined)).toEqual([{ once: true }])
    })
  })

  describe('the many-variants', () => {
    it("getMany answers by the caller's own keys, without the missing ones, in one call", async () => {
      const list: Key = ['b', 2]
      await cache.setMany([
        ['a', 1],
        [list, null],
      ] as [Key, unknown][])

      expect(await cache.getMany(['a', list, 'c'])).toEqual(
        new Map<unknown, unknown>([
          ['a', 1],
          [list, null],
        ]),
      )
    })

    it('take any iterable, and do nothing for none', async () => {
      function* none(): Generator<string> {}
      expect(await cache.getMany(none())).toEqual(new Map())
      expect(await cache.setMany([])).toEqual([])
      expect(await cache.setMany({})).toEqual([])
      expect(await cache.deleteMany(new Set<string>())).toBe(0)
      expect(await cache.getOrSetMany([], () => new Map())).toEqual(new Map())
    })

    it('setMany stores what can be encoded and names what cannot', async () => {
      const failed = await cache.setMany({ a: 1, bad: () => 1, c: 3 })

      expect(failed).toEqual(['bad'])
      expect(await cache.getMany(['a', 'bad', 'c'])).toEqual(
        new Map([
          ['a', 1],
          ['c', 3],
        ]),
      )
    })

    it('deleteMany counts what was there', async () => {
      await cache.setMany({ a: 1, b: 2 })

      expect(await cache.deleteMany(['a', 'b', 'c'])).toBe(2)
    })
  })

  describe('incr and decr', () => {
    it('count up and down, below zero too, and keep the ttl', async () => {
      await cache.set('n', 10, { ttl: '1h' })

      expect(await cache.incr('n')).toBe(11)
      expect(await cache.decr('n', 20)).toBe(-9)
      expect(await cache.get('n')).toBe(-9)
      expect(await cache.ttl('n')).toBeLessThanOrEqual(3_600_100)
    })

    it('are exact beyond 2^53', async () => {
      await cache.set('n', 9_007_199_254_740_990)

      expect(await cache.incr('n')).toBe(9_007_199_254_740_991)
      expect(await cache.incr('n', 5)).toBe(9_007_199_254_740_996n)
      expect(await cache.get('n')).toBe(9_007_199_254_740_996n)
    })

    it('lose none of 60 increments from two processes, from the first on', async () => {
      const twin = store.twin()

      await Promise.all(
        Array.from({ length: 60 }, (__, index) =>
          (index % 2 === 0 ? cache : twin).incr('n', 1, { initial: 0 }),
        ),
      )

      expect(await cache.get('n')).toBe(60)
    }, 60_000)

    it('refuse a missing key, what is not a number, and a delta that is none', async () => {
      await cache.set('text', 'hello')
      await cache.set('nan', NaN)

      await expect(cache.incr('n')).rejects.toMatchObject({ code: 'E_KEY_MISSING', key: 'n' })
      await expect(cache.incr('text')).rejects.toMatchObject({
        code: 'E_NOT_A_NUMBER',
        key: 'text',
      })
      await expect(cache.incr('nan')).rejects.toMatchObject({ code: 'E_NOT_A_NUMBER' })
      await expect(cache.incr('n', 1.5)).rejects.toMatchObject({ code: 'E_OPTION' })
      expect(await cache.get('text')).toBe('hello')
    })

    it('count fractions and booleans, as Django does, and lose none of them', async () => {
      await cache.set('f', 0.5)
      await cache.set('b', true)
      await Promise.all([...Array(5)].flatMap(() => [cache.incr('f'), cache.incr('b')]))

      expect([await cache.get('f'), await cache.get('b')]).toEqual([5.5, 6])
    })

    it('begin anew after a clear', async () => {
      await cache.incr('n', 7, { initial: 0 })
      await cache.clear()

      expect(await cache.incr('n', 1, { initial: 0 })).toBe(1)
    })
  })

  describe('versions', () => {
    it('keep values apart, and can be counted up with their ttl', async () => {
      await cache.set('a', 'one', { ttl: '1h' })
      await cache.set('a', 'two', { version: 2 })

      expect(await cache.get('a', undefined, { version: 2 })).toBe('two')
      expect(await cache.incrVersion('a', 5)).toBe(6)
      expect(await cache.get('a')).toBeUndefined()
      expect(await cache.get('a', undefined, { version: 6 })).toBe('one')
      expect(await cache.ttl('a', { version: 6 })).toBeLessThanOrEqual(3_600_100)
      expect(await cache.decrVersion('a', 1, { version: 6 })).toBe(5)
      await expect(cache.incrVersion('missing')).rejects.toMatchObject({ code: 'E_KEY_MISSING' })
    })
  })

  describe('invalidateTags', () => {
    it('reaches every entry with one of the tags, and no other, in every namespace', async () => {
      const shop = cache.namespace('shop')
      await cache.set('a', 1, { tags: ['red', 'big'] })
      await shop.set('b', 2, { tags: ['red'] })
      await cache.set('c', 3, { tags: ['blue'] })

      expect(await cache.invalidateTags(['red'])).toEqual({ applied: true, queued: false })

      expect([await cache.has('a'), await shop.has('b'), await cache.has('c')]).toEqual([
        false,
        false,
        true,
      ])
    })

    it('reaches other processes before it resolves', async () => {
      const twin = store.twin()
      await cache.set('a', 1, { tags: ['t'] })
      expect(await twin.get('a')).toBe(1)

      await twin.invalidateTags(['t'])

      expect(await cache.get('a')).toBeUndefined()
    })

    it('does not reach what is set afterwards', async () => {
      const twin = store.twin()
      await cache.set('a', 1, { tags: ['t'] })
      await twin.invalidateTags(['t'])
      await cache.set('a', 2, { tags: ['t'] })

      expect([await cache.get('a'), await twin.get('a')]).toEqual([2, 2])
    })
  })

  describe('namespace and clear', () => {
    it('a namespace has keys of its own, and clears itself alone, with what is nested in it', async () => {
      const tenant = cache.namespace('tenant-7')
      const nested = tenant.namespace('cart')
      await Promise.all([cache.set('k', 0), tenant.set('k', 1), nested.set('k', 2)])

      await tenant.clear()

      expect([await cache.get('k'), await tenant.get('k'), await nested.get('k')]).toEqual([
        0,
        undefined,
        undefined,
      ])
    })

    it('clear empties every version and namespace of the alias, and another alias on the same server keeps its own', async () => {
      const other = store.open({ prefix: 'other' })
      await Promise.all([
        cache.set('a', 1),
        cache.set('a', 2, { version: 2 }),
        cache.namespace('n').set('a', 3),
        other.set('a', 4),
      ])

      await cache.clear()

      expect(await cache.get('a')).toBeUndefined()
      expect(await cache.get('a', undefined, { version: 2 })).toBeUndefined()
      expect(await cache.namespace('n').get('a')).toBeUndefined()
      expect(await other.get('a')).toBe(4)
      await other.clear()
    })

    it('clear leaves what is set right after it', async () => {
      await cache.clear()
      await cache.set('a', 1)

      expect(await cache.get('a')).toBe(1)
    })

    it('what a clear made unreachable is swept away in the background, or left to the server', async () => {
      await cache.setMany(
        Object.fromEntries(Array.from({ length: 50 }, (__, index) => [`k${index}`, index])),
      )
      await cache.clear()
      await cache.set('kept', 1)
      await cache.close()

      const next = store.open()
      expect(await next.getMany(['k0', 'k49', 'kept'])).toEqual(new Map([['kept', 1]]))
      if (lacks(name, 'scan')) return
      const left: string[] = []
      for await (const key of next.keys()) left.push(key)
      expect(left).toEqual(['kept'])
    })
  })

  describe('keys and deletePattern', () => {
    it('list and remove what matches, of this namespace and version alone, or say that they cannot', async () => {
      await cache.setMany({ 'product:1': 1, 'product:2': 2, 'user:1': 3, 'product:[x]': 4 })
      await cache.namespace('product').set('1', 5)
      await cache.set('product:9', 6, { version: 2 })
      if (lacks(name, 'scan')) {
        const cannot = { code: 'E_UNSUPPORTED' }
        await expect(cache.keys('product:?').next()).rejects.toMatchObject(cannot)
        await expect(cache.deletePattern('product:*')).rejects.toMatchObject(cannot)
        expect(await cache.get('product:1')).toBe(1)
        return
      }
      const listed: string[] = []
      for await (const key of cache.keys('product:?')) listed.push(key)

      expect(listed.toSorted()).toEqual(['product:1', 'product:2'])
      expect(await cache.deletePattern('product:\\[x\\]')).toBe(1)
      expect(await cache.deletePattern('product:*')).toBe(2)
      expect([await cache.has('user:1'), await cache.namespace('product').has('1')]).toEqual([
        true,
        true,
      ])
    })
  })

  describe('lock', () => {
    it('is held by one owner at a time, and numbers its holders upwards', async () => {
      const twin = store.twin()
      const first = await cache.lock('job', { ttl: '5s' })

      await expect(twin.lock('job')).rejects.toMatchObject({ code: 'E_LOCKED', key: 'job' })
      const waiting = twin.lock('job', { wait: '10s' })
      await first.release()
      const second = await waiting

      expect(second.fence).toBeGreaterThan(first.fence)
      await second.release()
    })

    it('is not the key of data with the same name', async () => {
      await cache.set('job', 'data')
      const lock = await cache.lock('job')

      expect(await cache.get('job')).toBe('data')
      await lock.release()
    })
  })

  describe('stats', () => {
    it('counts hits, misses and what the store says of itself', async () => {
      await cache.set('a', 1)
      await cache.get('a')
      await cache.get('b')
      await cache.getMany(['a', 'c'])

      expect(await cache.stats()).toMatchObject({
        alias: 'default',
        hits: 2,
        misses: 2,
        hitRate: 0.5,
        stores: 1,
        reachable: true,
      })
      expect((await cache.stats()).bytes).toBeGreaterThan(0)
    })
  })

  describe('on', () => {
    it("tells of hits, misses, stores and invalidations by the caller's key, until it is ended", async () => {
      const seen: string[] = []
      const ends = (['hit', 'miss', 'store', 'invalidate'] as const).map((name) =>
        cache.on(name, (event) => seen.push(`${name} ${event.key ?? '-'}`)),
      )
      await cache.get(['a', 1])
      await cache.set(['a', 1], 'x')
      await cache.get(['a', 1])
      await cache.invalidate(['a', 1])
      for (const end of ends) end()
      await cache.get(['a', 1])

      expect(seen).toEqual(['miss a:1', 'store a:1', 'hit a:1', 'invalidate a:1'])
    })
  })

  describe('a closed cache', () => {
    it('refuses every call with E_CLOSED, and closes twice without harm', async () => {
      await cache.close()
      await cache.close()

      await expect(cache.get('a')).rejects.toMatchObject({ code: 'E_CLOSED' })
      await expect(cache.set('a', 1)).rejects.toMatchObject({ code: 'E_CLOSED' })
    })
  })
})
