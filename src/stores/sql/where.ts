// From what `sql()` is given to a driver; whatever cannot work is refused here, before anything is asked of a database.
import { CacheError, optionError } from '../../base/errors.ts'
import { hint } from '../../base/suggest.ts'
import type { Driver } from './driver.ts'
import { byMysql, type MysqlPool, mysqlPool } from './drivers/mysql.ts'
import { byPg, type PgPool, pgPool } from './drivers/pg.ts'
import { byPglite, openPglite, type PgLite } from './drivers/pglite.ts'
import { bySqlite, openSqlite, type SqliteDatabase } from './drivers/sqlite.ts'
import { lateDriver } from './late-driver.ts'
import { OPTION_NAMES } from './options.ts'

/** A client of the application's: it is used, and left open. */
export type SqlClient =
  | { readonly pg: PgPool }
  | { readonly pglite: PgLite }
  | { readonly mysql: MysqlPool }
  | { readonly sqlite: SqliteDatabase }

/** @throws {CacheError} `E_OPTION`, `E_URL` */
export function driverOf(where: SqlClient | string): Driver {
  return typeof where === 'string' ? byUrl(where) : byClient(where)
}

function byClient(client: SqlClient): Driver {
  if (typeof client === 'object' && client !== null) {
    if ('pg' in client && has(client.pg, 'connect', 'query')) return byPg(checkPg(client.pg))
    if ('pglite' in client && has(client.pglite, 'listen', 'query')) return byPglite(client.pglite)
    if ('mysql' in client && has(client.mysql, 'query')) return byMysql(checkMysql(client.mysql))
    if ('sqlite' in client && has(client.sqlite, 'prepare', 'exec'))
      return bySqlite(checkSqlite(client.sqlite))
  }
  throw optionError(
    'sql',
    'a URL, { pg: pool }, { pglite: db }, { mysql: pool of mysql2/promise } or { sqlite: db }',
    typeof client === 'object' && client !== null
      ? `{ ${Object.keys(client).join(', ')} }`
      : client,
  )
}

function has(client: object | undefined, ...methods: readonly string[]): boolean {
  return methods.every((name) => typeof (client as never)?.[name] === 'function')
}

function checkPg(pool: PgPool): PgPool {
  // A single client connects once, and a listener needs a connection of its own.
  if (has(pool, 'escapeLiteral'))
    throw optionError('pg', 'a Pool of node-postgres: new pg.Pool({ … })', 'a single Client')
  // The listener would keep it, and no act would ever begin.
  if (pool.options?.max === 1)
    throw optionError('pg', "a pool with 'max' of 2 or more: one connection listens", 1)
  return pool
}

function checkMysql(pool: MysqlPool): MysqlPool {
  if (has(pool, 'promise'))
    throw optionError('mysql', 'a pool of mysql2/promise: pool.promise()', 'a pool with callbacks')
  return pool
}

function checkSqlite(db: SqliteDatabase): SqliteDatabase {
  if (db.readonly === true)
    throw optionError('sqlite', 'a database that may be written', 'one that is opened readonly')
  if (db.open === false) throw optionError('sqlite', 'a database that is open', 'a closed one')
  return db
}

const SERVER = { listen: true, isHere: false }
const POLLED = { listen: false, isHere: false }

function byUrl(text: string): Driver {
  const scheme = /^[a-z]+:/.exec(text)?.[0]
  switch (scheme) {
    case 'postgres:':
    case 'postgresql:': {
      const { where } = serverOf(text)
      return lateDriver('postgres', where, SERVER, async () =>
        byPg(await pgPool(text), where, true),
      )
    }
    case 'mysql:':
    case 'mariadb:': {
      const { where, database } = serverOf(text)
      if (database === '') throw bad('got no database: mysql://user:password@host/database')
      return lateDriver('mysql', where, POLLED, async () =>
        byMysql(await mysqlPool(text.replace(/^mariadb:/, 'mysql:')), where, true),
      )
    }
    case 'sqlite:': {
      const path = pathOf(text, scheme)
      if (path === '') throw bad('got no file: sqlite:///path/cache.db, or sqlite::memory:')
      return lateDriver('sqlite', text, { listen: false, isHere: true }, async () =>
        bySqlite(await openSqlite(path), text, true),
      )
    }
    case 'pglite:': {
      const folder = pathOf(text, scheme)
      return lateDriver('postgres', text, { listen: true, isHere: true }, async () =>
        byPglite(await openPglite(folder === '' ? undefined : folder), text, true),
      )
    }
    default:
      throw bad('got something else')
  }
}

const ENCODE =
  "got one that cannot be read. In user name and password, signs such as @ / : # % must be percent-encoded: encodeURIComponent('p@ss')"

/** Where a server is, for messages: nothing of user, password and options. */
function serverOf(text: string): { readonly where: string; readonly database: string } {
  let url: URL
  try {
    url = new URL(text)
    decodeURIComponent(`${url.username} ${url.password} ${url.pathname}`)
  } catch {
    throw bad(ENCODE)
  }
  const { protocol, host, pathname } = url
  // What is before it may be a part of a password.
  if (pathname.includes('@')) throw bad(ENCODE)
  return { where: `${protocol}//${host}${pathname}`, database: pathname.replace(/^\//, '') }
}

/** A file's options are given beside it, or in the configuration's URL; here they would become a part of its name. */
function pathOf(text: string, scheme: string): string {
  const [path = '', query] = text.slice(scheme.length).replace(/^\/\//, '').split('?')
  const [name] = new URLSearchParams(query).keys()
  if (name !== undefined)
    throw new CacheError(
      'E_URL',
      `The address of a database has an unknown option '${name}'. ${hint(name, OPTION_NAMES)}`,
    )
  try {
    return decodeURIComponent(path)
  } catch {
    throw bad('got a path with a % that encodes nothing')
  }
}

function bad(got: string): CacheError {
  return new CacheError(
    'E_URL',
    `Expected the address of a database: postgres://, mysql://, mariadb://, sqlite:///path.db, sqlite::memory: or pglite://./folder, ${got}.`,
  )
}
