import { isOutage } from '../base/errors.ts'
import type { Cache } from '../cache/cache.ts'
import { TARGET } from '../cache/transaction.ts'
import { pause } from './pause.ts'

/** What is refused is refused at once; what took longer than this may only have been slow. */
const SLOW_MS = 500
const PATIENCE_MS = 5_000
const EVERY_MS = 100

/**
 * Waits until the store of a cache answers, longer than an application would: a command has one try, and begins with a
 * connection that does not stand yet.
 *
 * @throws {CacheError} the outage
 */
export async function reach(cache: Cache, signal: AbortSignal): Promise<void> {
  if (!cache.can.shared) return
  const { store } = cache[TARGET].core
  const began = performance.now()
  for (;;) {
    try {
      await store.read([], [], { signal })
      return
    } catch (error) {
      const tookMs = performance.now() - began
      if (!isOutage(error) || tookMs < SLOW_MS || tookMs > PATIENCE_MS) throw error
      await pause(EVERY_MS, signal)
    }
  }
}
