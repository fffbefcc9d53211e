import { type Bytes, type Cache, type Caches, createCaches, memory, nullStore } from 'breakwater'
import { redis } from 'breakwater/redis'

export interface CacheChoice {
  /** A Redis that several shops may share. Without it each keeps its own in memory. */
  readonly redisUrl: string | undefined
  /** The same code with nothing cached: how the launch measures the shop without a cache. */
  readonly cacheOff: boolean
  /** Parts of pages are kept although the cache is off: what they alone save. Default false. */
  readonly onlyParts?: boolean | undefined
  /** What the cache may take of Redis, where sessions and jobs are, too. Default `'128mb'`. */
  readonly budget?: Bytes | undefined
}

export function openCaches({ redisUrl, cacheOff, onlyParts, budget = '128mb' }: CacheChoice): {
  caches: Caches<'default' | 'sessions' | 'parts'>
  parts: Cache
  name: string
} {
  const [store, name] = cacheOff
    ? ([nullStore(), 'off'] as const)
    : redisUrl
      ? // The server must evict nothing, because of its other tenants: so the cache does it by itself, among its own keys.
        ([redis(redisUrl, { budget }), `Redis, up to ${budget} of it`] as const)
      : ([memory({ maxBytes: '128mb' }), 'memory, up to 128 MB'] as const)
  const caches = createCaches({
    default: { store, prefix: 'shop', ttl: '15m' },
    // In use only where the cache is off: otherwise parts lie beside what they are made of, and one invalidation drops both.
    parts: { store: memory({ maxBytes: '32mb' }), prefix: 'parts', ttl: '15m' },
    sessions: {
      store: redisUrl ? redis(redisUrl, { budget: 'none' }) : memory({ maxBytes: '32mb' }),
      prefix: 'sess',
      ttl: '30d',
      // A cache that is away is a cache that misses. Sessions that are away must not look like no session.
      onOutage: 'throw',
    },
  })
  return { caches, parts: onlyParts === true ? caches.parts : caches.default, name }
}
