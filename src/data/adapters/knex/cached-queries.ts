import { CacheError, optionError } from '../../../base/errors.ts'
import { answered, type Asked, asker, type CachedQueriesOptions } from '../../asked.ts'
import type { CachedQueryOptions } from '../../cached-query.ts'
import type { Dialect } from '../../dialect.ts'
import type { ChangeTracker } from '../../tracker.ts'

/** A query of Knex 3: of its builder, or `knex.raw(...)`. */
export interface KnexQuery<T> extends PromiseLike<T> {
  // Its two kinds of query differ in what they return.
  toSQL(): object
}

/**
 * A read that is answered from the cache: `await cached(knex('products').where({ id }).first(), { ttl: '5m' })`. The result is
 * stored as Knex gives it; of `knex.raw` on PostgreSQL its `rows` and its `rowCount` alone. Of a transaction, and of a builder
 * that was given a connection, or a `queryContext` beside a `postProcessResponse`, it reads the database and stores nothing.
 *
 * @throws {CacheError} `E_OPTION` when it is no query of Knex; `E_UNSUPPORTED` for a database that is none of PostgreSQL, MySQL and
 * SQLite
 */
export type CachedKnex = <T>(query: KnexQuery<T>, options: CachedQueryOptions) => Promise<T>

interface Client {
  readonly dialect: string
  readonly config?: { readonly postProcessResponse?: unknown }
  /** Said by the client of a transaction. */
  readonly transacting?: boolean
}

interface Parts {
  readonly client: Client
  /** Given by hand. */
  readonly _connection?: unknown
  /** For `postProcessResponse`, which may make another result of the same rows by it. */
  readonly _queryContext?: unknown
  toSQL(): { toNative(): { readonly sql: string; readonly bindings: readonly unknown[] } }
}

const SPOKEN: Readonly<Record<string, Dialect>> = {
  postgresql: 'postgres',
  mysql: 'mysql',
  sqlite3: 'sqlite',
}

/**
 * Cached reads for Knex 3: `const cached = cachedQueries(tracker)`.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function cachedQueries(tracker: ChangeTracker, options?: CachedQueriesOptions): CachedKnex {
  const ask = asker(tracker, options)
  return async (query, given) => await read(query, ask(given))
}

async function read<T>(query: KnexQuery<T>, asked: Asked): Promise<T> {
  const parts = query as unknown as Partial<Parts> | undefined
  if (parts?.client === undefined || typeof parts.toSQL !== 'function')
    throw optionError('query', 'a query of Knex', typeof query)
  const { client, _connection, _queryContext } = parts
  const dialect = SPOKEN[client.dialect]
  if (dialect === undefined) {
    throw new CacheError(
      'E_UNSUPPORTED',
      `breakwater/knex caches reads of PostgreSQL, MySQL and SQLite, and not of ${client.dialect}.`,
    )
  }
  const hasContext = _queryContext !== undefined && client.config?.postProcessResponse !== undefined
  const { sql, bindings } = parts.toSQL().toNative()
  const { value } = await answered(asked, {
    dialect,
    sql,
    params: bindings,
    form: 'knex',
    inTransaction: client.transacting === true || _connection !== undefined || hasContext,
    // `first()` finds nothing: `undefined` is a result, too.
    run: async () => ({ value: plain(await query) }),
  })
  return value
}

/** Without the class of pg's results, which no codec knows. */
function plain<T>(result: T): T {
  const { constructor, rows, rowCount } = (result ?? {}) as {
    constructor?: { name?: string }
    rows?: unknown
    rowCount?: number
  }
  return constructor?.name === 'Result' ? ({ rows, rowCount } as T) : result
}
