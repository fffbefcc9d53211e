import KeyvRedis from '@keyv/redis'
import { Cacheable, createKeyv, Keyv } from 'cacheable'
import type { Contender, Opening } from '../harness/contender.ts'

/** As its README opens it: `CacheableMemory` as primary, `@keyv/redis` as secondary. */
export const cacheable: Contender = {
  name: 'cacheable',
  packages: ['cacheable', '@keyv/redis'],
  // Its primary is always there; it is the Redis one where there is to be nothing else.
  tiers: ['memory', 'redis', 'both'],
  cannot: {},
  async open(opening) {
    const { load, tags, ttlMs } = opening
    const cache = new Cacheable({
      ...storesOf(opening),
      ttl: ttlMs,
      // "Disabled by default so untagged workloads pay no extra cost."
      tags,
    })
    return {
      getOrSet: async (key) => await cache.getOrSet(key, () => load(key)),
      // Its getOrSet takes no tags: this is what its README shows instead.
      async tagged(key, tags) {
        const found = await cache.get(key)
        if (found !== undefined) return found
        const value = await load(key)
        await cache.set(key, value, { tags: [...tags] })
        return value
      },
      invalidateTag: async (tag) => await cache.tags.invalidateTag(tag),
      getMany: async (keys) => await cache.getMany([...keys]),
      close: async () => await cache.disconnect(),
    }
  },
}

function storesOf(opening: Opening): { primary: Keyv; secondary?: Keyv } {
  const { maxEntries, prefix, redisUrl = '', tiers } = opening
  // "Set useClone to false if you want to use the same reference for the values": the others in memory do so, too.
  const primary = createKeyv({ lruSize: maxEntries, useClone: false })
  if (tiers === 'memory') return { primary }
  const shared = new Keyv({ store: new KeyvRedis(redisUrl), namespace: prefix })
  return tiers === 'redis' ? { primary: shared } : { primary, secondary: shared }
}
