import { optionError } from '../../../base/errors.ts'
import type { ChangeTracker } from '../../tracker.ts'
import type { MysqlCallback } from './driver.ts'
import { learnFacts } from './facts.ts'
import { factsIn, SCHEMA_SQL, schemaOf, type SchemaRow } from './schema.ts'

/** A pool or a connection in its promise form (answers a list whose first item are the rows) or its callback form. */
interface Asked {
  query(sql: string, callback?: MysqlCallback): unknown
  readonly promise?: (() => Asked) | undefined
}

/**
 * Tells `tracker` what the database says of itself: tables and the columns of their primary keys, views and what they read,
 * foreign keys that cascade, triggers, and which engines know no transactions. Once at the start, and after migrations. The
 * user needs the rights to see triggers and views (`TRIGGER`, `SHOW VIEW`).
 *
 * @throws {CacheError} `E_OPTION`; what the database throws
 */
export async function learnMysql(client: object, tracker: ChangeTracker): Promise<void> {
  const given = client as Partial<Asked> | null | undefined
  if (typeof given?.query !== 'function')
    throw optionError('client', 'a pool or a connection of mysql2', client)
  const asked = typeof given.promise === 'function' ? given.promise() : (given as Asked)
  const [rows] = (await asked.query(SCHEMA_SQL)) as [SchemaRow[]]
  tracker.learn(schemaOf(rows))
  learnFacts(tracker, factsIn(rows))
}
