import type { Cache } from '../../src/cache/cache.ts'
import type { AliasOptions } from '../../src/config/alias.ts'
import type { StoreDefinition } from '../../src/base/store.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'

/** Caches as of several processes on one store, on one fake clock, with chance decided by the test. */
export class FreshCaches {
  readonly clock: FakeClock = fakeClock()
  /** What the caches draw: 0 never refreshes early and leaves ttls as they are. */
  drawn = 0
  readonly store: StoreDefinition = memory()
  readonly #opened: Cache[] = []

  open(options: AliasOptions = {}): Cache {
    const random = (): number => this.drawn
    const { clock } = this
    const cache = createCaches({
      default: { store: this.store, clock, random, ...options },
    }).default
    this.#opened.push(cache)
    return cache
  }

  /** A loader that takes `ms` of the fake clock. */
  slow<T>(value: T, ms: number): () => Promise<T> {
    return () => new Promise((resolve) => void this.clock.after(ms, () => resolve(value)))
  }

  /** Lets everything that needs no time come to its end. */
  async settle(): Promise<void> {
    await this.clock.advance(0)
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((cache) => cache.close()))
  }
}

/** Error events of a cache, as they come. */
export function messagesOf(cache: Cache): string[] {
  const messages: string[] = []
  cache.on('error', ({ message }) => messages.push(message))
  return messages
}
