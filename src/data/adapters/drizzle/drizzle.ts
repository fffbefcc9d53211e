// The members of Drizzle 0.45 that the adapter uses. Those of `Parts` are internal to it, so each is looked for before it is used.

/** A query of Drizzle: a select, a relational query, a `$count`. */
export interface DrizzleQuery<T> extends PromiseLike<T> {
  readonly [Symbol.toStringTag]: string
}

/** What the `sql` tag makes. */
export interface DrizzleSql {
  getSQL(): object
}

/** A database, or a transaction, of Drizzle. */
export interface DrizzleDatabase {
  // The types of the drivers differ in what it takes and in what it gives.
  execute(query: never): PromiseLike<unknown>
}

export interface BuiltQuery {
  readonly sql: string
  readonly params: readonly unknown[]
}

/** What a query is once it is SQL, before it is sent. */
export interface Prepared {
  execute(): Promise<unknown>
  queryWithCache?: (
    sql: string,
    params: unknown[],
    send: () => Promise<unknown>,
  ) => Promise<unknown>
}

export interface Session {
  readonly client?: unknown
  /** libsql: the transaction that it is in. */
  readonly tx?: unknown
  readonly dialect: { sqlToQuery(sql: object): BuiltQuery }
}

export interface Parts {
  readonly session?: Session
  toSQL?(): BuiltQuery
  _prepare?(): Prepared
  /** Of a `$count`, as it stands alone. */
  readonly sql?: object
}

const KIND = Symbol.for('drizzle:entityKind')

/** What Drizzle calls the class of an object, also in another copy of Drizzle. */
export function kindOf(object: unknown): string {
  const kind: unknown = (object as { constructor?: Record<symbol, unknown> } | undefined)
    ?.constructor?.[KIND]
  return typeof kind === 'string' ? kind : ''
}
