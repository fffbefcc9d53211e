// The few members of mysql2 that are used, so that no version of it has to be installed for the types.

/** What the server answers to a statement that gives no rows (its OK packet). */
export interface MysqlHeader {
  readonly affectedRows?: number
  readonly insertId?: number | string
  readonly serverStatus?: number
  readonly stateChanges?: { readonly schema?: string | null }
}

export type MysqlCallback = (error: MysqlError | null, result?: unknown, fields?: unknown) => void

/** An error of the server has a number; one without was made on this side of the wire. */
export interface MysqlError extends Error {
  readonly errno?: number
  readonly code?: string
  readonly sqlState?: string
}

/** Anything that is sent over a connection: a query, a prepared statement, a ping. */
export interface MysqlCommand {
  onResult?: MysqlCallback | undefined
  emit(event: string, ...parts: unknown[]): boolean
  /** Of a query, as it is sent; of a prepared statement, as it was prepared. */
  readonly sql?: string
  readonly values?: unknown
  /** Of an execution. */
  readonly statement?: { readonly query?: string }
  readonly _queryOptions?: { readonly sql?: unknown; readonly values?: unknown }
}

/** A `Connection` of mysql2, of its callback form. */
export interface MysqlConnection {
  addCommand(command: MysqlCommand): MysqlCommand
  readonly config: { readonly database?: string | undefined }
  readonly _closing?: boolean
  readonly _fatalError?: unknown
  emit(event: string, ...parts: unknown[]): boolean
  changeUser(...parts: never[]): unknown
  reset(...parts: never[]): unknown
}

/** A `Pool` of mysql2, of its callback form. */
export interface MysqlPool {
  on(event: 'connection', listener: (connection: never) => void): unknown
  getConnection(...parts: never[]): unknown
  /** Connections that were opened before. */
  readonly _allConnections?: { readonly length: number; get(index: number): unknown }
}

/** A pool or a connection of mysql2, in its callback form or its promise form, which holds the other one. */
export interface MysqlClient {
  query(...parts: never[]): unknown
}
