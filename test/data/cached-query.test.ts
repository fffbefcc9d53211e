import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { cachedQuery, type CachedQuery } from '../../src/data/cached-query.ts'
import { valueText } from '../../src/data/query-key.ts'
import { type ChangeTracker, trackChanges } from '../../src/data/tracker.ts'
import { FreshCaches } from '../cache/fresh-caches.ts'

let caches: FreshCaches
let cache: Cache
let tracker: ChangeTracker
let runs: number
let refused: string[]

beforeEach(() => {
  caches = new FreshCaches()
  cache = caches.open()
  runs = 0
  refused = []
  cache.on('refuse', ({ reason }) => refused.push(reason))
  const key = [{ name: 'id', kind: 'integer' }] as const
  tracker = trackChanges(cache, {
    schema: {
      tables: [
        { name: 'products', key },
        { name: 'reviews', key },
        { name: 'accounts', key, personal: true },
      ],
      views: [{ name: 'cheap', reads: ['products'] }],
    },
  })
})
afterEach(() => caches.close())

async function ask(sql: string, more: Partial<CachedQuery<number>> = {}): Promise<number> {
  const run = (): Promise<number> => Promise.resolve(++runs)
  return await cachedQuery(cache, { tracker, dialect: 'postgres', sql, run, ttl: '1h', ...more })
}

const change = async (entity: string, ids?: string[]): Promise<unknown> =>
  await tracker.changed({ entity, operation: 'update', ...(ids === undefined ? {} : { ids }) })

describe('cachedQuery', () => {
  it('runs a query once, until a table that it reads is changed', async () => {
    const sql = 'select * from products join reviews on true'
    expect([await ask(sql), await ask(sql)]).toEqual([1, 1])
    await change('accounts')
    expect(await ask(sql)).toBe(1)
    await change('reviews', ['7'])

    expect(await ask(sql)).toBe(2)
  })

  it('keeps a row while others are changed, and not while nobody knows which', async () => {
    const row = { params: [7] }
    const sql = 'select * from products where id = $1'
    await ask(sql, row)
    await change('products', ['8'])
    expect(await ask(sql, row)).toBe(1)
    await change('products', ['7'])
    expect(await ask(sql, row)).toBe(2)
    await change('products')
    expect(await ask(sql, row)).toBe(3)
  })

  it('knows that a view shows its tables', async () => {
    await ask('select * from cheap where id = 7')
    await change('products', ['8'])

    expect(await ask('select * from cheap where id = 7')).toBe(2)
  })

  it('is invalidated by a change of everything, and when messages may have been lost', async () => {
    await ask('select * from products')
    await tracker.raise('all')
    expect(await ask('select * from products')).toBe(2)
    await tracker.raise(['products'])
    expect(await ask('select * from products')).toBe(3)
  })

  it('tells parameters apart by type, texts by every letter, and forms and scopes by name', async () => {
    const asked: Partial<CachedQuery<number>>[] = [
      { params: [1] },
      { params: ['1'] },
      { params: [1n] },
      { params: [null] },
      { params: [undefined] },
      { params: [-0] },
      { params: [0] },
      { params: [[1]] },
      { params: [1, 1] },
      { params: [new Date(1)] },
      { params: [new Uint8Array([1])] },
      { params: [{ a: 1 }] },
      { params: [{ a: '1' }] },
      { params: [true] },
      { params: ['true'] },
      { params: [1], form: 'x' },
      { params: [1], scope: 1 },
      { params: [1], scope: '1' },
      { params: { a: 1 } },
      { params: [] },
    ]
    for (const each of asked) await ask('select * from products where n = $1', each)
    await ask('select * from products  where n = $1', { params: [1] })

    expect(runs).toBe(asked.length + 1)
    expect(await ask('select * from products where n = $1', { params: [{ a: 1 }] })).toBe(12)
  })

  it('tells the databases of two trackers apart by their names', async () => {
    const other = trackChanges(cache, { name: 'archive', unknownTables: 'trust' })
    await ask('select * from products')

    expect(await ask('select * from products', { tracker: other })).toBe(2)
  })

  it.for([
    'update products set n = 1',
    'select * from products for update',
    'with x as (delete from products returning *) select * from x',
    "select nextval('s') from products",
    'select 1 from products; select 2 from products',
    'explain analyze select * from products',
    'show all',
  ])('stores nothing of %s', async (sql) => {
    await ask(sql)

    expect(await ask(sql)).toBe(2)
  })

  it.for([
    ['a name that no schema has', 'select * from mystery', /may be a view/],
    ['no table', 'select now()', /names no table/],
    ['a connection', 'select lastval() from products', /scope/],
    ['a user', 'select * from products where owner = current_user', /scope/],
    ['policies of rows', 'select * from accounts', /scope/],
  ] as const)('stores nothing that depends on %s, and says so', async ([, sql, reason]) => {
    await ask(sql)

    expect(await ask(sql)).toBe(2)
    expect(refused[0]).toMatch(reason)
  })

  it('takes a column for a column, whatever functions are called', async () => {
    await ask('select changes, sleep, nextval from products')

    expect(await ask('select changes, sleep, nextval from products')).toBe(1)
  })

  it('stores what depends on who asks under a scope', async () => {
    await ask('select * from accounts', { scope: 'ann' })

    expect(await ask('select * from accounts', { scope: 'ann' })).toBe(1)
    expect(await ask('select * from accounts', { scope: 'bob' })).toBe(2)
  })

  it('needs a scope once a connection was told to look elsewhere', async () => {
    await ask('select * from products')
    const session = tracker.session('postgres')
    await session.run(tracker.statements('set search_path to tenant', [], 'postgres'), () =>
      Promise.resolve(),
    )

    expect(await ask('select * from products')).toBe(2)
    expect(await ask('select * from products', { scope: 'tenant' })).toBe(3)
    expect(await ask('select * from products', { scope: 'tenant' })).toBe(3)
  })

  it('reads the database and stores nothing within a transaction', async () => {
    await ask('select * from products', { inTransaction: true })

    expect(await ask('select * from products', { inTransaction: true })).toBe(2)
    expect(await ask('select * from products')).toBe(3)
  })

  it('takes unknown names for tables where it is told so, and refuses options that nobody reads', async () => {
    const trusting = trackChanges(cache, { unknownTables: 'trust' })
    await ask('select * from mystery', { tracker: trusting })

    expect(await ask('select * from mystery', { tracker: trusting })).toBe(1)
    await expect(ask('select * from products', { ttll: '1h' } as object)).rejects.toThrow("'ttll'")
  })
})

describe('valueText', () => {
  it('tells apart what the database is sent, and takes an instance for what it is sent as', () => {
    class Money {
      readonly cents: number
      constructor(cents: number) {
        this.cents = cents
      }
      toJSON(): number {
        return Math.round(this.cents / 100)
      }
    }
    class Precise extends Money {
      toPostgres(prepare: (value: unknown) => unknown): unknown {
        return prepare(this.cents)
      }
    }
    const values = [1, '1', 1n, -0, 0, null, undefined, [], {}, new Date(1), new Money(100)]
    const different = [...values, new Money(200), new Precise(100), new Precise(101)]

    expect(new Set(different.map((value) => valueText([value]))).size).toBe(different.length)
    expect(valueText([new Money(100)])).toBe(valueText([new Money(101)]))
  })

  it('refuses what has no text of its own', () => {
    const own: unknown[] = []
    own.push(own)

    for (const value of [() => 1, Symbol('x'), new WeakMap(), own])
      expect(() => valueText(value)).toThrow(expect.objectContaining({ code: 'E_KEY' }))
  })
})
