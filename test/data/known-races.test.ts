// Races that Django's query caches have, each as its own interleaving, in fake time. Sources: cacheops 22, 302, 478 (a load that
// began before a write stores after it), 228 (invalidation before COMMIT, or long after it), 104, 136, 141, 472, 485, 389
// (updates that no signal tells of), 143, 299 (evicted bookkeeping); cachalot 19, 27 (clocks that differ), 224 (clocks that
// stand still), and the stamp that it writes before the statement runs.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { cachedQuery } from '../../src/data/cached-query.ts'
import { type ChangeTracker, trackChanges } from '../../src/data/tracker.ts'
import { gate } from '../cache/barrier.ts'
import { FreshCaches } from '../cache/fresh-caches.ts'
import { ADD, ALL, ONE, StubDatabase, type StubRow, TrackedStub } from './stub-database.ts'

const SCHEMA = { tables: [{ name: 'items', key: [{ name: 'id', kind: 'integer' }] as const }] }

let caches: FreshCaches
let cache: Cache
let other: Cache
let tracker: ChangeTracker
let database: StubDatabase

beforeEach(() => {
  caches = new FreshCaches()
  cache = caches.open()
  other = caches.open()
  tracker = trackChanges(cache, { schema: SCHEMA })
  database = new StubDatabase(2, () => Promise.resolve())
})
afterEach(() => caches.close())

const connect = (): TrackedStub => new TrackedStub(database, tracker)

async function read(
  of: Cache = cache,
  sql: string = ONE,
  run?: () => Promise<StubRow[]>,
): Promise<number | undefined> {
  const ids = sql === ONE ? [1] : []
  const rows = await cachedQuery(of, {
    tracker,
    dialect: 'postgres',
    sql,
    params: [ids],
    ttl: '1h',
    run: run ?? (() => database.connect().query(sql, ids)),
  })
  return rows.find(({ id }) => id === 1)?.n
}

describe('a read that began before a write and is stored after it', () => {
  it.for([
    ['of a row', ONE],
    ['of a list', ALL],
  ] as const)('is not served to anybody who asks later: %s', async ([, sql]) => {
    const held = gate()
    const slow = read(cache, sql, async () => {
      const rows = await database.connect().query(sql, sql === ONE ? [1] : [])
      await held.promise
      return rows
    })
    await caches.settle()
    await connect().query(ADD, [1])
    held.open()
    await slow

    expect(await read(cache, sql)).toBe(1)
    expect(await read(other, sql)).toBe(1)
  })

  it('is not served when its database answered while the statement of the write was on its way', async () => {
    const statement = gate()
    const connection = connect()
    const write = connection.session.run(tracker.statements(ADD, [[1]], 'postgres'), async () => {
      await statement.promise
      return await connection.connection.query(ADD, [1])
    })
    await caches.settle()
    // Announced, not done: the old row is read and stored in between.
    expect(await read()).toBe(0)
    statement.open()
    await write

    expect(await read()).toBe(1)
    expect(await read(other)).toBe(1)
  })
})

describe('a transaction', () => {
  it('leaves the old rows to others until COMMIT, and none of them after it', async () => {
    const writer = connect()
    await writer.query('begin')
    await writer.query(ADD, [1])
    expect(await read()).toBe(0)
    expect(await read(other, ALL)).toBe(0)

    await writer.query('commit')

    expect(await read()).toBe(1)
    expect(await read(other, ALL)).toBe(1)
  })

  it('stores nothing that it reads itself', async () => {
    const writer = connect()
    await writer.query('begin')
    await writer.query(ADD, [1])
    const { inTransaction } = writer.session
    const own = await cachedQuery(cache, {
      tracker,
      dialect: 'postgres',
      sql: ONE,
      params: [[1]],
      ttl: '1h',
      inTransaction,
      run: () => writer.query(ONE, [1]),
    })
    await writer.query('rollback')

    expect(own).toEqual([{ id: 1, n: 1 }])
    expect(await read()).toBe(0)
  })
})

describe('a write that no event of an ORM tells of', () => {
  it.for([
    ['a bulk update', 'update items set n = n + 1'],
    ['raw SQL with a CTE', 'with x as (update items set n = 5 returning id) select * from x'],
    ['a procedure', 'call change_everything()'],
  ] as const)('is seen at the driver: %s', async ([, sql]) => {
    expect(await read()).toBe(0)
    const connection = connect()
    await connection.session.run(tracker.statements(sql, [], 'postgres'), () => {
      database.rows.set(1, 7)
      return Promise.resolve()
    })

    expect(await read()).toBe(7)
  })

  it('of another program is seen when it is said', async () => {
    expect(await read()).toBe(0)
    database.rows.set(1, 7)
    await tracker.changed({ entity: 'items', operation: 'update', ids: ['1'] })

    expect(await read()).toBe(7)
    expect(await read(other)).toBe(7)
  })
})

describe('clocks', () => {
  it('decide nothing: a write and a read within one tick are told apart', async () => {
    for (let n = 0; n < 5; n++) {
      expect(await read()).toBe(n)
      expect(await read(other, ALL)).toBe(n)
      await connect().query(ADD, [1])
    }

    expect(await read()).toBe(5)
  })
})

describe('what was invalidated', () => {
  it('is not kept in lists of keys that could be evicted: thousands of queries are one tag', async () => {
    const before = await cache.stats()
    for (let at = 0; at < 200; at++) await read(cache, `${ALL} /* ${at} */`)
    await connect().query('update items set n = n + 1', [1])
    const after = await cache.stats()

    expect(await read(cache, `${ALL} /* 7 */`)).toBe(1)
    expect(after.invalidations - before.invalidations).toBe(1)
  })
})
