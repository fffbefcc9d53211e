import { type Cache, type Clock, createCaches, type Key, memory } from 'breakwater'
import type { PageLoadContext, PageStore, PageStoreOptions } from 'breakwater/http'

/** A real cache in memory, that tells when nothing is under way any more. */
export class Pages implements PageStore {
  readonly cache: Cache
  #running = 0

  constructor(clock: Clock) {
    // Exact ttls, so that what is stale is known.
    this.cache = createCaches({ default: { store: memory(), clock, jitter: 0 } }).default
  }

  /** Resolves once nothing runs, and what was loaded is stored. */
  async quiet(): Promise<void> {
    let turns = 0
    while (turns < 4) {
      await new Promise((resolve) => setImmediate(resolve))
      turns = this.#running === 0 ? turns + 1 : 0
    }
  }

  async getOrSet<T>(
    key: Key,
    load: (context: PageLoadContext) => Promise<T> | T,
    options: PageStoreOptions = {},
  ): Promise<T> {
    const counted = async (context: PageLoadContext): Promise<T> => {
      return await this.#counting(async () => await load(context))
    }
    return await this.cache.getOrSet<T>(key, counted, options)
  }

  async lookup(key: Key): Promise<{ hit: boolean; stale: boolean; value: unknown }> {
    return await this.#counting(async () => await this.cache.lookup(key))
  }

  async set(key: Key, value: unknown, options?: PageStoreOptions): Promise<unknown> {
    return await this.#counting(async () => await this.cache.set(key, value, options))
  }

  async delete(key: Key): Promise<boolean> {
    return await this.#counting(async () => await this.cache.delete(key))
  }

  async invalidateTags(tags: readonly string[]): Promise<unknown> {
    return await this.#counting(async () => await this.cache.invalidateTags(tags))
  }

  async close(): Promise<void> {
    await this.cache.close()
  }

  async #counting<T>(act: () => Promise<T>): Promise<T> {
    this.#running++
    try {
      return await act()
    } finally {
      this.#running--
    }
  }
}
