import { createKeyv as createKeyvRedis } from '@keyv/redis'
import { createCache } from 'cache-manager'
import { createKeyv } from 'cacheable'
import { type Contender, NO_TAGS } from '../harness/contender.ts'

/** As its README opens several stores: `CacheableMemory` ("if you would like a more robust in memory storage adapter"), `@keyv/redis`. */
export const cacheManager: Contender = {
  name: 'cache-manager',
  packages: ['cache-manager', 'cacheable', '@keyv/redis'],
  tiers: ['memory', 'redis', 'both'],
  cannot: { tagged: NO_TAGS },
  async open({ load, maxEntries, prefix, redisUrl = '', tiers, ttlMs }) {
    const near = createKeyv({ lruSize: maxEntries, useClone: false })
    const stores =
      tiers === 'memory'
        ? [near]
        : [...(tiers === 'both' ? [near] : []), createKeyvRedis(redisUrl, { namespace: prefix })]
    const cache = createCache({ stores, ttl: ttlMs })
    return {
      getOrSet: async (key) => await cache.wrap(key, () => load(key)),
      getMany: async (keys) => await cache.mget([...keys]),
      close: async () => await cache.disconnect(),
    }
  },
}
