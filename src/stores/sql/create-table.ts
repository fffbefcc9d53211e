import { systemClock } from '../../base/clock.ts'
import type { StoreDefinition } from '../../base/store.ts'
import { Database } from './database.ts'
import { settingsFor } from './sql.ts'

/**
 * Makes the table and its index; nothing happens where they are. For a user that may not: `tableSql(dialect)` gives the
 * statements for a migration.
 *
 * @throws {CacheError} outages
 */
export async function createTable(store: StoreDefinition): Promise<void> {
  const database = new Database(settingsFor(store), systemClock)
  try {
    await database.act({}, async (run) => await database.makeTable(run))
  } finally {
    // Of a client that was passed in nothing is closed.
    await database.close()
  }
}
