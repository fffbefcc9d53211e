import { optionError } from '../../../base/errors.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import { answered, asker, type CachedQueriesOptions } from '../../asked.ts'
import type { CachedQueryOptions } from '../../cached-query.ts'
import type { Row } from '../../change.ts'
import { sessionOf } from '../../session-of.ts'
import type { ChangeTracker } from '../../tracker.ts'

/** A pool or a client of `pg`. */
export interface PgQueries {
  query(config: {
    text: string
    values?: unknown[]
    name?: string
    rowMode?: 'array'
  }): Promise<unknown>
  getTransactionStatus?(): string | null
}

/** A query as `pg` takes it, or its text alone. */
export interface PgQuery {
  readonly text: string
  readonly values?: readonly unknown[]
  /** Prepares it under this name where it must be sent. */
  readonly name?: string
  readonly rowMode?: 'array'
}

/** What a cached query answers: of pg's result what can be kept. */
export interface CachedRows<R> {
  readonly rows: R[]
  readonly rowCount: number | null
}

/**
 * What `cachedQueries` makes: `const { rows } = await cached({ text, values: [7] }, { ttl: '5m' })`, in the place of
 * `pool.query({ text, values: [7] })`.
 */
export type CachedPg = <R = Row>(
  query: PgQuery | string,
  options: CachedQueryOptions,
) => Promise<CachedRows<R>>

/**
 * Cached reads for raw SQL: `const cached = cachedQueries(tracker, pool)`. Given a client instead of a pool, what is read while
 * a transaction is open on it comes from the database and is not stored.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function cachedQueries(
  tracker: ChangeTracker,
  database: PgQueries,
  options?: CachedQueriesOptions,
): CachedPg {
  const ask = asker(tracker, options)
  if (typeof (database as Partial<PgQueries> | undefined)?.query !== 'function')
    throw optionError('database', "a pool or a client of 'pg'", database)
  return async <R>(query: PgQuery | string, given: CachedQueryOptions): Promise<CachedRows<R>> => {
    const { text, values = [], name, rowMode } = checked(query)
    return await answered(ask(given), {
      dialect: 'postgres',
      sql: text,
      params: values,
      form: rowMode === undefined ? 'pg' : 'pg array',
      inTransaction: isInTransaction(database),
      run: async () => {
        const config = {
          text,
          values: [...values],
          ...(name === undefined ? {} : { name }),
          ...(rowMode === undefined ? {} : { rowMode }),
        }
        const { rows, rowCount } = (await database.query(config)) as CachedRows<R>
        return { rows, rowCount }
      },
    })
  }
}

function checked(query: PgQuery | string): PgQuery {
  const given = typeof query === 'string' ? { text: query } : query
  refuseUnknown('query', given, ['text', 'values', 'name', 'rowMode'])
  if (typeof given.text !== 'string') throw optionError('text', 'the text of a query', given.text)
  return given
}

/** A pool takes a client for each query, and is in none. */
function isInTransaction(database: PgQueries): boolean {
  const session = sessionOf(database)
  if (session !== undefined) return session.inTransaction
  const status = database.getTransactionStatus?.()
  return status !== undefined && status !== 'I'
}
