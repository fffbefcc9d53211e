// The one file that knows better-sqlite3; DatabaseSync of node:sqlite has the same shape.
import { CacheError } from '../../../base/errors.ts'
import type { Driver, Row, Run } from '../driver.ts'

interface Statement {
  all(...parameters: unknown[]): unknown[]
  run(...parameters: unknown[]): { changes: number | bigint }
}

/** What is used of a `Database` of better-sqlite3, or a `DatabaseSync` of node:sqlite. */
export interface SqliteDatabase {
  prepare(text: string): Statement
  exec(text: string): unknown
  close(): unknown
  /** Of better-sqlite3. */
  readonly readonly?: boolean
  /** Of better-sqlite3; of node:sqlite a method. */
  readonly open?: unknown
}

/** Another process may write at this moment; it takes milliseconds. While SQLite waits, so does everything in this process. */
const BUSY_MS = 100

export function bySqlite(db: SqliteDatabase, where = 'SQLite', ours = false): Driver {
  const prepared = new Map<string, Statement>()
  const run: Run = async (text, parameters) => {
    let statement = prepared.get(text)
    if (statement === undefined) {
      statement = db.prepare(text)
      prepared.set(text, statement)
    }
    if (text.startsWith('select'))
      return { rows: statement.all(...parameters) as Row[], changed: 0 }
    return { rows: [], changed: Number(statement.run(...parameters).changes) }
  }
  return {
    dialect: 'sqlite',
    isHere: true,
    where,
    run,
    // One connection: what it does within a transaction is part of that.
    within: () => run,
    close: async () => {
      prepared.clear()
      if (ours) db.close()
    },
  }
}

/** By URL. @throws {CacheError} `E_CLIENT_MISSING` */
export async function openSqlite(path: string): Promise<SqliteDatabase> {
  const db = await import('better-sqlite3').then(
    ({ default: Database }) => new Database(path, { timeout: BUSY_MS }),
    (error: unknown) => {
      throw new CacheError(
        'E_CLIENT_MISSING',
        'SQLite needs the library better-sqlite3. Run: npm install better-sqlite3',
        { cause: error },
      )
    },
  )
  // Readers and a writer do not wait for each other, and a commit waits for no disk: this is a cache.
  db.exec('pragma journal_mode = wal; pragma synchronous = off')
  return db
}
