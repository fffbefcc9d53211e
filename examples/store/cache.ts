import { type Caches, createCaches, memory, nullStore } from 'breakwater'
import { redis } from 'breakwater/redis'

export interface CacheChoice {
  /** A Redis that several shops may share. Without it each keeps its own in memory. */
  readonly redisUrl: string | undefined
  /** The same code with nothing cached: how the launch measures the shop without a cache. */
  readonly cacheOff: boolean
}

export function openCaches({ redisUrl, cacheOff }: CacheChoice): {
  caches: Caches<'default'>
  name: string
} {
  const [store, name] = cacheOff
    ? ([nullStore(), 'off'] as const)
    : redisUrl
      ? ([redis(redisUrl), 'Redis'] as const)
      : ([memory({ maxBytes: '128mb' }), 'memory, up to 128 MB'] as const)
  return { caches: createCaches({ default: { store, prefix: 'shop', ttl: '15m' } }), name }
}
