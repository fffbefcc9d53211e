import { optionError } from '../../../base/errors.ts'
import type { Cache } from '../../../cache/cache.ts'
import { ListedCache } from '../../listed-cache.ts'

/** The stores of cache-manager 5, which 6 and 7 take through their `KeyvAdapter`. Times are milliseconds. */
export interface CacheManagerStore {
  readonly name: string
  isCacheable(value: unknown): boolean
  get<T>(key: string): Promise<T | undefined>
  mget(...keys: string[]): Promise<unknown[]>
  /** @param ttl default: for ever. With 0 or less, what was there is removed */
  set(key: string, value: unknown, ttl?: number): Promise<void>
  /** @param entries an object, as version 6 has it, or pairs of key and value, as 5 */
  mset(
    entries: Readonly<Record<string, unknown>> | Iterable<readonly [string, unknown]>,
    ttl?: number,
  ): Promise<void>
  del(key: string): Promise<void>
  mdel(...keys: string[]): Promise<void>
  /** -1 for what stays for ever, -2 for what is not there, as Redis says it. */
  ttl(key: string): Promise<number>
  /** All of them: an unbounded answer, asked for in batches. */
  keys(): Promise<string[]>
  reset(): Promise<void>
  disconnect(): Promise<void>
}

const FOR_EVER = -1
const NOT_THERE = -2

/**
 * A store for cache-manager: `caching(cacheManagerStore(cache))` of version 5, `new Keyv({ store: new
 * KeyvAdapter(cacheManagerStore(cache)) })` of 6 and 7. For 7 `keyvStore` of `breakwater/keyv` is the shorter way, and knows
 * namespaces.
 *
 * Everything lies in the namespace `cache-manager` of the cache, so `reset` reaches nothing else of it. While the store is away
 * it does as the alias's `onOutage` says.
 */
export function cacheManagerStore(cache: Cache): CacheManagerStore {
  const entries = new ListedCache(cache.namespace('cache-manager'))

  async function set(key: string, value: unknown, ttl?: number): Promise<void> {
    // For it `undefined` is a miss.
    if (value === undefined) throw optionError('value', 'anything but undefined', value)
    await entries.set(key, value, ttl)
  }

  return {
    name: 'breakwater',
    isCacheable: (value) => value !== undefined,
    get: async <T>(key: string) => (await entries.get(key)) as T | undefined,
    async mget(...keys) {
      const found = await entries.getMany(keys)
      return keys.map((key) => found.get(key))
    },
    set,
    async mset(given, ttl) {
      const pairs = Symbol.iterator in given ? [...given] : Object.entries(given)
      await Promise.all(pairs.map(([key, value]) => set(key, value, ttl)))
    },
    async del(key) {
      await entries.delete(key)
    },
    async mdel(...keys) {
      await entries.deleteMany(keys)
    },
    async ttl(key) {
      const left = await entries.ttl(key)
      if (left === undefined) return NOT_THERE
      return left === Infinity ? FOR_EVER : left
    },
    async keys() {
      const keys: string[] = []
      for await (const key of entries.keys()) keys.push(key)
      return keys
    },
    reset: async () => await entries.clear(),
    // The cache is its owner's to close.
    async disconnect() {},
  }
}
