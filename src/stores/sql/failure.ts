import { CacheError, isCacheError } from '../../base/errors.ts'

/** Somebody else was in the way, and the database has undone what we did: again. */
const AGAIN = new Set<unknown>([
  '40001',
  '40P01',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'SQLITE_BUSY',
])
const NO_TABLE = new Set<unknown>(['42P01', 'ER_NO_SUCH_TABLE'])
const WORDS =
  '28000 28P01 42501 3D000 53100 53200 ER_ACCESS_DENIED_ERROR ER_DBACCESS_DENIED_ERROR ' +
  'ER_TABLEACCESS_DENIED_ERROR ER_BAD_DB_ERROR ER_NET_PACKET_TOO_LARGE SQLITE_FULL SQLITE_READONLY ' +
  'SQLITE_CORRUPT SQLITE_NOTADB'
const REFUSED: ReadonlySet<unknown> = new Set(WORDS.split(' '))

/** SQLite's own numbers, as node:sqlite tells them, and its names, as better-sqlite3 does. https://sqlite.org/rescode.html */
const OF_SQLITE = new Map([
  [5, 'SQLITE_BUSY'],
  [8, 'SQLITE_READONLY'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [26, 'SQLITE_NOTADB'],
])

/** Of SQLite without what only says more of it, such as SQLITE_BUSY_SNAPSHOT. */
function codeOf(error: unknown): unknown {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  if (typeof errcode === 'number') return OF_SQLITE.get(errcode % 256) ?? code
  return typeof code === 'string' ? code.replace(/^(SQLITE_[A-Z]+)_.*/, '$1') : code
}

export function isToBeRepeated(error: unknown): boolean {
  return AGAIN.has(codeOf(error))
}

export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === 'ER_DUP_ENTRY'
}

/**
 * Two who make a table at once: `if not exists` is no help to the later one of PostgreSQL, whose catalogue has the table, its
 * type or its index by then.
 */
export function isBeingMade(error: unknown): boolean {
  return ['23505', '42710', '42P07', 'ER_TABLE_EXISTS_ERROR'].includes(codeOf(error) as string)
}

export function isNoTable(error: unknown): boolean {
  return NO_TABLE.has(codeOf(error)) || /no such table/.test(String(error))
}

/** Turns what a client throws into an outage. @param where without a password */
export function outage(error: unknown, where: string, table: string): CacheError {
  if (isCacheError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  if (isNoTable(error)) {
    return new CacheError(
      'E_STORE_REFUSED',
      `There is no table '${table}' in ${where}. Make it: npx breakwater create-table <url>, or put what 'breakwater create-table --print <dialect>' prints into a migration.`,
      { cause: error },
    )
  }
  const code = codeOf(error)
  const isRefusal = REFUSED.has(code)
  const told = message.replace(/\.$/, '')
  return new CacheError(
    isRefusal ? 'E_STORE_REFUSED' : 'E_STORE_DOWN',
    `${isRefusal ? `The database ${where} refused a statement` : `The database ${where} cannot be used`}: ${told === '' ? String(code) : told}.`,
    { cause: error },
  )
}
