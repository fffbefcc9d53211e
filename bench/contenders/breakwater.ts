import { type AliasOptions, createCaches, memory } from 'breakwater'
import { redis } from 'breakwater/redis'
import type { Contender, Opening } from '../harness/contender.ts'

/** What an entry takes in the near cache besides its value as JSON: its key and the bookkeeping. */
const ENTRY_BYTES = 400

/** As the README opens it: nothing is switched off. */
export const breakwater: Contender = {
  name: 'breakwater',
  packages: ['@redis/client'],
  tiers: ['memory', 'redis', 'both'],
  cannot: {},
  async open(opening) {
    const { load, ttlMs } = opening
    const { default: cache } = createCaches({ default: optionsOf(opening) })
    const ttl = `${ttlMs}ms` as const
    const tagged = new Map<
      string,
      { readonly ttl: `${number}ms`; readonly tags: readonly string[] }
    >()
    return {
      getOrSet: async (key) => await cache.getOrSet(key, () => load(key), ttl),
      async tagged(key, tags) {
        const name = tags.join(',')
        let options = tagged.get(name)
        if (options === undefined) tagged.set(name, (options = { ttl, tags }))
        return await cache.getOrSet(key, () => load(key), options)
      },
      invalidateTag: async (tag) => await cache.invalidateTags([tag]),
      getMany: async (keys) => await cache.getMany(keys),
      close: async () => await cache.close(),
    }
  },
}

function optionsOf(opening: Opening): AliasOptions {
  const { maxEntries, prefix, redisUrl = '', tiers, valueBytes } = opening
  if (tiers === 'memory') return { store: memory({ maxEntries, maxBytes: Infinity }), prefix }
  const maxBytes = maxEntries * (valueBytes + ENTRY_BYTES)
  return { store: redis(redisUrl), prefix, ...(tiers === 'both' ? { near: { maxBytes } } : {}) }
}
