import { vi } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { TESTED, type TestedStore } from '../cache/stores.ts'

/** Where every drop-in is tested: in this process, and on a server. */
export const STORES = TESTED.filter(([name]) => name === 'memory' || name === 'redis')

/** A cache of its own that has reached its server: on a busy machine that may take longer than an application waits. */
export async function opened(store: TestedStore): Promise<Cache> {
  const cache = store.open()
  await vi.waitUntil(() => cache.set('connected', true), { timeout: 30_000 })
  return cache
}
