// The few members of `pg.Client` that are used, so that no type of it is asked for.

/** What is sent: a `pg.Query`, a cursor, a stream, a COPY. */
export interface Submittable {
  submit(connection: unknown): unknown
  handleError(error: unknown, connection: unknown): void
  handleReadyForQuery(connection: unknown): void
  callback?: unknown
  readonly text?: unknown
  readonly values?: unknown
  /** Of a `pg.Query`: what came back. */
  readonly _results?: PgResult | readonly PgResult[]
  readonly _canceledDueToError?: unknown
  query_timeout?: unknown
}

export interface PgResult {
  readonly command?: string | null
  readonly rowCount?: number | null
  readonly rows?: readonly Readonly<Record<string, unknown>>[]
}

/** The options of one query. */
export interface PgQueryConfig {
  readonly text?: string
  readonly name?: string
  readonly values?: readonly unknown[]
  readonly rowMode?: string
  readonly callback?: unknown
  readonly query_timeout?: unknown
}

export type PgCallback = (error: unknown, result?: unknown) => void

/** An open connection. */
export interface PgClient {
  query(config: unknown, values?: unknown, callback?: unknown): unknown
  on(event: 'end' | 'error', listener: (error?: unknown) => void): unknown
  /** `I`: no transaction, `T`: in one, `E`: in one that failed. Since pg 8.18. */
  getTransactionStatus?(): string | null
  readonly connection?: unknown
}

/** `pg.Client`, or a class that extends it. */
export interface PgClientClass {
  // oxlint-disable-next-line typescript/no-explicit-any -- What a class may be extended from must take any arguments.
  new (...args: any[]): PgClient
  readonly Query: new (config: unknown, values?: unknown, callback?: unknown) => Submittable
}
