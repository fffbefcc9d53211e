import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import Database from 'better-sqlite3'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import type { SqlClient } from '../../../src/stores/sql/index.ts'
import { startMariadb } from '../../servers/mariadb.ts'
import { startPostgres } from '../../servers/postgres.ts'

/** A real database, and a client of it. */
export interface TestedDatabase {
  readonly client: SqlClient
  /** For another process, where there can be one. */
  readonly url: string | undefined
  stop(): Promise<void>
}

async function sqliteFile(): Promise<TestedDatabase> {
  const path = join(tmpdir(), `breakwater-${randomUUID()}.db`)
  const sqlite = new Database(path)
  sqlite.pragma('journal_mode = wal')
  sqlite.pragma('synchronous = off')
  return {
    client: { sqlite },
    url: `sqlite://${path}`,
    async stop() {
      sqlite.close()
      await Promise.all(['', '-wal', '-shm'].map((end) => rm(path + end, { force: true })))
    },
  }
}

async function pglite(): Promise<TestedDatabase> {
  const db = await PGlite.create()
  return { client: { pglite: db }, url: undefined, stop: async () => await db.close() }
}

async function postgres(): Promise<TestedDatabase> {
  const server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.url, max: 40 })
  pool.on('error', () => {})
  return {
    client: { pg: pool },
    url: server.url,
    async stop() {
      await pool.end()
      await server.stop()
    },
  }
}

async function mariadb(): Promise<TestedDatabase> {
  const server = await startMariadb()
  const pool = createPool({ uri: server.url, connectionLimit: 10 })
  return {
    client: { mysql: pool },
    url: server.url,
    async stop() {
      await pool.end()
      await server.stop()
    },
  }
}

export const DATABASES: readonly (readonly [string, () => Promise<TestedDatabase>])[] = [
  ['SQLite', sqliteFile],
  ['PGlite', pglite],
  ['PostgreSQL', postgres],
  ['MariaDB', mariadb],
]
