import type { Cache } from '../../src/cache/cache.ts'
import { GLANCE, type Glanced } from '../../src/base/glance.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import type { Key } from '../../src/base/key.ts'
import type { PageLoadContext, PageStore, PageStoreOptions } from '../../src/http/index.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import type { FakeClock } from './fake-clock.ts'

/** A real cache as page store, that tells when it has been asked and when its loads have ended. */
export class CachedPages implements PageStore {
  readonly #cache: Cache
  readonly #waiting: { count: number; go: () => void }[] = []
  #asked = 0
  #loading = 0

  constructor(clock: FakeClock) {
    // Exact ttls and nothing made anew by chance, so that tests can say what happens.
    const alias = { store: memory(), clock, jitter: 0, early: 0 }
    this.#cache = createCaches({ default: alias }).default
  }

  async askedTimes(count: number): Promise<void> {
    if (this.#asked >= count) return
    await new Promise<void>((go) => this.#waiting.push({ count, go }))
  }

  /** Resolves once no load is running, and what was loaded is stored. */
  async quiet(): Promise<void> {
    let turns = 0
    while (turns < 5) {
      await new Promise((resolve) => setImmediate(resolve))
      turns = this.#loading === 0 ? turns + 1 : 0
    }
  }

  async keys(): Promise<string[]> {
    const keys: string[] = []
    for await (const key of this.#cache.keys()) keys.push(key)
    return keys
  }

  async size(): Promise<number> {
    // Not the store's count: a load that failed leaves a mark for a moment, and that is no page.
    return (await this.keys()).length
  }

  async getOrSet<T>(
    key: Key,
    load: (context: PageLoadContext) => Promise<T> | T,
    options: PageStoreOptions = {},
  ): Promise<T> {
    this.#asked++
    for (const each of this.#waiting) if (each.count <= this.#asked) each.go()
    const counted = async (context: PageLoadContext): Promise<T> => {
      this.#loading++
      try {
        return await load(context)
      } finally {
        this.#loading--
      }
    }
    return await this.#cache.getOrSet<T>(key, counted, options)
  }

  [GLANCE](...asked: Parameters<Cache[typeof GLANCE]>): Glanced | undefined {
    return this.#cache[GLANCE](...asked)
  }

  async lookup(key: Key): Promise<{ hit: boolean; stale: boolean; value: unknown }> {
    return await this.#cache.lookup(key)
  }

  async set(key: Key, value: unknown, options?: PageStoreOptions): Promise<void> {
    await this.#cache.set(key, value, options)
  }

  async delete(key: Key): Promise<boolean> {
    return await this.#cache.delete(key)
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    await this.#cache.invalidateTags(tags)
  }

  async close(): Promise<void> {
    await this.#cache.close()
  }
}
