// What must not compile. The type checker reads this file in `npm run types`: an error that is expected and does not come is
// itself an error.
import { describe, expect, expectTypeOf, it } from 'vitest'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'

interface Product {
  readonly id: number
  readonly name: string
}

const caches = createCaches({ default: { store: memory() }, sessions: { ttl: '14d' } })
const cache = caches.default
const product = cache.define({
  key: (id: number) => ['product', id],
  load: (id: number): Product => ({ id, name: `Product ${id}` }),
})

describe('types', () => {
  it('infer what a loader returns, and what a defined key holds', async () => {
    expectTypeOf(await cache.getOrSet('a', () => 7)).toEqualTypeOf<number>()
    expectTypeOf(await cache.getOrSet('a', async () => 'x', '5m')).toEqualTypeOf<string>()
    expectTypeOf(
      await cache.getOrSet('b', ({ tag, previous }) => (tag('t'), previous === undefined)),
    ).toEqualTypeOf<boolean>()
    const tagged = cache.define({
      key: (id: number) => [id],
      load: async (id, { tag }) => (tag('t'), `x${id}`),
    })
    expectTypeOf(await tagged.get(1)).toEqualTypeOf<string>()
    expectTypeOf(await product.get(7)).toEqualTypeOf<Product>()
    expectTypeOf(await cache.get(product.key(7))).toEqualTypeOf<Product | undefined>()
    expectTypeOf(await cache.get('anything')).toEqualTypeOf<unknown>()
    const ids: string[] = ['a', 'b']
    const many = await cache.getOrSetMany(ids, (keys) =>
      keys.map((key) => [key, key.length] as const),
    )
    expectTypeOf(many).toEqualTypeOf<Map<string, number>>()
    expect(await cache.get(product.key(7))).toEqual({ id: 7, name: 'Product 7' })
  })

  it('refuse a wrong value under a defined key, a bare number for a time, an unknown alias or option', () => {
    const wrong = [
      // @ts-expect-error a product is no number
      () => cache.set(product.key(7), 7),
      // @ts-expect-error an id is a number
      () => product.get('seven'),
      // @ts-expect-error 300 of what?
      () => cache.set('a', 1, { ttl: 300 }),
      // @ts-expect-error there is no such unit
      () => cache.set('a', 1, { ttl: '5 minutes' }),
      // @ts-expect-error there is no such option
      () => cache.set('a', 1, { tll: '5m' }),
      // @ts-expect-error there is no such alias
      () => caches.sesions,
      // @ts-expect-error a key part is a string, a number, a bigint or a boolean
      () => cache.get(['a', undefined]),
    ]

    expect(wrong).toHaveLength(7)
  })
})
