import { optionError } from '../../../base/errors.ts'
import type { Schema } from '../../schema.ts'
import type { MysqlCallback } from './driver.ts'
import { SCHEMA_SQL, schemaIn, type SchemaRow } from './schema.ts'

/** A pool or a connection in its promise form (answers a list whose first item are the rows) or its callback form. */
interface Asked {
  query(sql: string, callback?: MysqlCallback): unknown
  readonly promise?: (() => Asked) | undefined
}

/**
 * What MySQL or MariaDB says of the connection's database, in one query: tables and the columns of their primary keys, views and
 * what they read, foreign keys that cascade, triggers, and which engines know no transactions. For `trackChanges` and
 * `tracker.learn`: once at the start, and after migrations. The user needs the rights to see triggers and views (`TRIGGER`,
 * `SHOW VIEW`).
 *
 * @param client a pool or a connection of mysql2
 *
 * @throws {CacheError} `E_OPTION`; what the database throws
 */
export async function schemaOf(client: object): Promise<Schema> {
  const given = client as Partial<Asked> | null | undefined
  if (typeof given?.query !== 'function')
    throw optionError('client', 'a pool or a connection of mysql2', client)
  const asked = typeof given.promise === 'function' ? given.promise() : (given as Asked)
  const [rows] = (await asked.query(SCHEMA_SQL)) as [SchemaRow[]]
  return schemaIn(rows)
}
