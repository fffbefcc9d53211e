import { optionError } from '../../../base/errors.ts'
import { asker, asking, type CachedQueriesOptions } from '../../asked.ts'
import type { CachedQueryOptions } from '../../cached-query.ts'
import type { ChangeTracker } from '../../tracker.ts'
import { isMounted } from './cache-sequelize.ts'

/**
 * Reads that are answered from the cache: `await cached(() => Product.findAll({ include: Review }), { ttl: '5m' })`. Every SELECT
 * that `read` sends outside a transaction is one entry. Models get instances, made anew on each hit, as they are from the
 * database; with `raw: true` plain rows. In a transaction it reads the database and stores nothing; writes are sent.
 *
 * @param read called at once
 * @throws {CacheError} `E_OPTION`
 */
export type CachedSequelize = <T>(read: () => Promise<T>, options: CachedQueryOptions) => Promise<T>

/**
 * Cached reads for instances of Sequelize 6 that were given to {@link cacheSequelize}: `const cached = cachedQueries(tracker)`.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function cachedQueries(
  tracker: ChangeTracker,
  options?: CachedQueriesOptions,
): CachedSequelize {
  const ask = asker(tracker, options)
  return async <T>(read: () => Promise<T>, given: CachedQueryOptions): Promise<T> => {
    const asked = ask(given)
    if (typeof read !== 'function') throw optionError('read', 'a function that reads', read)
    if (!isMounted()) {
      const expected = 'one that was given to cacheSequelize() (breakwater/sequelize)'
      throw optionError('sequelize', expected, 'none')
    }
    return await asking(asked, read)
  }
}
