import type { CacheEventName, Listener } from '../base/events.ts'
import { namespaceName } from '../base/key.ts'
import type { Capabilities } from '../base/store.ts'
import { Defining } from './define.ts'
import { type CacheStats, statsOf } from './stats.ts'

/**
 * A cache: one alias of `createCaches`, or a namespace of one.
 *
 * Its parts, from the bottom up: reading, writing, counting, invalidating, loading, defining. Views of one alias (its
 * namespaces) are cheap and share connections, counters, listeners and loads in flight.
 */
export class Cache extends Defining {
  /** What this alias's store can promise. */
  get can(): Capabilities {
    return this.core.store.can
  }

  /**
   * A view whose keys are its own, and which can be emptied in O(1) with `clear()`. May be nested. Tags are not its own:
   * `invalidateTags` on any view reaches the whole alias.
   *
   * @throws {CacheError} `E_KEY` for an empty or overlong name
   */
  namespace(name: string): Cache {
    const namespaces = [...this.space.namespaces, namespaceName(name)]
    return new Cache(this.core, { ...this.space, namespaces })
  }

  /** Calls `listener` on each event of this alias until the returned function is called. What it throws is not the caller's. */
  on<Name extends CacheEventName>(name: Name, listener: Listener<Name>): () => void {
    return this.core.events.on(name, listener)
  }

  /** What this alias has done since it was opened, and what its store says of itself. Never rejects while the store is away. */
  async stats(): Promise<CacheStats> {
    return await statsOf(this.core)
  }

  /** Ends background work, then the store's connections. Afterwards every call rejects with `E_CLOSED`. Idempotent. */
  async close(): Promise<void> {
    await this.core.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
