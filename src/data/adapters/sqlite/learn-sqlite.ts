import { optionError } from '../../../base/errors.ts'
import type { ChangeTracker } from '../../tracker.ts'
import type { SqliteDatabase } from './driver.ts'
import type { LibsqlClient } from './libsql-driver.ts'
import { learnRowids } from './rowids.ts'
import { SCHEMA_SQL, schemaOf, type SchemaRow } from './schema.ts'

/**
 * Tells `tracker` what the database says of itself: tables and the columns of their primary keys, views, foreign keys that
 * cascade, triggers. Once at the start, and after migrations.
 *
 * @param client of better-sqlite3, node:sqlite or libsql
 * @throws {CacheError} `E_OPTION`; what the database throws
 */
export async function learnSqlite(
  client: SqliteDatabase | LibsqlClient,
  tracker: ChangeTracker,
): Promise<void> {
  const { prepare, execute } = (client ?? {}) as Partial<SqliteDatabase & LibsqlClient>
  let rows: unknown[]
  if (typeof execute === 'function') {
    const result = (await execute.call(client as LibsqlClient, SCHEMA_SQL as never)) as {
      readonly rows: unknown[]
    }
    rows = result.rows
  } else if (typeof prepare === 'function')
    rows = prepare.call(client as SqliteDatabase, SCHEMA_SQL).all()
  else throw optionError('client', 'a database of better-sqlite3, node:sqlite or libsql', client)
  tracker.learn(schemaOf(rows as SchemaRow[]))
  learnRowids(tracker, rows as SchemaRow[])
}
