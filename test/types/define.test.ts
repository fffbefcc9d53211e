// What is inferred of functions, methods and batches, and what must not compile; see api.test.ts.
import { describe, expect, expectTypeOf, it } from 'vitest'
import { cached, cachedMethod, type Memoized } from '../../src/index.ts'
import { loaderOf } from '../../src/cache/loader-of.ts'
import { createCaches } from '../../src/config/create-caches.ts'

interface Row {
  readonly id: number
  readonly version: number
}

const cache = createCaches({ default: {} }).default

async function findRow(id: number, lang?: string): Promise<Row> {
  return { id, version: lang?.length ?? 0 }
}

async function needy(this: Repository): Promise<string> {
  return this.id
}

class Repository {
  readonly id = 'main'

  async row(id: number, lang = 'en'): Promise<Row> {
    return { id, version: lang.length + this.id.length }
  }
}

const batched = cache.define({
  key: (id: number) => ['row', id],
  loadMany: async (list) => list.map(([id]): Row => ({ id, version: 1 })),
})

describe('the types of', () => {
  it('a memoized function are those of the function', async () => {
    const row = cache.memoize(findRow, '5m')

    expectTypeOf(row).toEqualTypeOf<Memoized<[id: number, lang?: string | undefined], Row>>()
    expectTypeOf(await cache.get(row.keyFor(7))).toEqualTypeOf<Row | undefined>()
    expect(await row(7)).toEqual({ id: 7, version: 0 })
  })

  it('a batch loader: the arguments of each, and that any of them may be missing', async () => {
    expectTypeOf(await batched.get(7)).toEqualTypeOf<Row | undefined>()
    expectTypeOf(await batched.getMany([[7]])).toEqualTypeOf<(Row | undefined)[]>()
    expectTypeOf(loaderOf(batched)).toEqualTypeOf(batched)
    const mapped = cache.define({
      key: (id: number) => ['mapped', id],
      loadMany: async (list) => new Map(list.map(([id]) => [id, `row ${id}`])),
    })
    expectTypeOf(await mapped.get(7)).toEqualTypeOf<string | undefined>()
    expect(await mapped.get(7)).toBe('row 7')
  })

  it('a decorated method are left as they are, and its handle has them', () => {
    const handle = (): Memoized<[id: number, lang?: string], Row> =>
      cachedMethod(new Repository(), 'row')

    expect(handle).toThrow('decorated')
  })

  it('refuse wrong arguments, methods that are not async, and loads that need this', () => {
    const wrong = [
      // @ts-expect-error an id is a number
      () => cache.memoize(findRow)('seven'),
      // @ts-expect-error `this` is not passed on
      () => cache.memoize(needy),
      // @ts-expect-error a batch returns what it was asked for
      () => loaderOf(batched, { batch: async () => 5 }),
      // @ts-expect-error a revision grows: a text is compared letter by letter
      () => cache.define({ key: () => 'a', load: () => 1, revision: (value) => String(value) }),
      // @ts-expect-error a definition loads
      () => cache.define({ key: () => 'a' }),
      () => {
        const decorate = cached(cache)
        const context = {} as ClassMethodDecoratorContext<Repository, (id: number) => number>
        // @ts-expect-error a cached method is async
        return decorate((id: number) => id, context)
      },
    ]

    expect(wrong).toHaveLength(6)
  })
})
