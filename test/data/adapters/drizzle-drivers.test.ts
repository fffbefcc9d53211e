// Drizzle on other drivers than node-postgres: reads are cached, writes are seen by the tracked driver below.
import { PGlite } from '@electric-sql/pglite'
import { createClient } from '@libsql/client'
import Database from 'better-sqlite3'
import { eq, sql } from 'drizzle-orm'
import { drizzle as onBetterSqlite } from 'drizzle-orm/better-sqlite3'
import { drizzle as onLibsql } from 'drizzle-orm/libsql'
import { int, mysqlTable } from 'drizzle-orm/mysql-core'
import { drizzle as onMysql } from 'drizzle-orm/mysql2'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import { drizzle as onPglite } from 'drizzle-orm/pglite'
import { integer as sqliteInteger, sqliteTable } from 'drizzle-orm/sqlite-core'
import { createPool } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { createCaches } from '../../../src/config/create-caches.ts'
import { cachedQueries } from '../../../src/data/adapters/drizzle/index.ts'
import { schemaOf as schemaOfMysql, trackMysql } from '../../../src/data/adapters/mysql/index.ts'
import { schemaOf } from '../../../src/data/adapters/pg/index.ts'
import { trackPglite } from '../../../src/data/adapters/pglite/index.ts'
import {
  schemaOf as schemaOfSqlite,
  trackLibsql,
  trackSqlite,
} from '../../../src/data/adapters/sqlite/index.ts'
import { type ChangeTracker, trackChanges } from '../../../src/data/tracker.ts'
import { startMariadb } from '../../servers/mariadb.ts'
import { undo, undone } from './undone.ts'

type Rows = readonly { readonly id: number; readonly n: number }[]

interface OpenDriver {
  /** Cached: one row, and all of them. */
  row(id: number): Promise<Rows>
  list(): Promise<Rows>
  set(id: number, n: number): PromiseLike<unknown>
  raw(statement: string): unknown
  /** Sets row 1 to 9 in a transaction that is rolled back. @returns what a cached read saw there */
  rolledBack(): Promise<Rows>
  close(): unknown
}

const options = { ttl: '5m' } as const
const CREATE = 'create table items (id integer primary key, n integer not null)'

const DRIVERS: Readonly<Record<string, (tracker: ChangeTracker) => Promise<OpenDriver>>> = {
  async PGlite(tracker) {
    const client = trackPglite(await PGlite.create(), tracker)
    await client.exec(CREATE)
    tracker.learn(await schemaOf(client))
    const items = pgTable('items', { id: integer().primaryKey(), n: integer().notNull() })
    const db = onPglite(client)
    const cached = cachedQueries(tracker)
    return {
      row: (id) => cached(db.select().from(items).where(eq(items.id, id)), options),
      list: () => cached(db.select().from(items), options),
      set: (id, n) => db.update(items).set({ n }).where(eq(items.id, id)),
      raw: (statement) => db.execute(sql.raw(statement)),
      rolledBack: () =>
        seenBefore(async (see) => {
          await db.transaction(async (tx) => {
            await tx.update(items).set({ n: 9 }).where(eq(items.id, 1))
            see(await cached(tx.select().from(items).where(eq(items.id, 1)), options))
            undo()
          })
        }),
      close: () => client.close(),
    }
  },
  async mysql2(tracker) {
    const server = await startMariadb()
    const pool = trackMysql(createPool(server.url), tracker)
    await pool.query(CREATE)
    tracker.learn(await schemaOfMysql(pool))
    const items = mysqlTable('items', { id: int().primaryKey(), n: int().notNull() })
    const db = onMysql(pool)
    const cached = cachedQueries(tracker)
    return {
      row: (id) => cached(db.select().from(items).where(eq(items.id, id)), options),
      list: () => cached(db.select().from(items), options),
      set: (id, n) => db.update(items).set({ n }).where(eq(items.id, id)),
      raw: (statement) => db.execute(sql.raw(statement)),
      rolledBack: () =>
        seenBefore(async (see) => {
          await db.transaction(async (tx) => {
            await tx.update(items).set({ n: 9 }).where(eq(items.id, 1))
            see(await cached(tx.select().from(items).where(eq(items.id, 1)), options))
            undo()
          })
        }),
      close: async () => {
        await pool.end()
        await server.stop()
      },
    }
  },
  async libsql(tracker) {
    const client = createClient({ url: 'file::memory:?cache=shared' })
    await client.execute(CREATE)
    trackLibsql(client, tracker)
    tracker.learn(await schemaOfSqlite(client))
    const items = itemsOfSqlite()
    const db = onLibsql(client)
    const cached = cachedQueries(tracker)
    return {
      row: (id) => cached(db.select().from(items).where(eq(items.id, id)), options),
      list: () => cached(db.select().from(items), options),
      set: (id, n) => db.update(items).set({ n }).where(eq(items.id, id)),
      raw: (statement) => db.run(sql.raw(statement)),
      rolledBack: () =>
        seenBefore(async (see) => {
          await db.transaction(async (tx) => {
            await tx.update(items).set({ n: 9 }).where(eq(items.id, 1))
            see(await cached(tx.select().from(items).where(eq(items.id, 1)), options))
            undo()
          })
        }),
      close: () => client.close(),
    }
  },
  async 'better-sqlite3'(tracker) {
    const client = new Database(':memory:')
    client.exec(CREATE)
    tracker.learn(await schemaOfSqlite(client))
    const tracked = trackSqlite(client, tracker, { watch: false })
    const items = itemsOfSqlite()
    const db = onBetterSqlite(client)
    const cached = cachedQueries(tracker)
    return {
      row: (id) => cached(db.select().from(items).where(eq(items.id, id)), options),
      list: () => cached(db.select().from(items), options),
      set: (id, n) => db.update(items).set({ n }).where(eq(items.id, id)),
      raw: (statement) => db.run(sql.raw(statement)),
      async rolledBack() {
        client.exec('begin')
        db.update(items).set({ n: 9 }).where(eq(items.id, 1)).run()
        const seen = await cached(db.select().from(items).where(eq(items.id, 1)), options)
        client.exec('rollback')
        return seen
      },
      close: () => {
        tracked.close()
        client.close()
      },
    }
  },
}

/** What is seen in a transaction that is rolled back. */
async function seenBefore(work: (see: (rows: Rows) => void) => Promise<void>): Promise<Rows> {
  let seen: Rows = []
  await undone(work((rows) => (seen = rows)))
  return seen
}

function itemsOfSqlite() {
  return sqliteTable('items', {
    id: sqliteInteger().primaryKey(),
    n: sqliteInteger().notNull(),
  })
}

describe.each(Object.entries(DRIVERS))('cached of breakwater/drizzle on %s', (_, open) => {
  let cache: Cache
  let driver: OpenDriver

  beforeAll(async () => {
    cache = createCaches().default
    driver = await open(trackChanges(cache))
  })
  beforeEach(async () => {
    await driver.raw('delete from items')
    await driver.raw('insert into items values (1, 0), (2, 0)')
  })
  afterAll(async () => {
    await driver.close()
    await cache.close()
  })

  async function hitsOf(read: () => Promise<Rows>): Promise<number> {
    let hits = 0
    const stop = cache.on('hit', () => hits++)
    await read()
    stop()
    return hits
  }

  it('keeps a row and a list until they are changed, and other rows', async () => {
    for (const id of [1, 2]) await driver.row(id)
    await driver.list()
    expect([await hitsOf(() => driver.row(1)), await hitsOf(() => driver.list())]).toEqual([1, 1])

    await driver.set(1, 5)

    const hits = [await hitsOf(() => driver.row(2)), await hitsOf(() => driver.list())]
    expect(hits).toEqual([1, 0])
    expect(await driver.row(1)).toEqual([{ id: 1, n: 5 }])
    expect(await driver.list()).toContainEqual({ id: 1, n: 5 })
  })

  it('is invalidated by raw SQL', async () => {
    await driver.list()

    await driver.raw('update items set n = 3 where n = 0')

    expect((await driver.list()).map(({ n }) => n)).toEqual([3, 3])
  })

  it('neither stores what a transaction has not committed, nor invalidates what it rolls back', async () => {
    await driver.row(2)

    expect(await driver.rolledBack()).toEqual([{ id: 1, n: 9 }])

    expect(await driver.row(1)).toEqual([{ id: 1, n: 0 }])
    expect(await hitsOf(() => driver.row(2))).toBe(1)
  })
})
