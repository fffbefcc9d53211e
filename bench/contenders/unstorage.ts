import { createStorage } from 'unstorage'
import lruCacheDriver from 'unstorage/drivers/lru-cache'
import redisDriver from 'unstorage/drivers/redis'
import { type Contender, EACH_LOADS, NO_TAGS } from '../harness/contender.ts'

/** It has no getOrSet: read, and on a miss load and write. Its own memory driver has neither a limit nor expiry, hence lru-cache's. */
export const unstorage: Contender = {
  name: 'unstorage, by hand',
  packages: ['unstorage', 'ioredis', 'lru-cache'],
  tiers: ['memory', 'redis'],
  cannot: { tagged: NO_TAGS, oneLoad: EACH_LOADS },
  async open({ load, maxEntries, prefix, redisUrl = '', tiers, ttlMs }) {
    const driver =
      tiers === 'memory'
        ? lruCacheDriver({ max: maxEntries, ttl: ttlMs })
        : redisDriver({ url: redisUrl, base: prefix })
    const storage = createStorage<object>({ driver })
    const options = { ttl: Math.ceil(ttlMs / 1000) }
    return {
      async getOrSet(key) {
        const found = await storage.getItem(key)
        if (found !== null) return found
        const value = (await load(key)) as object
        await storage.setItem(key, value, options)
        return value
      },
      getMany: async (keys) => await storage.getItems([...keys]),
      async close() {
        await storage.dispose()
      },
    }
  },
}
