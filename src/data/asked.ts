// What `cached()` of an ORM asks for, on its way to the hook below the ORM: the ORM makes the statements of a query on its own
// connection, pool or client, and only there it is known whether that is inside a transaction.
import { AsyncLocalStorage } from 'node:async_hooks'
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { Cache } from '../cache/cache.ts'
import { cachedQuery, type CachedQuery, type CachedQueryOptions } from './cached-query.ts'
import type { ChangeTracker } from './tracker.ts'

export interface CachedQueriesOptions {
  /** Where results are stored: one of the tracker's caches. Default: its first. */
  readonly cache?: Cache
}

/** A query, or several, to be answered from a cache. */
export interface Asked {
  readonly tracker: ChangeTracker
  readonly cache: Cache
  readonly options: CachedQueryOptions
}

/** What a hook knows of the statement that it is to send. */
export type AskedStatement<T> = Omit<CachedQuery<T>, keyof CachedQueryOptions | 'tracker'> & {
  readonly form: string
}

/**
 * Makes what an ORM's `cachedQueries(tracker, options)` remembers: how to ask with these options.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function asker(
  tracker: ChangeTracker,
  options: CachedQueriesOptions = {},
): (options: CachedQueryOptions) => Asked {
  refuseUnknown('cachedQueries', options, ['cache'])
  const caches = (tracker as Partial<ChangeTracker> | undefined)?.caches
  if (caches === undefined) throw optionError('tracker', 'what trackChanges() returns', tracker)
  const [first] = caches
  const cache = options.cache ?? first
  // Nobody would invalidate what any other keeps.
  if (cache === undefined || !caches.includes(cache))
    throw optionError('cache', 'one that the tracker was given', cache)
  return (given) => {
    if (typeof given !== 'object' || given === null)
      throw optionError('options', "options such as { ttl: '5m' }", given)
    return { tracker, cache, options: given }
  }
}

/** Answers a statement from the cache that was asked for. */
export async function answered<T>(asked: Asked, statement: AskedStatement<T>): Promise<T> {
  const { cache, tracker, options } = asked
  const { run } = statement
  return await cachedQuery(cache, { ...options, ...statement, tracker, run: () => unasked(run) })
}

const current: AsyncLocalStorage<Asked | undefined> = new AsyncLocalStorage()

/** What the running code was asked to cache, if anything. */
export function askedNow(): Asked | undefined {
  return current.getStore()
}

/** Runs what makes a query; the hook below sees what was asked. */
export function asking<T>(asked: Asked, make: () => T): T {
  return current.run(asked, make)
}

/** Runs what reads for the cache itself: what it sends is sent. */
function unasked<T>(work: () => T): T {
  return current.run(undefined, work)
}
