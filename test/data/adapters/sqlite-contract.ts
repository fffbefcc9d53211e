import { type ChangeTracker, trackChanges } from 'breakwater/data'
import { schemaOf, type TrackedSqlite, trackSqlite } from 'breakwater/sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { chaosStore } from '../../../src/testing/chaos-store.ts'
import { recordingStore } from '../../../src/testing/recording-store.ts'
import { memory } from '../../../src/stores/memory/memory.ts'
import { FreshCaches } from '../../cache/fresh-caches.ts'
import { type HistoryReader, type HistoryWriter, NOTHING_WRONG, playHistory } from '../history.ts'
import { survivors } from '../survivors.ts'

/** What is used of better-sqlite3 and of node:sqlite. */
export interface SqliteDriver {
  prepare(sql: string): {
    run(...params: unknown[]): unknown
    get(...params: unknown[]): unknown
    all(...params: unknown[]): unknown[]
    iterate(...params: unknown[]): IterableIterator<unknown>
  }
  exec(sql: string): unknown
  close(): unknown
  readonly inTransaction?: boolean
  readonly isTransaction?: boolean
}

interface Row {
  readonly id: number
  readonly n: number
}

export const SCHEMA = `
  pragma journal_mode = wal;
  create table products (id integer primary key, n integer not null default 0, sku text unique);
  create table parts (id integer primary key, product_id integer references products (id) on delete cascade on update cascade);
  create table counters (id integer primary key);
  create table log (id integer primary key, counter integer);
  create trigger counted after insert on counters begin insert into log (counter) values (new.id); end;
  create view cheap as select id, n from products where n < 3;
  create table names (name text collate nocase primary key) without rowid;
  create table codes (code text primary key) without rowid;
  pragma foreign_keys = on;
  insert into products (id) values (1), (2), (3), (4), (5)`

/** What every driver keeps that answers at once. */
export function sqliteContract(name: string, open: (file: string) => SqliteDriver): void {
  let file: string
  let database: SqliteDriver
  let caches: FreshCaches
  let cache: Cache
  let tracker: ChangeTracker
  let tracked: TrackedSqlite
  let changes: (readonly [string, string, readonly string[] | undefined])[]

  beforeEach(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'breakwater-sqlite-'))
    file = join(dir, 'shop.db')
    database = open(file)
    database.exec(SCHEMA)
    caches = new FreshCaches()
    cache = caches.open()
    tracker = trackChanges(cache)
    tracker.learn(await schemaOf(database))
    tracked = trackSqlite(database, tracker)
    changes = []
    tracker.onChange((made) => {
      for (const { entity, operation, ids } of made) changes.push([entity, operation, ids])
    })
    return async () => {
      tracked.close()
      database.close()
      await caches.close()
      rmSync(dir, { recursive: true })
    }
  })

  /** What was told since the last time. */
  async function told(): Promise<typeof changes> {
    await tracked.settled()
    return changes.splice(0)
  }

  function run(sql: string, ...params: unknown[]): unknown {
    return database.prepare(sql).run(...params)
  }

  function rowReader(from: TrackedSqlite): HistoryReader {
    const read = async (id: number): Promise<[number, number]> => {
      const rows = await from.cached<Row>('select n from products where id = ?', [id], {
        ttl: '1h',
      })
      return [id, rows[0]?.n as number]
    }
    return { name: 'rows', read: async (ids) => new Map(await Promise.all(ids.map(read))) }
  }

  function listReader(from: TrackedSqlite, table = 'products'): HistoryReader {
    return {
      name: `list of ${table}`,
      read: async () => {
        const rows = await from.cached<Row>(`select id, n from ${table}`, [], { ttl: '1h' })
        return new Map(rows.map(({ id, n }) => [id, n]))
      },
    }
  }

  describe(`trackSqlite on ${name}`, () => {
    it('tells which rows a statement has changed when it names their keys', async () => {
      run('update products set n = 1 where id = ?', 1)
      run('update products set n = 1 where id in (@a, @b)', { a: 2, b: 3 })
      run('delete from products where id = ?', 4)
      database.exec('update products set n = 2 where n = 1')

      expect(await told()).toEqual([
        ['products', 'update', ['1']],
        ['products', 'update', ['2', '3']],
        ['products', 'delete', ['4']],
        ['parts', 'delete', undefined],
        ['products', 'update', undefined],
      ])
    })

    it('knows an inserted row by its rowid, and rows by what RETURNING gives', async () => {
      run('insert into products (n) values (1)')
      database.prepare('insert into products (n) values (1), (2) returning id').all()
      database.prepare('update products set n = 9 where n = 1 returning *').get()
      const returning = 'update products set n = 8 where id = 1 returning id'
      expect([...database.prepare(returning).iterate()]).toEqual([{ id: 1 }])
      run("insert into products (sku) values ('a') on conflict (sku) do update set n = 1")
      run("insert into codes (code) values ('a')")

      expect(await told()).toMatchObject([
        ['products', 'insert', ['6']],
        ['products', 'insert', ['7', '8']],
        ['products', 'update', ['6']],
        ['products', 'update', ['1']],
        ['products', 'unknown', undefined],
        ['parts', 'delete', undefined],
        ['parts', 'update', undefined],
        ['codes', 'insert', ['a']],
      ])
    })

    it('tells of a transaction when it is committed, and nothing when it is rolled back', async () => {
      database.exec('begin; update products set n = 1 where id = 1')
      expect(await told()).toEqual([])
      database.exec('commit')
      expect(await told()).toEqual([['products', 'update', ['1']]])

      database.exec('begin')
      run('update products set n = 1 where id = 2')
      run('rollback')
      run('update products set n = 1 where id = 3')
      expect(await told()).toEqual([['products', 'update', ['3']]])
    })

    it('follows savepoints, also one that begins the transaction', async () => {
      database.exec('savepoint a; update products set n = 1 where id = 1')
      database.exec('savepoint b; update products set n = 1 where id = 2; rollback to b; release b')
      expect(await told()).toEqual([])

      database.exec('release a')

      expect(await told()).toEqual([['products', 'update', ['1']]])
    })

    it('counts a transaction that SQLite ended by itself as committed', async () => {
      database.exec('begin')
      run('update products set n = 1 where id = 1')
      expect(() => run('insert or rollback into products (id) values (1)')).toThrow('UNIQUE')

      expect(await told()).toEqual([['products', 'update', ['1']]])
    })

    it('tells nothing of a statement that fails, but of what came before it in the same text', async () => {
      expect(() => run('insert into products (id) values (1)')).toThrow('UNIQUE')
      expect(await told()).toEqual([])

      expect(() => database.exec('delete from log; insert into products (id) values (1)')).toThrow(
        'UNIQUE',
      )
      expect((await told())[0]).toEqual(['log', 'delete', undefined])

      expect(() => run('update or fail products set id = 1')).toThrow('UNIQUE')
      expect((await told())[0]).toEqual(['products', 'update', undefined])
    })

    it('adds what follows by foreign keys and triggers', async () => {
      run('update products set id = 50 where id = 5')
      run('insert into counters (id) values (1)')

      expect(await told()).toEqual([
        ['products', 'update', undefined],
        ['parts', 'update', undefined],
        ['counters', 'insert', ['1']],
        ['log', 'unknown', undefined],
      ])
    })

    it('trusts no key that is compared without its case', async () => {
      run("insert into names values ('Anna')")

      expect(await told()).toEqual([['names', 'insert', undefined]])
    })

    it('leaves reads and settings alone', async () => {
      database.exec('pragma cache_size = 100; select 1')
      database.prepare('select * from products').all()

      expect(await told()).toEqual([])
    })

    it('has invalidated what was changed before the call returns, where the store is in this process', async () => {
      await cache.set('list', 1, { tags: ['products'] })

      run('update products set n = 1 where id = 1')

      expect(await cache.get('list')).toBeUndefined()
    })

    it('refuses what is no such database', () => {
      expect(() => trackSqlite({} as never, tracker)).toThrow('a Database of better-sqlite3')
      expect(() => trackSqlite(database, {} as never)).toThrow('what trackChanges answers')
      expect(() => trackSqlite(database, tracker, { watch: '0s' })).toThrow("more than '0s'")
      expect(() => trackSqlite(database, tracker, { wach: '1s' } as never)).toThrow("'watch'")
    })
  })

  describe(`TrackedSqlite on ${name}`, () => {
    it('reads what others have committed before the call', async () => {
      const reader = rowReader(tracked)
      await reader.read([1])
      const other = open(file)

      other.exec('update products set n = 7 where id = 1')

      expect(await reader.read([1])).toEqual(new Map([[1, 7]]))
      other.close()
    })

    it('looks by itself whether others have committed, as often as it is told', async () => {
      const other = open(file)
      other.exec('update products set n = 7 where id = 1')
      expect(await told()).toEqual([])

      await caches.clock.advance(1000)

      expect((await told()).map(([entity]) => entity)).toContain('*')
      await caches.clock.advance(5000)
      expect(await told()).toEqual([])
      other.close()
    })

    it('looks no more when it is closed, and never when it need not', async () => {
      const quiet = trackSqlite(open(file), tracker, { watch: false })
      tracked.close()
      database.exec('update log set counter = 1')
      await told()

      await caches.clock.advance(5000)

      expect([quiet.check(), tracked.check()]).toEqual([false, false])
      expect(await told()).toEqual([])
    })

    it('reads the database and stores nothing while a transaction is open', async () => {
      const reader = listReader(tracked)
      database.exec('begin; update products set n = 7 where id = 1')
      expect((await reader.read([])).get(1)).toBe(7)
      database.exec('rollback')

      expect((await reader.read([])).get(1)).toBe(0)
    })

    it('stores nothing of a transaction that somebody begins while it is read', async () => {
      const reader = listReader(tracked)
      const reading = reader.read([])
      database.exec('begin; update products set n = 7 where id = 1')
      await reading
      database.exec('rollback')

      expect((await reader.read([])).get(1)).toBe(0)
    })

    it('announces what it may write before it does, and takes back what it did not', async () => {
      const store = recordingStore(memory())
      const by = trackChanges(caches.open({ store }))
      by.learn(await schemaOf(database))
      const own = trackSqlite(database, by)
      const actsOf = async (work: () => unknown): Promise<string[]> => {
        store.forget()
        await own.write(() => {
          expect(store.acts.map(({ act }) => act)).toEqual(['intend'])
          return work()
        })
        return store.acts.map(({ act }) => act)
      }

      expect(await actsOf(() => run('update products set n = 1 where id = 1'))).toEqual([
        'intend',
        'bump',
        'withdraw',
      ])
      expect(await actsOf(() => 'nothing')).toEqual(['intend', 'withdraw'])
      own.close()
    })

    it('writes within a transaction, all of it or nothing', async () => {
      const set = (id: number): unknown => run('update products set n = 1 where id = ?', id)

      expect(await tracked.transaction(() => set(1) && 'done', { tables: ['products'] })).toBe(
        'done',
      )
      expect(await told()).toEqual([['products', 'update', ['1']]])

      const failing = tracked.transaction(() => {
        set(2)
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(await told()).toEqual([])
      expect(database.inTransaction ?? database.isTransaction).toBe(false)
    })

    it('tells what was committed before the work threw, also of tables that were not announced', async () => {
      const failing = tracked.write(
        () => {
          run('update products set n = 1 where id = 1')
          throw new Error('no')
        },
        { tables: ['log'] },
      )

      await expect(failing).rejects.toThrow('no')
      expect(await told()).toEqual([['products', 'update', ['1']]])
    })

    it('refuses work that waits for something', async () => {
      const waiting = tracked.transaction(async () => void run('update products set n = 1'))

      await expect(waiting).rejects.toThrow('without waiting')
      expect(await told()).toEqual([])
      await expect(tracked.write('x' as never)).rejects.toThrow('a function that writes')
      await expect(tracked.transaction(1 as never)).rejects.toThrow('a function that writes')
    })

    it('has what was written invalidated although the process died before it could say so', async () => {
      const store = chaosStore(caches.store, { seed: 1 })
      const dying = open(file)
      const own = trackSqlite(dying, trackChanges(caches.open({ store })))
      const quiet = trackSqlite(database, tracker, { watch: false })
      tracked.close()
      const reader = rowReader(quiet)
      await reader.read([1])
      // It has announced its change before it wrote; from here on nothing that it says arrives.
      await own.write(() => {
        store.down()
        dying.exec('update products set n = 7 where id = 1')
      })
      expect(await reader.read([1])).toEqual(new Map([[1, 0]]))

      await caches.clock.advance(31_000)

      expect(await reader.read([1])).toEqual(new Map([[1, 7]]))
      own.close()
      dying.close()
    })

    it('says when a store was not told', async () => {
      const store = chaosStore(memory(), { seed: 1 })
      const own = trackSqlite(database, trackChanges(caches.open({ store })), { watch: false })
      store.down()

      run('update products set n = 1 where id = 1')

      expect(await own.settled()).toEqual({ applied: false })
    })
  })

  describe(`schemaOf on ${name}`, () => {
    it('lets cached queries on a view follow the tables that it reads', async () => {
      const reader = listReader(tracked, 'cheap')
      await reader.read([])

      run('update products set n = 2 where id = 1')

      expect((await reader.read([])).get(1)).toBe(2)
      await expect(schemaOf({} as never)).rejects.toThrow('better-sqlite3')
    })
  })

  describe(`a history on ${name}`, () => {
    it('shows no stale read, whoever writes and however', async () => {
      const add = (on: SqliteDriver, ids: readonly number[]): void => {
        for (const id of ids) on.prepare('update products set n = n + 1 where id = ?').run(id)
      }
      const other = open(file)
      const second = open(file)
      const secondTracker = trackChanges(caches.open())
      secondTracker.learn(await schemaOf(second))
      const secondTracked = trackSqlite(second, secondTracker)
      const writers: HistoryWriter[] = [
        { name: 'run', write: async (ids) => add(database, ids) },
        {
          name: 'exec without a key',
          write: async (ids) =>
            void database.exec(`update products set n = n + 1 where id + 0 in (${ids.join()})`),
        },
        { name: 'write', write: (ids) => tracked.write(() => add(database, ids)) },
        { name: 'transaction', write: (ids) => tracked.transaction(() => add(database, ids)) },
        {
          name: 'transaction that fails',
          keeps: () => [],
          write: async (ids) => {
            const failing = tracked.transaction(() => {
              add(database, ids)
              throw new Error('no')
            })
            await expect(failing).rejects.toThrow('no')
          },
        },
        {
          name: 'a savepoint that is rolled back',
          keeps: (ids) => ids.slice(0, 1),
          write: async (ids) => {
            database.exec('begin')
            add(database, ids.slice(0, 1))
            database.exec('savepoint a')
            add(database, ids)
            database.exec('rollback to a; release a; commit')
          },
        },
        { name: 'a connection that nobody tracks', write: async (ids) => add(other, ids) },
        { name: 'another connection and tracker', write: async (ids) => add(second, ids) },
      ]

      const report = await playHistory({
        readers: [rowReader(tracked), listReader(tracked), rowReader(secondTracked)],
        writers,
        rows: 5,
        writes: 96,
        truth: async () => {
          const rows = database.prepare('select id, n from products').all() as Row[]
          return new Map(rows.map(({ id, n }) => [id, n]))
        },
      })

      expect(report).toMatchObject(NOTHING_WRONG)
      secondTracked.close()
      other.close()
      second.close()
    })

    it('keeps the entries of other rows', async () => {
      const byKey: HistoryWriter = {
        name: 'by key',
        write: async (ids) => {
          for (const id of ids) run('update products set n = 1 where id = ?', id)
        },
      }
      const byAnother: HistoryWriter = {
        name: 'by another column',
        write: async () => void run("update products set n = 1 where sku = 'a'"),
      }

      expect(await survivors(cache, rowReader(tracked), byKey, [2, 4], 5)).toEqual([1, 3, 5])
      expect(await survivors(cache, rowReader(tracked), byAnother, [2], 5)).toEqual([])
    })
  })
}
