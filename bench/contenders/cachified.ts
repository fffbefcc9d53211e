import { type Cache, type CacheEntry, cachified as getOrSet } from '@epic-web/cachified'
import { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import { type Contender, NO_BATCH, NO_TAGS } from '../harness/contender.ts'

/** Over lru-cache as its README shows; over Redis by an adapter as its README describes one, since it brings none. */
export const cachified: Contender = {
  name: 'cachified',
  packages: ['@epic-web/cachified', 'lru-cache', 'ioredis'],
  tiers: ['memory', 'redis'],
  cannot: { tagged: NO_TAGS, getMany: NO_BATCH },
  async open({ load, maxEntries, prefix, redisUrl = '', tiers, ttlMs }) {
    const client = tiers === 'redis' ? new Redis(redisUrl, { keyPrefix: prefix }) : undefined
    const cache: Cache =
      client === undefined
        ? new LRUCache<string, CacheEntry>({ max: maxEntries })
        : inRedis(client, ttlMs)
    return {
      getOrSet: async (key) =>
        await getOrSet({ key, cache, ttl: ttlMs, getFreshValue: async () => await load(key) }),
      async close() {
        await client?.quit()
      },
    }
  },
}

function inRedis(client: Redis, ttlMs: number): Cache {
  return {
    async get(key) {
      const text = await client.get(key)
      return text === null ? null : (JSON.parse(text) as CacheEntry)
    },
    set: async (key, entry) => await client.set(key, JSON.stringify(entry), 'PX', ttlMs),
    delete: async (key) => await client.del(key),
  }
}
