import { optionError } from '../../../base/errors.ts'
import { asker, asking, type CachedQueriesOptions } from '../../asked.ts'
import type { CachedQueryOptions } from '../../cached-query.ts'
import type { ChangeTracker } from '../../tracker.ts'
import { isMounted } from './cache-dialect.ts'

const EXECUTES = ['execute', 'executeTakeFirst', 'executeTakeFirstOrThrow'] as const

/** What is left of a query: the ways to execute it, with their types. */
export type CachedKyselyQuery<Q> = Pick<Q, Extract<keyof Q, (typeof EXECUTES)[number]>>

/**
 * A read that is answered from the cache: `await cached(db.selectFrom('products').selectAll(), { ttl: '5m' }).execute()`, or
 * `.executeTakeFirst()`, `.executeTakeFirstOrThrow()`; for raw SQL ``cached(sql`select ...`, options).execute(db)``. Plugins see
 * the rows of a hit as they see those of the database. Of a transaction and of `db.connection()` it reads the database and
 * stores nothing.
 *
 * @throws {CacheError} `E_OPTION`
 */
export type CachedKysely = <Q extends { execute(...args: never[]): Promise<unknown> }>(
  query: Q,
  options: CachedQueryOptions,
) => CachedKyselyQuery<Q>

/**
 * Cached reads for Kysely 0.28 and 0.29 whose dialect was given to {@link cacheDialect}: `const cached = cachedQueries(tracker)`.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function cachedQueries(
  tracker: ChangeTracker,
  options?: CachedQueriesOptions,
): CachedKysely {
  const ask = asker(tracker, options)
  return <Q extends { execute(...args: never[]): Promise<unknown> }>(
    query: Q,
    given: CachedQueryOptions,
  ) => {
    const asked = ask(given)
    if (typeof (query as Partial<Q> | undefined)?.execute !== 'function')
      throw optionError('query', 'a query of Kysely', query)
    if (!isMounted()) {
      throw optionError(
        'dialect',
        'one that was given to cacheDialect() (breakwater/kysely)',
        'none',
      )
    }
    const executes: Record<string, unknown> = {}
    for (const name of EXECUTES) {
      const execute: unknown = (query as Record<string, unknown>)[name]
      if (typeof execute !== 'function') continue
      executes[name] = async (...args: unknown[]) =>
        await asking(asked, () => execute.apply(query, args) as Promise<unknown>)
    }
    return executes as CachedKyselyQuery<Q>
  }
}
