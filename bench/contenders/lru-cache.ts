import { LRUCache } from 'lru-cache'
import { type Contender, NO_BATCH, NO_TAGS } from '../harness/contender.ts'

/** Its `fetch`, "the most commonly useful for caching" of its README: one load for all who ask, expiry by `ttl`. */
export const lruCache: Contender = {
  name: 'lru-cache',
  packages: ['lru-cache'],
  tiers: ['memory'],
  cannot: { tagged: NO_TAGS, getMany: NO_BATCH },
  async open({ load, maxEntries, ttlMs }) {
    const cache = new LRUCache<string, object>({
      max: maxEntries,
      ttl: ttlMs,
      // `ttlResolution` stays at its default of 1 ms, by which it asks for the time once in a millisecond.
      fetchMethod: async (key) => (await load(key)) as object,
    })
    return {
      getOrSet: (key) => cache.fetch(key),
      async close() {
        cache.clear()
      },
    }
  },
}
