import { createClient } from '@libsql/client'
import { cachedQuery } from 'breakwater/data'
import { schemaOf, trackLibsql } from 'breakwater/sqlite'
import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqlite3 } from '../../servers/command-line.ts'
import { addTo, byId, type Item } from './items.ts'
import { describeShared } from './shared-table.ts'
import { ITEMS, sharedSqlite } from './shared-sqlite.ts'

sharedSqlite('better-sqlite3', (file) => new Database(file))

describeShared('libsql', async ({ cache, tracker, processesOn, said }) => {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-shared-libsql-'))
  const file = join(folder, 'shop.db')
  const client = createClient({ url: `file:${file}` })
  await client.executeMultiple(ITEMS)
  trackLibsql(client, tracker)
  tracker.learn(await schemaOf(client))
  const sent = async (sql: string, args: number[]): Promise<Item[]> =>
    (await client.execute({ sql, args })).rows.map(({ id, n }) => ({
      id: Number(id),
      n: Number(n),
    }))
  const rows = async (sql: string, params: number[] = []): Promise<Item[]> => {
    const run = (): Promise<Item[]> => sent(sql, params)
    return await cachedQuery(cache, { tracker, dialect: 'sqlite', sql, params, run, ttl: '1h' })
  }
  return {
    readers: [
      {
        name: 'a row',
        read: async (ids) => {
          const sql = 'select id, n from items where id = ?'
          return byId((await Promise.all(ids.map((id) => rows(sql, [id])))).flat())
        },
      },
      { name: 'a list', read: async () => byId(await rows('select id, n from items')) },
    ],
    writers: [
      { name: 'a statement', write: async (ids) => void (await client.execute(addTo(ids))) },
      {
        name: 'sqlite3, and somebody says so',
        write: async (ids) => {
          await sqlite3(file, addTo(ids))
          await said(ids)
        },
      },
    ],
    processes: processesOn(file),
    truth: async () => byId(await sent('select id, n from items', [])),
    reset: () => client.executeMultiple(ITEMS),
    // SQLite has one writer at a time, and libsql's transactions do not wait for each other.
    parallel: 1,
    close: async () => {
      client.close()
      rmSync(folder, { recursive: true })
    },
  }
})
