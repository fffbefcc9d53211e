// The few members of @libsql/client that are used.

/** A text, a text with its parameters, or both in a list. */
export type LibsqlStatement =
  | string
  | { readonly sql: string; readonly args?: unknown }
  | readonly [sql: string, args?: unknown]

export interface LibsqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly rowsAffected: number
  readonly lastInsertRowid?: bigint | undefined
}

/** Of a transaction of libSQL's client, what is used. */
export interface LibsqlTransaction {
  execute(...parts: never[]): Promise<unknown>
  batch(...parts: never[]): Promise<unknown>
  executeMultiple(sql: string): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  close(): void
}

/** A client of `@libsql/client`. */
export interface LibsqlClient {
  execute(...parts: never[]): Promise<unknown>
  batch(...parts: never[]): Promise<unknown>
  migrate(...parts: never[]): Promise<unknown>
  executeMultiple(sql: string): Promise<void>
  transaction(...parts: never[]): Promise<LibsqlTransaction>
}
