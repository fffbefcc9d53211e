// The members of TypeORM 1 that the adapter uses.

export interface StructuredResult {
  readonly records: unknown
}

export interface QueryRunner {
  readonly isTransactionActive: boolean
  readonly mode?: 'master' | 'slave'
  /** Once it has sent something. Of `pg` it tells whether it is in a transaction. */
  readonly databaseConnection?: { readonly getTransactionStatus?: () => string | null }
  query(sql: string, parameters?: unknown[], useStructuredResult?: boolean): Promise<unknown>
  release(): Promise<void>
}

export interface DataSource {
  readonly options: { readonly type: string; readonly replication?: unknown }
  createQueryRunner(mode: 'master' | 'slave'): QueryRunner
}

/** A query builder of TypeORM that selects. */
export interface SelectBuilder {
  clone(): this
  getQuery(): string
  getMany(): Promise<unknown>
}

/** Its protected members, which are what the builder itself goes by. */
export interface BuilderParts {
  queryRunner?: QueryRunner | undefined
  readonly dataSource: DataSource
  readonly expressionMap: {
    readonly queryType: string
    readonly lockMode?: string | undefined
    readonly useTransaction: boolean
    cache?: boolean | undefined
  }
}
