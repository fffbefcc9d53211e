import { createCache, type StorageInputRedis, type StorageInputMemory } from 'async-cache-dedupe'
import { Redis } from 'ioredis'
import { type Contender, NO_BATCH } from '../harness/contender.ts'

/** As its README opens it; what it calls references are tags, and need `invalidation`. */
export const asyncCacheDedupe: Contender = {
  name: 'async-cache-dedupe',
  packages: ['async-cache-dedupe', 'ioredis'],
  tiers: ['memory', 'redis'],
  cannot: { getMany: NO_BATCH },
  async open({ load, maxEntries, prefix, redisUrl = '', tags: isTagged, tiers, ttlMs }) {
    const ttl = Math.ceil(ttlMs / 1000)
    const client = tiers === 'redis' ? new Redis(redisUrl, { keyPrefix: prefix }) : undefined
    const storage: StorageInputMemory | StorageInputRedis =
      client === undefined
        ? { type: 'memory', options: { size: maxEntries, invalidation: isTagged } }
        : {
            type: 'redis',
            // "It should be set at the maximum of all the caches' ttl."
            options: { client, ...(isTagged ? { invalidation: { referencesTTL: ttl } } : {}) },
          }
    let tags: readonly string[] = []
    const cache = createCache({ ttl, storage }).define(
      'entry',
      isTagged ? { references: () => [...tags] } : {},
      load,
    )
    return {
      getOrSet: async (key) => await cache.entry(key),
      async tagged(key, of) {
        tags = of
        return await cache.entry(key)
      },
      invalidateTag: async (tag) => await cache.invalidateAll(tag),
      async close() {
        await client?.quit()
      },
    }
  },
}
