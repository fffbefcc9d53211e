import { CacheError, optionError } from '../../base/errors.ts'
import type { Capabilities, StoreDefinition } from '../../base/store.ts'
import { CasStore } from '../../records/cas-store.ts'
import { SqlBackend } from './backend.ts'
import type { Driver } from './driver.ts'
import { byMysql, type MysqlPool, mysqlPool } from './drivers/mysql.ts'
import { byPg, type PgPool, pgPool } from './drivers/pg.ts'
import { byPglite, openPglite, type PgLite } from './drivers/pglite.ts'
import { bySqlite, openSqlite, type SqliteDatabase } from './drivers/sqlite.ts'
import { lateDriver } from './late-driver.ts'
import { resolveOptions, type SqlOptions, type SqlSettings } from './options.ts'

/** A client of the application's: it is used, and left open. */
export type SqlClient =
  | { readonly pg: PgPool }
  | { readonly pglite: PgLite }
  | { readonly mysql: MysqlPool }
  | { readonly sqlite: SqliteDatabase }

/** A store in a database. */
export interface SqlDefinition extends StoreDefinition {
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
  const driver = typeof where === 'string' ? byUrl(where) : byClient(where)
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

function byClient(client: SqlClient): Driver {
  if (typeof client === 'object' && client !== null) {
    if ('pg' in client && typeof client.pg?.connect === 'function') {
      // The listener would keep it, and no act would ever begin.
      if (client.pg.options?.max === 1)
        throw optionError('pg', "a pool with 'max' of 2 or more: one connection listens", 1)
      return byPg(client.pg)
    }
    if ('pglite' in client && typeof client.pglite?.listen === 'function')
      return byPglite(client.pglite)
    if ('mysql' in client && typeof client.mysql?.query === 'function') return byMysql(client.mysql)
    if ('sqlite' in client && typeof client.sqlite?.prepare === 'function')
      return bySqlite(client.sqlite)
  }
  throw optionError(
    'sql',
    'a URL, { pg: pool }, { pglite: db }, { mysql: pool of mysql2/promise } or { sqlite: db }',
    typeof client === 'object' && client !== null
      ? `{ ${Object.keys(client).join(', ')} }`
      : client,
  )
}

const SERVER = { listen: true, isHere: false }
const POLLED = { listen: false, isHere: false }

function byUrl(text: string): Driver {
  const scheme = /^[a-z]+:/.exec(text)?.[0]
  const where = text.replace(/\/\/[^@/]*@/, '//').replace(/\?.*$/, '')
  switch (scheme) {
    case 'postgres:':
    case 'postgresql:':
      return lateDriver('postgres', where, SERVER, async () =>
        byPg(await pgPool(text), where, true),
      )
    case 'mysql:':
    case 'mariadb:':
      return lateDriver('mysql', where, POLLED, async () =>
        byMysql(await mysqlPool(text.replace(/^mariadb:/, 'mysql:')), where, true),
      )
    case 'sqlite:': {
      const path = text.slice('sqlite:'.length).replace(/^\/\//, '')
      if (path === '') break
      return lateDriver('sqlite', where, { listen: false, isHere: true }, async () =>
        bySqlite(await openSqlite(decodeURIComponent(path)), where, true),
      )
    }
    case 'pglite:': {
      const folder = text.slice('pglite:'.length).replace(/^\/\//, '')
      return lateDriver('postgres', where, { listen: true, isHere: true }, async () =>
        byPglite(await openPglite(folder === '' ? undefined : folder), where, true),
      )
    }
    default:
  }
  throw new CacheError(
    'E_URL',
    'Expected the address of a database: postgres://, mysql://, mariadb://, sqlite:///path.db, sqlite::memory: or pglite://./folder.',
  )
}
