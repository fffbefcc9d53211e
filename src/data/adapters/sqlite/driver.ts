// The few members of the drivers that are used, so that none of them has to be installed for the types.

/** A prepared statement of better-sqlite3 or node:sqlite. */
export interface SqliteStatement {
  run(...params: never[]): unknown
  get(...params: never[]): unknown
  all(...params: never[]): unknown[]
  iterate(...params: never[]): IterableIterator<unknown>
  /** Of better-sqlite3: parameters once and for all. */
  bind?(...params: never[]): unknown
}

/** A `Database` of better-sqlite3, or a `DatabaseSync` of node:sqlite. */
export interface SqliteDatabase {
  prepare(sql: string, ...rest: never[]): SqliteStatement
  exec(sql: string): unknown
  /** Of better-sqlite3. */
  readonly inTransaction?: boolean
  /** Of node:sqlite. */
  readonly isTransaction?: boolean
  /** Of better-sqlite3. */
  transaction?(work: never): unknown
}

/** What a statement tells of itself when it has run. */
export interface RunResult {
  readonly changes: number | bigint
  readonly lastInsertRowid: number | bigint
}

export function isInTransaction(database: SqliteDatabase): boolean {
  return database.inTransaction ?? database.isTransaction ?? false
}
