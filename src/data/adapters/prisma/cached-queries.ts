import { optionError } from '../../../base/errors.ts'
import { asker, asking, type CachedQueriesOptions } from '../../asked.ts'
import type { CachedQueryOptions } from '../../cached-query.ts'
import type { ChangeTracker } from '../../tracker.ts'
import { wasHeard } from './prisma-cache.ts'

/**
 * A read that is answered from the cache: `await cached(prisma.product.findMany({ where }), { ttl: '5m' })`. It takes
 * `findUnique`, `findFirst` (both also `...OrThrow`), `findMany`, `count`, `aggregate`, `groupBy` and `$queryRaw`. Within
 * `$transaction`, of either kind, it reads the database and stores nothing.
 *
 * @param query not awaited yet: Prisma sends it when somebody waits for it
 * @throws {CacheError} `E_OPTION` when it is no read of Prisma, or of a client without the extension
 */
export type CachedPrisma = <T>(query: PromiseLike<T>, options: CachedQueryOptions) => Promise<T>

/**
 * Cached reads for clients of Prisma 7 that were extended with {@link prismaCache}: `const cached = cachedQueries(tracker)`.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function cachedQueries(
  tracker: ChangeTracker,
  options?: CachedQueriesOptions,
): CachedPrisma {
  const ask = asker(tracker, options)
  return async <T>(query: PromiseLike<T>, given: CachedQueryOptions): Promise<T> => {
    const asked = ask(given)
    const tags = query as unknown as Partial<Record<symbol, unknown>> | undefined
    if (tags?.[Symbol.toStringTag] !== 'PrismaPromise')
      throw optionError('query', 'a query of Prisma that nobody has awaited', query)
    // It begins when `then` is called.
    const result = await asking(asked, () => query.then((value) => value))
    if (wasHeard(asked)) return result
    throw optionError('query', 'one of a client that was extended with prismaCache()', typeof query)
  }
}
