import { trackChanges } from 'breakwater/data'
import { schemaOf, type SqliteDatabase, type TrackedSqlite, trackSqlite } from 'breakwater/sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sqlite3 } from '../../servers/command-line.ts'
import { startRedis } from '../../servers/redis.ts'
import { type HistoryReader, type HistoryWriter, NOTHING_WRONG, playHistory } from '../history.ts'
import { patientCache } from '../patient-cache.ts'
import { processContract, ROWS } from '../process-contract.ts'
import { WriterProcesses } from '../writer-process.ts'
import { addTo, byId, type Item } from './items.ts'

export const ITEMS = `
  pragma journal_mode = wal;
  create table if not exists items (id integer primary key, n integer not null default 0);
  delete from items;
  insert into items (id) values (1), (2), (3), (4), (5);`

/** A driver that answers at once, on a file that other processes write to. */
export function sharedSqlite(
  by: 'better-sqlite3' | 'node:sqlite',
  open: (file: string) => SqliteDatabase,
): void {
  describe(`cached reads of ${by}, on a file that other processes write to`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'breakwater-shared-sqlite-'))
    const file = join(folder, 'shop.db')
    const prefix = 'sqlite'
    const opened: (() => unknown)[] = []
    let database: SqliteDatabase
    let processes: WriterProcesses
    let tracked: TrackedSqlite
    let watching: TrackedSqlite
    let told: HistoryWriter

    beforeAll(async () => {
      const server = await startRedis()
      database = open(file)
      database.exec(ITEMS)
      const cache = patientCache(server.url, prefix)
      const tracker = trackChanges(cache)
      tracker.learn(await schemaOf(database))
      tracked = trackSqlite(database, tracker, { watch: false })
      const second = open(file)
      const own = patientCache(server.url, 'watching')
      const watcher = trackChanges(own)
      watcher.learn(await schemaOf(second))
      watching = trackSqlite(second, watcher)
      processes = new WriterProcesses({ by, store: server.url, prefix, database: file })
      told = {
        name: 'sqlite3, and somebody says so',
        write: async (ids) => {
          await sqlite3(file, addTo(ids))
          await tracker.changed({ entity: 'items', operation: 'update', ids: ids.map(String) })
        },
      }
      opened.push(
        () => processes.stop(),
        () => watching.close(),
        () => cache.close(),
        () => own.close(),
        () => server.stop(),
        () => rmSync(folder, { recursive: true }),
      )
    })
    beforeEach(async () => {
      database.exec(ITEMS)
      await tracked.settled()
    })
    afterAll(async () => {
      for (const close of opened) await close()
    })

    const readersOf = (from: () => TrackedSqlite): HistoryReader[] => [
      {
        name: 'a row',
        read: async (ids) => {
          const sql = 'select id, n from items where id = ?'
          const read = (id: number) => from().cached<Item>(sql, [id], { ttl: '1h' })
          return byId((await Promise.all(ids.map(read))).flat())
        },
      },
      {
        name: 'a list',
        read: async () =>
          byId(await from().cached<Item>('select id, n from items', [], { ttl: '1h' })),
      },
    ]
    const add = (ids: readonly number[]): void => {
      for (const id of ids)
        database.prepare('update items set n = n + 1 where id = ?').run(id as never)
    }
    const truth = async (): Promise<Map<number, number>> =>
      byId(database.prepare('select id, n from items').all() as Item[])

    processContract(() => ({
      readers: readersOf(() => tracked),
      writers: [
        { name: 'write', write: (ids) => tracked.write(() => add(ids)) },
        { name: 'transaction', write: (ids) => tracked.transaction(() => add(ids)) },
        {
          name: 'a transaction that throws',
          keeps: () => [],
          write: (ids) => {
            const failing = tracked.transaction(() => {
              add(ids)
              throw new Error('no')
            })
            return expect(failing).rejects.toThrow('no')
          },
        },
        told,
      ],
      processes,
      truth,
    }))

    it(
      'are never older than what anybody has committed, told or not, where data_version is watched',
      { timeout: 90_000 },
      async () => {
        const untold: HistoryWriter = {
          name: 'sqlite3, and nobody says so',
          write: async (ids) => void (await sqlite3(file, addTo(ids))),
        }

        const report = await playHistory({
          readers: readersOf(() => watching),
          writers: [untold, ...processes.writers],
          rows: ROWS,
          writes: 10,
          truth,
        })

        expect(report).toMatchObject(NOTHING_WRONG)
      },
    )
  })
}
