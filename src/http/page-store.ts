import type { Duration } from '../base/duration.ts'
import type { Glancing } from '../base/glance.ts'
import type { Key } from '../base/key.ts'

/** What a loader may say of its value while it makes it. */
export interface PageLoadContext {
  /** Aborted when the value can no longer be stored. */
  readonly signal: AbortSignal
  /** The expired value that this one will replace, if the store still has it and nothing has invalidated it. */
  readonly previous?: { readonly value: unknown } | undefined
  /** Adds tags to what is being loaded. */
  tag(...tags: string[]): void
  /** Replaces the ttl that the call gave. */
  ttl(duration: Duration): void
  /** Replaces the `stale` that the call gave, for how long the value is kept. */
  stale(duration: Duration): void
  /** The value goes to those who asked and is not stored. */
  skip(reason?: string): void
}

/** As of `getOrSet` and `set` of a cache. */
export interface PageStoreOptions {
  /** How long it is fresh. */
  readonly ttl?: Duration
  /** How long after `ttl` this caller takes the value while one caller refreshes it; what is stored is kept that long. */
  readonly stale?: Duration
  /** What it can be invalidated by. */
  readonly tags?: readonly string[]
}

/**
 * What the page cache needs of a cache. A `Cache` of `createCaches` is one.
 *
 * It relies on this and no more:
 * - `getOrSet` runs one loader at a time per key, in the process and across the fleet; whoever asks meanwhile shares its
 *   result, also when it called `skip`. What was invalidated while it loaded is not stored.
 * - With `stale` it may answer an expired value at once and call the loader later.
 * - Values are plain data: objects, arrays, strings, numbers, booleans, null, Buffers.
 *
 * It relies on nothing where that would be dangerous: a call that rejects, never answers or answers rubbish costs a miss.
 */
export interface PageStore extends Partial<Glancing> {
  /** As of a cache. */
  getOrSet<T>(
    key: Key,
    load: (context: PageLoadContext) => Promise<T> | T,
    options?: PageStoreOptions,
  ): Promise<T>
  /** What is there, fresh or stale, without loading. */
  lookup(key: Key): Promise<{
    readonly hit: boolean
    readonly stale: boolean
    readonly value: unknown
  }>
  /** As of a cache. */
  set(key: Key, value: unknown, options?: PageStoreOptions): Promise<unknown>
  /** As of a cache. */
  delete(key: Key): Promise<unknown>
  /** Needed for writes to invalidate their address; without it they do not. */
  invalidateTags?(tags: readonly string[]): Promise<unknown>
}
