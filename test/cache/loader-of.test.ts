import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import type { LoadMany, ManyLoaded } from '../../src/cache/batch-loader.ts'
import type { Defined } from '../../src/cache/define.ts'
import { type LoaderOptions, loaderOf } from '../../src/cache/loader-of.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { recordingStore } from '../../src/testing/recording-store.ts'
import { gate, rejectionOf } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'

interface Row {
  readonly id: number
  name: string
}
type ById = [id: number]

let caches: FreshCaches
let cache: Cache
let twin: Cache
/** The ids of each query. */
let queries: number[][]

const rows: LoadMany<ById, Row> = async (list) => {
  const ids = list.map(([id]) => id)
  queries.push(ids)
  return ids.map((id) => ({ id, name: `row ${id}` }))
}

function family(of: Cache, loadMany: LoadMany<ById, Row> = rows): Defined<ById, Row | undefined> {
  return of.define({ key: (id: number) => ['row', id], loadMany, tags: (id) => [`row:${id}`] })
}

function loader(
  of: Cache,
  options?: LoaderOptions<ById, Row | undefined>,
): Defined<ById, Row | undefined> {
  return loaderOf(family(of), options)
}

beforeEach(() => {
  caches = new FreshCaches()
  cache = caches.open()
  twin = caches.open()
  queries = []
})
afterEach(async () => {
  await caches.close()
})

describe('define with loadMany', () => {
  it('getMany loads what is missing by one query, in the order asked for', async () => {
    const row = family(cache)
    await row.get(2)
    const found = await row.getMany([[3], [2], [1], [3]])

    expect(found.map((each) => each?.id)).toEqual([3, 2, 1, 3])
    expect(queries).toEqual([[2], [3, 1]])
    expect(await cache.get('row:1')).toEqual({ id: 1, name: 'row 1' })
  })

  it('has the tags of each key on each key', async () => {
    const row = family(cache)
    await row.getMany([[1], [2]])
    await twin.invalidateTags(['row:1'])
    await row.getMany([[1], [2]])

    expect(queries).toEqual([[1, 2], [1]])
  })

  it('takes a Map by the argument, whatever its type, and what it leaves out is undefined and not stored', async () => {
    const row = family(
      cache,
      async (list) => (
        await rows(list, undefined as never),
        new Map([['2' as never, { id: 2, name: 'text' }]])
      ),
    )

    expect(await row.getMany([[1], [2]])).toEqual([undefined, { id: 2, name: 'text' }])
    expect(await row.get(1)).toBe(undefined)
    expect(queries).toEqual([[1, 2], [1]])
  })

  it('stores an undefined that stands in a list', async () => {
    const row = family(cache, (list) => {
      queries.push(list.map(([id]) => id))
      return list.map(() => undefined as never)
    })

    expect(await row.getMany([[1]])).toEqual([undefined])
    expect(await row.get(1)).toBe(undefined)
    expect(queries).toHaveLength(1)
  })

  it.each<[string, unknown, RegExp]>([
    ['too few values', [1], /as many values as it was given, 2.*got 1/],
    ['no list', { 1: 'a' }, /a list in the order of its arguments, or a Map/],
  ])('refuses %s', async (_, loaded, message) => {
    const row = family(cache, () => loaded as ManyLoaded<ById, Row>)

    expect(await rejectionOf(row.getMany([[1], [2]]))).toMatchObject({
      code: 'E_OPTION',
      message: expect.stringMatching(message),
    })
    expect(await cache.getMany(['row:1', 'row:2'])).toEqual(new Map())
  })

  it('refreshes stale values behind their backs by one query', async () => {
    const row = cache.define({
      key: (id: number) => ['row', id],
      loadMany: rows,
      ttl: '10s',
      stale: '1m',
      jitter: 0,
    })
    await row.getMany([[1], [2]])
    await caches.clock.advance(10_000)
    await row.getMany([[1], [2]])
    await caches.settle()

    expect(queries).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  it('a schema refuses what is stored, key by key', async () => {
    const schema = {
      '~standard': { validate: (value: unknown) => (value === 'old' ? { issues: [] } : {}) },
    }
    const row = cache.define({ key: (id: number) => ['row', id], loadMany: rows, schema })
    await cache.set('row:1', 'old')
    await cache.set('row:2', { id: 2, name: 'kept' })

    expect(await row.getMany([[1], [2]])).toEqual([
      { id: 1, name: 'row 1' },
      { id: 2, name: 'kept' },
    ])
    expect(queries).toEqual([[1]])
  })
})

describe('loaderOf', () => {
  it('loads what callers ask for in one turn by one query', async () => {
    const row = loader(cache)
    const later = Promise.resolve().then(async () => await row.get(3))
    const found = await Promise.all([row.get(1), row.get(2), later, row.get(1)])

    expect(found.map((each) => each?.id)).toEqual([1, 2, 3, 1])
    expect(queries).toEqual([[1, 2, 3]])
  })

  it('reads what callers ask for in one turn in one round trip', async () => {
    const store = recordingStore(memory())
    const row = loader(caches.open({ store }))
    await Promise.all([row.get(1), row.get(2)])
    store.forget()
    await Promise.all([row.get(1), row.get(2), row.get(1)])

    expect(store.acts.map(({ act }) => act)).toEqual(['read'])
  })

  it('asks for a later turn by another query', async () => {
    const row = loader(cache)
    await row.get(1)
    await row.get(2)

    expect(queries).toEqual([[1], [2]])
  })

  it('two processes load each key once', async () => {
    const [one, two] = [loader(cache), loader(twin)]
    await Promise.all([one.get(1), one.get(2), two.get(2), two.get(3)])

    expect(queries.flat().toSorted((a, b) => a - b)).toEqual([1, 2, 3])
  })

  it('gives each caller a value of his own, where values are copies', async () => {
    const copying = caches.open({
      store: memory({ values: 'copied' }),
    })
    const row = loader(copying)
    const [one, two] = await Promise.all([row.get(1), row.get(1)])
    if (one !== undefined) one.name = 'changed'

    expect(two).toEqual({ id: 1, name: 'row 1' })
  })

  it('a failure concerns its keys alone', async () => {
    const row = loader(cache, {
      batch: async (list) =>
        list.map(([id]) => (id === 2 ? new Error('no two') : { id, name: 'x' })),
    })
    const [one, two, three] = await Promise.allSettled([row.get(1), row.get(2), row.get(3)])

    expect([one.status, two.status, three.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await cache.has('row:2')).toBe(false)
    expect(await cache.has('row:3')).toBe(true)
  })

  it('a query that fails fails all of its keys with its very error, and none of another turn', async () => {
    const failure = new Error('down')
    let down = true
    const row = loader(cache, {
      batch: async (list, context) => {
        if (down) throw failure
        return await rows(list, context)
      },
    })
    const failed = await Promise.all([rejectionOf(row.get(1)), rejectionOf(row.get(2))])
    down = false

    expect(failed).toEqual([failure, failure])
    expect(await row.get(1)).toEqual({ id: 1, name: 'row 1' })
  })

  it('asks for at most maxBatch values at a time; a part that fails concerns its own keys', async () => {
    const row = loader(cache, {
      maxBatch: 2,
      batch: async (list, context) => {
        if (list.some(([id]) => id === 3)) throw new Error('no three')
        return await rows(list, context)
      },
    })
    const found = await Promise.allSettled([1, 2, 3, 4, 5].map((id) => row.get(id)))

    expect(found.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ])
    expect(queries).toEqual([[1, 2], [5]])
  })

  it('a key invalidated while its batch loads is not stored; the others are', async () => {
    const held = gate()
    const row = loader(cache, {
      batch: async (list, context) => {
        const loaded = await rows(list, context)
        if (queries.length === 1) await held.promise
        return loaded
      },
    })
    const both = Promise.all([row.get(1), row.get(2)])
    await expect.poll(() => queries.length).toBe(1)
    await twin.invalidate('row:1')
    held.open()
    await both

    expect(await twin.has('row:1')).toBe(false)
    expect(await twin.has('row:2')).toBe(true)
  })

  it('one caller that gives up hears so at once; the batch is told when nobody is left', async () => {
    const signals: AbortSignal[] = []
    const row = loader(cache, {
      batch: async (_list, { signal }) => {
        signals.push(signal)
        return await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        })
      },
    })
    const [first, second] = [new AbortController(), new AbortController()]
    const one = rejectionOf(row.with({ signal: first.signal }).get(1))
    const two = rejectionOf(row.with({ signal: second.signal }).get(1))
    await expect.poll(() => signals.length).toBe(1)
    first.abort(new Error('first'))

    expect(await one).toEqual(new Error('first'))
    expect(signals[0]?.aborted).toBe(false)
    second.abort(new Error('second'))
    expect(await two).toEqual(new Error('second'))
    await expect.poll(() => signals[0]?.aborted).toBe(true)
  })

  it('within loads that ask for each other waits for no one in vain', async () => {
    const parents = loaderOf(
      cache.define({
        key: (id: number) => ['parent', id],
        loadMany: async (list): Promise<string[]> => {
          const children = await Promise.all(list.map(([id]) => child.get(id)))
          return list.map(([id], index) => `parent ${id} of ${children[index]}`)
        },
      }),
    )
    const child: Defined<ById, string | undefined> = loaderOf(
      cache.define({
        key: (id: number) => ['child', id],
        loadMany: async (list): Promise<string[]> => {
          if (list.some(([id]) => id === 1)) await parents.get(2)
          return list.map(([id]) => `child ${id}`)
        },
      }),
    )
    const all = await Promise.all([parents.get(1), parents.get(2), child.get(1), child.get(2)])

    expect(all).toEqual(['parent 1 of child 1', 'parent 2 of child 2', 'child 1', 'child 2'])
  })

  it('refuses arguments that were changed after the call, and loads the others', async () => {
    const search = loaderOf(
      cache.define<[{ page: number }], number>({
        name: 'search',
        loadMany: async (list) => list.map(([{ page }]) => page),
      }),
    )
    const filter = { page: 1 }
    const [changed, other] = [rejectionOf(search.get(filter)), search.get({ page: 5 })]
    filter.page = 2

    expect(await changed).toMatchObject({ code: 'E_KEY' })
    expect(await other).toBe(5)
  })

  it.each<[string, LoaderOptions<ById, Row | undefined>]>([
    ['maxBatch', { maxBatch: 0 }],
    ['batch', { batch: 5 as never }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => loader(cache, options)).toThrow(`'${option}'`)
  })

  it('needs a batch where the definition has no loadMany', () => {
    const single = cache.define({ key: (id: number) => ['one', id], load: (id) => id })

    expect(() => loaderOf(single)).toThrow(/'batch'.*no 'loadMany'/)
    expect(() => loaderOf(single, { batch: (list) => list.map(([id]) => id) })).not.toThrow()
  })
})
