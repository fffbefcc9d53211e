import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { rejectionOf } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'

const CACHE_KEY = Symbol.for('cacheKey')

let caches: FreshCaches
let cache: Cache
let asked: unknown[][]

/** A function with a name, that says what it was called with. */
async function search(...args: unknown[]): Promise<string> {
  asked.push(args)
  return `found ${asked.length}`
}

beforeEach(() => {
  caches = new FreshCaches()
  cache = caches.open()
  asked = []
})
afterEach(async () => {
  await caches.close()
})

describe('cache.memoize without a key', () => {
  it('runs once for the same arguments, whatever order the names in them have', async () => {
    const cached = cache.memoize(search, '5m')
    const found = [
      await cached('shoe', { page: 1, sort: { by: 'price', up: true } }),
      await cached('shoe', { sort: { up: true, by: 'price' }, page: 1 }),
      await cached('shoe', { page: 2, sort: { by: 'price', up: true } }),
    ]

    expect(found).toEqual(['found 1', 'found 1', 'found 2'])
  })

  it('has keys that begin with the name of the function, or with the one given', () => {
    expect(cache.memoize(search).keyFor('shoe', 2)).toBe('search:%("shoe",2)')
    expect(cache.memoize(search, { name: 'find:it' }).keyFor()).toBe('find%3Ait:%()')
  })

  it('leaves out what is undefined at the end, from the call too', async () => {
    const cached = cache.memoize(search)
    await cached('shoe', undefined, undefined)
    await cached('shoe')
    await cached.invalidate('shoe', undefined)
    await cached('shoe')

    expect(asked).toEqual([['shoe'], ['shoe']])
  })

  it('gives each of two functions its own results', async () => {
    const other = cache.memoize(async (id: number) => `other ${id}`, { name: 'other' })
    const cached = cache.memoize(search)

    expect([await cached(1), await other(1), await cached(1)]).toEqual([
      'found 1',
      'other 1',
      'found 1',
    ])
  })

  it('refuses a second function of the same name, which would be given the results of the first', () => {
    const another = { search: async (id: number) => id }.search
    cache.memoize(search)

    expect(() => cache.memoize(another)).toThrow(/another one called 'search'/)
    expect(() => cache.memoize(search)).not.toThrow()
    expect(() => cache.namespace('users').memoize(another)).not.toThrow()
    expect(() => cache.memoize(another, { name: 'search users' })).not.toThrow()
  })

  it.each<[string, () => unknown]>([
    [
      'no name',
      (
        () => () =>
          1
      )(),
    ],
    ['a name that a minifier leaves', { ab: () => 1 }.ab],
    ['the name of what it is bound to', search.bind(null)],
  ])('refuses a function with %s, unless one is given', (_, load) => {
    expect(() => cache.memoize(load)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(() => cache.memoize(load, { name: 'given' })).not.toThrow()
  })

  it('tells instances apart by what they say, and refuses those that say nothing', async () => {
    class User {
      readonly id: number
      constructor(id: number) {
        this.id = id
      }
      [CACHE_KEY](): number {
        return this.id
      }
    }
    class Visitor {
      readonly id = 1
    }
    const cached = cache.memoize(search)

    expect(await cached(new User(1))).toBe('found 1')
    expect(await cached(new User(2))).toBe('found 2')
    expect(await cached(new User(1))).toBe('found 1')
    expect(await rejectionOf(cached(new Visitor()))).toMatchObject({
      code: 'E_KEY',
      message: expect.stringContaining(
        "instances of Visitor are told apart by their method [Symbol.for('cacheKey')]",
      ),
    })
    expect(asked).toHaveLength(2)
  })

  it('does not pass this on: what needs it fails, and is never shared', async () => {
    async function find(this: unknown, id: number): Promise<string> {
      return `${(this as { tenant?: number } | undefined)?.tenant} ${id}`
    }
    const api = { tenant: 7, find: cache.memoize(find) }

    expect(await api.find(1)).toBe('undefined 1')
  })

  it('loads nothing for arguments that were changed after the call', async () => {
    const cached = cache.memoize(search)
    const filter = { page: 1 }
    const call = rejectionOf(cached(filter))
    filter.page = 2

    expect(await call).toMatchObject({ code: 'E_KEY', message: expect.stringContaining('changed') })
    expect(asked).toEqual([])
  })

  it('keeps nothing of arguments that were changed while it ran', async () => {
    const filter = { page: 1 }
    const cached = cache.memoize(async (given: { page: number }) => (given.page = 2), {
      name: 'bad',
    })
    await cached(filter)

    expect(await cache.has(cached.keyFor({ page: 1 }))).toBe(false)
    expect(await cache.has(cached.keyFor({ page: 2 }))).toBe(false)
  })

  it('invalidates and refreshes one call', async () => {
    const cached = cache.memoize(search, { tags: (words) => [`words:${String(words)}`] })
    expect(await cached('a')).toBe('found 1')
    expect(await cached.refresh('a')).toBe('found 2')
    expect(await cached('a')).toBe('found 2')
    await cached.invalidate('a')
    expect(await cached('a')).toBe('found 3')
    await cache.invalidateTags(['words:a'])
    expect(await cached('a')).toBe('found 4')
  })
})

describe('cache.define', () => {
  it('with a name has keys made of the arguments', async () => {
    const product = cache.define<[id: number, options?: { lang: string }], string>({
      name: 'product',
      load: async (id, options) => await search(id, options),
    })

    expect(product.key(7, { lang: 'de' })).toBe('product:%(7,{lang="de"})')
    expect([await product.get(7, undefined), await product.get(7, undefined)]).toEqual([
      'found 1',
      'found 1',
    ])
  })

  it('gives its loader the context last, also when arguments were left out', async () => {
    const product = cache.define({
      key: (id: number, lang?: string) => ['product', id, lang ?? 'en'],
      load: async (id, lang, { tag }) => {
        tag('late')
        return `${id} ${lang}`
      },
    })

    expect(await product.get(7)).toBe('7 undefined')
    expect((await cache.lookup(product.key(7))).tags).toEqual(['late'])
  })

  it('with an object in its key tells versions of a row apart', async () => {
    const product = cache.define({
      key: (row: { id: number; version: number }) => ['product', row.id, { version: row.version }],
      load: async (row) => search(row.version),
    })

    expect(await product.get({ id: 7, version: 1 })).toBe('found 1')
    expect(await product.get({ id: 7, version: 2 })).toBe('found 2')
    expect(await product.get({ id: 7, version: 1 })).toBe('found 1')
  })

  it('keeps nothing under a key that somebody wrote and that has changed since the call', async () => {
    const page = cache.define({
      key: (filter: { page: number }) => ['page', filter.page],
      load: async (filter) => search(filter.page),
    })
    const filter = { page: 1 }
    const call = page.get(filter)
    filter.page = 2
    await call

    expect(await cache.has('page:1')).toBe(false)
  })
})
