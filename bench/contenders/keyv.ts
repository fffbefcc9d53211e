import KeyvRedis from '@keyv/redis'
import { createKeyv } from 'cacheable'
import { Keyv } from 'keyv'
import { type Contender, EACH_LOADS, NO_TAGS } from '../harness/contender.ts'

/** It has no getOrSet: read, and on a miss load and write, as its users do by hand. Its own Map has no limit, hence cacheable's. */
export const keyv: Contender = {
  name: 'keyv, by hand',
  packages: ['keyv', '@keyv/redis', 'cacheable'],
  tiers: ['memory', 'redis'],
  cannot: { tagged: NO_TAGS, oneLoad: EACH_LOADS },
  async open({ load, maxEntries, prefix, redisUrl = '', tiers, ttlMs }) {
    const cache =
      tiers === 'memory'
        ? createKeyv({ lruSize: maxEntries, useClone: false })
        : new Keyv({ store: new KeyvRedis(redisUrl), namespace: prefix })
    return {
      async getOrSet(key) {
        const found: unknown = await cache.get(key)
        if (found !== undefined) return found
        const value = await load(key)
        await cache.set(key, value, ttlMs)
        return value
      },
      getMany: async (keys) => await cache.getMany([...keys]),
      close: async () => await cache.disconnect(),
    }
  },
}
