import { optionError } from '../../base/errors.ts'
import type { Capabilities, StoreDefinition } from '../../base/store.ts'
import { CasStore } from '../../records/cas-store.ts'
import { SqlBackend } from './backend.ts'
import { resolveOptions, type SqlOptions, type SqlSettings } from './options.ts'
import { driverOf, type SqlClient } from './where.ts'

/** A store in a database. */
export interface SqlDefinition extends StoreDefinition {
  /** `'sql'`. */
  readonly name: 'sql'
}

const settingsOf = new WeakMap<StoreDefinition, SqlSettings>()

/**
 * A store in a table of a database: PostgreSQL, MySQL, MariaDB, SQLite or PGlite.
 *
 * @param where a client of the application's (`{ pg: pool }`, `{ mysql: pool }` of mysql2/promise, `{ sqlite: db }` of
 * better-sqlite3 or node:sqlite, `{ pglite: db }`), or a URL: `postgres://`, `mysql://`, `mariadb://`, `sqlite:///path.db`,
 * `sqlite::memory:`, `pglite://./folder`
 * @throws {CacheError} `E_OPTION`, `E_URL`
 */
export function sql(where: SqlClient | string, options: SqlOptions = {}): SqlDefinition {
  const resolved = resolveOptions(options)
  const driver = driverOf(where)
  const settings: SqlSettings = { driver, ...resolved }
  const can: Capabilities = {
    shared: true,
    pushWake: driver.listen !== undefined,
    expiry: 'ms',
    scan: true,
    durable: true,
    values: 'copied',
    keeps: true,
  }
  const definition: SqlDefinition = {
    name: 'sql',
    open: (context) => new CasStore('sql', can, context, new SqlBackend(settings, context)),
  }
  settingsOf.set(definition, settings)
  return definition
}

/** @throws {CacheError} `E_OPTION` for what `sql()` has not made */
export function settingsFor(definition: StoreDefinition): SqlSettings {
  const settings = settingsOf.get(definition)
  if (settings !== undefined) return settings
  throw optionError('store', 'a store made by sql()', definition.name)
}
