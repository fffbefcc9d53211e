import type { Duration } from '../base/duration.ts'
import { CacheError } from '../base/errors.ts'

/** What a loader of a fragment says of it. */
export interface FragmentLoad {
  /** Adds tags to what is being rendered. */
  tag(...tags: string[]): void
  /** What is being rendered is given to who asked and not stored. */
  skip(reason?: string): void
}

interface FragmentCallOptions {
  readonly ttl?: Duration
  readonly stale?: Duration
  readonly tags?: readonly string[]
  readonly strict?: boolean
}

/** What fragments need of a cache. A `Cache` of `createCaches` is one. */
export interface FragmentCache {
  /** As of a cache. */
  getOrSet(
    key: string,
    load: (context: FragmentLoad) => Promise<unknown>,
    options?: FragmentCallOptions,
  ): Promise<unknown>
  /** The fresh ones among `keys`. */
  getMany(
    keys: Iterable<string>,
    options?: { readonly strict?: boolean },
  ): Promise<ReadonlyMap<string, unknown>>
  /** As of a cache. */
  delete(key: string): Promise<unknown>
  /** As of a cache. */
  invalidateTags(tags: readonly string[]): Promise<unknown>
}

/** One cache, or those of `createCaches` by alias. */
export type FragmentCaches = FragmentCache | object

/** Django's order: what is asked for, an alias `template_fragments`, `default`. @throws {CacheError} `E_ALIAS` */
export function cacheFor(caches: FragmentCaches, using: string | undefined): FragmentCache {
  if (isCache(caches)) {
    if (using === undefined) return caches
    throw new CacheError(
      'E_ALIAS',
      `There is no cache '${using}': fragments were given one cache. Give them all of createCaches() to choose by alias.`,
    )
  }
  const byAlias = caches as Readonly<Record<string, FragmentCache>>
  const alias = using ?? ('template_fragments' in caches ? 'template_fragments' : 'default')
  // Those of `createCaches` refuse a name that they do not have, and know the nearest right one.
  const cache: unknown = byAlias[alias]
  if (isCache(cache)) return cache
  throw new CacheError('E_ALIAS', `There is no cache '${alias}'.`)
}

function isCache(given: unknown): given is FragmentCache {
  // Asked for like this, those of `createCaches` do not take it for an alias.
  return typeof given === 'object' && given !== null && 'getOrSet' in given
}
