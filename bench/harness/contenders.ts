import type { Contender } from './contender.ts'

/** Each is imported only where it takes part: a library that is loaded costs memory and time, whether it is used or not. */
export const CONTENDERS = {
  map: async () => (await import('../contenders/map.ts')).map,
  'raw-socket': async () => (await import('../contenders/raw-socket.ts')).rawSocket,
  breakwater: async () => (await import('../contenders/breakwater.ts')).breakwater,
  'async-cache-dedupe': async () =>
    (await import('../contenders/async-cache-dedupe.ts')).asyncCacheDedupe,
  bentocache: async () => (await import('../contenders/bentocache.ts')).bentocache,
  'bentocache-by-reference': async () =>
    (await import('../contenders/bentocache.ts')).bentocacheByReference,
  'cache-manager': async () => (await import('../contenders/cache-manager.ts')).cacheManager,
  cacheable: async () => (await import('../contenders/cacheable.ts')).cacheable,
  cachified: async () => (await import('../contenders/cachified.ts')).cachified,
  keyv: async () => (await import('../contenders/keyv.ts')).keyv,
  'lru-cache': async () => (await import('../contenders/lru-cache.ts')).lruCache,
  unstorage: async () => (await import('../contenders/unstorage.ts')).unstorage,
} as const satisfies Readonly<Record<string, () => Promise<Contender>>>

export type ContenderName = keyof typeof CONTENDERS
