import { systemClock } from '../../base/clock.ts'
import { CacheError } from '../../base/errors.ts'
import { type Field, tagField } from '../../base/generation.ts'
import type { StoreDefinition } from '../../base/store.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import { bump } from '../../records/stamps.ts'
import { Database } from './database.ts'
import { outage } from './failure.ts'
import { GenerationRow } from './generation-row.ts'
import { settingsFor } from './sql.ts'

/** What is invalidated within the application's own transaction. */
export interface ChangesInSql {
  /** Of the alias: its option `prefix`, otherwise its name. */
  readonly prefix: string
  /** Tags whose values count no longer. */
  readonly tags?: readonly string[]
  /** Wire keys, as `cache.wireKey(key)` gives them. */
  readonly keys?: readonly string[]
}

/**
 * Invalidates within a transaction of the application's own: data and cache change at the same moment, and nothing happens
 * when it is rolled back. Of tags, the row of the generations is locked until the commit, so invalidations of one prefix wait
 * for each other; do it last.
 *
 * @param store what `sql()` has made, on the database of the transaction
 * @param transaction the client on which it runs: of pg, mysql2/promise or PGlite; for SQLite the database
 * @throws {CacheError} `E_OPTION`, outages, `E_STORE_REFUSED` when somebody else was faster: then roll back and try again
 */
export async function invalidateIn(
  store: StoreDefinition,
  transaction: unknown,
  changes: ChangesInSql,
): Promise<void> {
  refuseUnknown('invalidateIn', changes, ['prefix', 'tags', 'keys'])
  const { prefix, tags = [], keys = [] } = changes
  const settings = settingsFor(store)
  const database = new Database(settings, systemClock)
  await database.ready()
  const { driver, statements } = database
  const run = driver.within(transaction)
  try {
    for (const key of keys) await run(statements.removeAny, [Buffer.from(key)])
    if (tags.length === 0) return
    const fields = tags.map((tag): Field => tagField(tag))
    const row = new GenerationRow(prefix)
    // Locked until the commit: stamps are issued in the order in which they are seen.
    const { rows } = await run(statements.lock, [row.key])
    const now = systemClock.now() + database.shiftMs
    const changed = await row.change(
      database,
      run,
      rows[0],
      (found) => bump(found, fields, now),
      now,
    )
    if (changed !== undefined) return
  } catch (error) {
    throw outage(error, driver.where, settings.table)
  }
  throw new CacheError(
    'E_STORE_REFUSED',
    'The stamps of tags were made by somebody else at the same moment. Roll the transaction back and try again.',
  )
}
