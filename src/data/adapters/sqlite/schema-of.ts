import { optionError } from '../../../base/errors.ts'
import type { Schema } from '../../schema.ts'
import type { SqliteDatabase } from './driver.ts'
import type { LibsqlClient } from './libsql-driver.ts'
import { SCHEMA_SQL, schemaIn, type SchemaRow } from './schema.ts'

/**
 * What SQLite says of its tables, in one query: the columns of their primary keys, views, foreign keys that cascade, triggers.
 * For `trackChanges` and `tracker.learn`: once at the start, and after migrations.
 *
 * @param client of better-sqlite3, node:sqlite or libsql
 * @throws {CacheError} `E_OPTION`; what the database throws
 */
export async function schemaOf(client: SqliteDatabase | LibsqlClient): Promise<Schema> {
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
  return schemaIn(rows as SchemaRow[])
}
