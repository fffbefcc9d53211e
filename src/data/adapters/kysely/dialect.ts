// The members of Kysely 0.28 and 0.29 that the adapter uses.

export interface CompiledKyselyQuery {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

export interface KyselyResult {
  readonly rows: unknown[]
}

export interface KyselyConnection {
  executeQuery(query: CompiledKyselyQuery, ...rest: unknown[]): Promise<KyselyResult>
  streamQuery(query: CompiledKyselyQuery, ...rest: unknown[]): AsyncIterableIterator<unknown>
}

export interface KyselyDriver {
  acquireConnection(...rest: unknown[]): Promise<KyselyConnection>
  releaseConnection(connection: KyselyConnection, ...rest: unknown[]): Promise<void>
}

/** A dialect of Kysely, such as `new PostgresDialect({ pool })`. */
export interface KyselyDialect {
  createDriver(): object
  createAdapter(): object
}
