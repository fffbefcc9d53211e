import type { SqliteDatabase } from 'breakwater/sqlite'
import { schemaOf, trackLibsql, trackSqlite } from 'breakwater/sqlite'
import type { Opened, Writer } from './writer.ts'

const ADD = 'update items set n = n + 1 where id = ?'

async function openWith(database: SqliteDatabase, { tracker }: Opened): Promise<Writer> {
  database.exec('pragma busy_timeout = 5000')
  tracker.learn(await schemaOf(database))
  // All that write to the file are tracked and share a store.
  const tracked = trackSqlite(database, tracker, { watch: false })
  const add = (ids: readonly number[]): void => {
    for (const id of ids) database.prepare(ADD).run(id as never)
  }
  const tables = { tables: ['items'] }
  return {
    add: (ids) => tracked.write(() => add(ids), tables),
    transaction: (ids, work) =>
      tracked.transaction(() => {
        add(ids)
        work()
      }, tables),
  }
}

export async function openBetterSqlite(opened: Opened): Promise<Writer> {
  const { default: Database } = await import('better-sqlite3')
  return await openWith(new Database(opened.setup.database), opened)
}

export async function openNodeSqlite(opened: Opened): Promise<Writer> {
  const name = 'node:sqlite'
  const { DatabaseSync } = (await import(name)) as {
    DatabaseSync: new (file: string) => SqliteDatabase
  }
  return await openWith(new DatabaseSync(opened.setup.database), opened)
}

export async function openLibsql({ setup, tracker }: Opened): Promise<Writer> {
  const { createClient } = await import('@libsql/client')
  const client = createClient({ url: `file:${setup.database}` })
  await client.execute('pragma busy_timeout = 5000')
  trackLibsql(client, tracker)
  tracker.learn(await schemaOf(client))
  return {
    add: (ids) => client.batch(ids.map((id) => ({ sql: ADD, args: [id] }))),
    async transaction(ids, work) {
      const transaction = await client.transaction('write')
      try {
        for (const id of ids) await transaction.execute({ sql: ADD, args: [id] })
        work()
        await transaction.commit()
      } finally {
        transaction.close()
      }
    },
  }
}
