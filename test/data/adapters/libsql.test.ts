import { type Client, createClient, type Transaction } from '@libsql/client'
import { cachedQuery, type ChangeTracker, trackChanges } from 'breakwater/data'
import { schemaOf, trackLibsql } from 'breakwater/sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { chaosStore } from '../../../src/testing/chaos-store.ts'
import { FreshCaches } from '../../cache/fresh-caches.ts'
import { type HistoryReader, type HistoryWriter, NOTHING_WRONG, playHistory } from '../history.ts'
import { survivors } from '../survivors.ts'

let url: string
let client: Client
let caches: FreshCaches
let cache: Cache
let tracker: ChangeTracker
let changes: (readonly [string, string, readonly string[] | undefined])[]

beforeEach(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'breakwater-libsql-'))
  url = `file:${join(dir, 'shop.db')}`
  caches = new FreshCaches()
  cache = caches.open()
  tracker = trackChanges(cache)
  client = createClient({ url })
  await client.executeMultiple(`
    create table products (id integer primary key, n integer not null default 0, sku text unique);
    create table parts (id integer primary key, product_id integer references products (id) on delete cascade);
    insert into products (id) values (1), (2), (3), (4), (5)`)
  trackLibsql(client, tracker)
  tracker.learn(await schemaOf(client))
  changes = []
  tracker.onChange((made) => {
    for (const { entity, operation, ids } of made) changes.push([entity, operation, ids])
  })
  return async () => {
    client.close()
    await caches.close()
    rmSync(dir, { recursive: true })
  }
})

/** What was told since the last time. */
function told(): typeof changes {
  return changes.splice(0)
}

const add = (id: number): { sql: string; args: number[] } => {
  return { sql: 'update products set n = n + 1 where id = ?', args: [id] }
}

function reader(sql: string, params: (id: number) => number[], to: Cache = cache): HistoryReader {
  const read = async (id: number): Promise<[number, number][]> => {
    const args = params(id)
    const run = async (): Promise<Record<string, unknown>[]> =>
      (await client.execute({ sql, args })).rows.map((row) => ({ ...row }))
    const query = { tracker, dialect: 'sqlite', sql, params: args, run, ttl: '1h' } as const
    const rows = await cachedQuery(to, query)
    return rows.map((row) => [row['id'] as number, row['n'] as number])
  }
  return {
    name: sql,
    read: async (ids) => new Map((await Promise.all(ids.map(read))).flat()),
  }
}
const byRow = (to?: Cache): HistoryReader =>
  reader('select id, n from products where id = ?', (id) => [id], to)
const byList = (): HistoryReader => reader('select id, n from products', () => [])

async function within(work: (transaction: Transaction) => Promise<void>): Promise<void> {
  const transaction = await client.transaction('write')
  try {
    await work(transaction)
  } finally {
    transaction.close()
  }
}

describe('trackLibsql', () => {
  it('tells which rows a statement has changed when it names their keys', async () => {
    await client.execute(add(1))
    await client.execute('update products set n = 1 where id = ?', [2])
    await client.execute('insert into products (n) values (1)')
    await client.execute('update products set n = 3 where n = 1 returning id')
    await client.execute('delete from products where n = 3')

    expect(told()).toEqual([
      ['products', 'update', ['1']],
      ['products', 'update', ['2']],
      ['products', 'insert', ['6']],
      ['products', 'update', ['1', '2', '6']],
      ['products', 'delete', undefined],
      ['parts', 'delete', undefined],
    ])
  })

  it('tells of a batch when all of it is committed, and nothing when it fails', async () => {
    await client.batch([add(1), ['update products set n = 1 where id = ?', [2]]], 'write')
    expect(told()).toEqual([
      ['products', 'update', ['1']],
      ['products', 'update', ['2']],
    ])

    const failing = client.batch([add(1), 'insert into products (id) values (1)'], 'write')
    await expect(failing).rejects.toThrow('UNIQUE')
    await client.migrate(['create table more (id integer primary key)'])

    expect(told()).toEqual([['more', 'unknown', undefined]])
  })

  it('follows several statements in one text', async () => {
    await client.executeMultiple(
      'begin; update products set n = 1 where id = 1; rollback; update products set n = 1 where id = 2',
    )

    expect(told()).toEqual([['products', 'update', ['2']]])
  })

  it('tells of a transaction when it is committed, and nothing when it is rolled back or closed', async () => {
    await within(async (transaction) => {
      await transaction.execute(add(1))
      await transaction.execute('savepoint a')
      await transaction.batch([add(2)])
      await transaction.execute('rollback to a')
      expect(told()).toEqual([])
      await transaction.commit()
    })
    expect(told()).toEqual([['products', 'update', ['1']]])

    await within(async (transaction) => {
      await transaction.executeMultiple('update products set n = 1 where id = 3')
      await transaction.rollback()
    })
    await within(async (transaction) => void (await transaction.execute(add(4))))

    expect(told()).toEqual([])
  })

  it('tells nothing of a statement that fails', async () => {
    const failing = client.execute('insert into products (id) values (1)')

    await expect(failing).rejects.toThrow('UNIQUE')
    expect(told()).toEqual([])
  })

  it('has what a writer committed invalidated although it died before it could say so', async () => {
    const store = chaosStore(caches.store, { seed: 1 })
    const dying = createClient({ url })
    const execute = dying.execute.bind(dying) as (...parts: unknown[]) => Promise<unknown>
    // Under what is tracked: the stores hear nothing of what comes after the statement.
    Object.assign(dying, {
      execute: async (...parts: unknown[]) => {
        const result = await execute(...parts)
        store.down()
        return result
      },
    })
    trackLibsql(dying, trackChanges(caches.open({ store })))
    await byRow().read([1])

    await dying.execute(add(1))
    expect(await byRow().read([1])).toEqual(new Map([[1, 0]]))
    await caches.clock.advance(31_000)

    expect(await byRow().read([1])).toEqual(new Map([[1, 1]]))
    dying.close()
  })

  it('refuses what is no such client', () => {
    expect(() => trackLibsql({} as never, tracker)).toThrow('@libsql/client')
    expect(() => trackLibsql(client, {} as never)).toThrow('what trackChanges answers')
  })
})

describe('a history on libsql', () => {
  it('shows no stale read, whoever writes and however', async () => {
    const other = trackLibsql(createClient({ url }), trackChanges(caches.open()))
    const writers: HistoryWriter[] = [
      {
        name: 'execute',
        write: async (ids) => {
          for (const id of ids) await client.execute(add(id))
        },
      },
      {
        name: 'without a key',
        write: async (ids) =>
          void (await client.execute(
            `update products set n = n + 1 where id + 0 in (${ids.join()})`,
          )),
      },
      { name: 'batch', write: async (ids) => void (await client.batch(ids.map(add), 'write')) },
      {
        name: 'transaction',
        write: (ids) =>
          within(async (transaction) => {
            for (const id of ids) await transaction.execute(add(id))
            await transaction.commit()
          }),
      },
      {
        name: 'rollback',
        keeps: () => [],
        write: (ids) =>
          within(async (transaction) => {
            for (const id of ids) await transaction.execute(add(id))
            await transaction.rollback()
          }),
      },
      {
        name: 'another client and tracker',
        write: async (ids) => void (await other.batch(ids.map(add), 'write')),
      },
    ]

    const report = await playHistory({
      readers: [byRow(), byList()],
      writers,
      rows: 5,
      writes: 72,
      // SQLite has one writer at a time, and libsql's transactions do not wait for each other.
      parallel: 1,
      truth: async () => {
        const { rows } = await client.execute('select id, n from products')
        return new Map(rows.map((row) => [row['id'] as number, row['n'] as number]))
      },
    })

    expect(report).toMatchObject(NOTHING_WRONG)
    other.close()
  })

  it('keeps the entries of other rows', async () => {
    const byKey: HistoryWriter = {
      name: 'by key',
      write: async (ids) => void (await client.batch(ids.map(add), 'write')),
    }

    expect(await survivors(cache, byRow(), byKey, [2, 4], 5)).toEqual([1, 3, 5])
  })
})
