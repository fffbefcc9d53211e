import { type Duration, toMs } from '../../../base/duration.ts'
import { optionError } from '../../../base/errors.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import type { Cache } from '../../../cache/cache.ts'
import { Paths } from '../../paths.ts'

export interface UnstorageDriverOptions {
  /** Stands before every key: `'products'` keeps `7` under `products:7`. Default: nothing. */
  readonly base?: string
  /** How long an item stays that is set without a `ttl` of its own. Default `'forever'`. */
  readonly ttl?: Duration
}

/** What unstorage gives along with an item; `ttl` is in seconds, as in its own drivers. */
interface ItemOptions {
  readonly ttl?: number
}

/** unstorage's `Driver`. */
export interface UnstorageDriver {
  readonly name: string
  readonly options: UnstorageDriverOptions
  readonly getInstance: () => Cache
  readonly hasItem: (key: string) => Promise<boolean>
  readonly getItem: (key: string) => Promise<never>
  readonly getItems: (
    items: readonly { readonly key: string }[],
  ) => Promise<{ key: string; value: never }[]>
  readonly getItemRaw: (key: string) => Promise<unknown>
  readonly setItem: (key: string, value: string, options?: ItemOptions) => Promise<void>
  readonly setItemRaw: (key: string, value: unknown, options?: ItemOptions) => Promise<void>
  readonly removeItem: (key: string) => Promise<void>
  /** `ttl`: seconds that the item will still be there; absent where it stays for ever. */
  readonly getMeta: (key: string) => Promise<{ ttl?: number } | null>
  readonly getKeys: (base?: string) => Promise<string[]>
  readonly clear: (base?: string) => Promise<void>
}

const SECOND_MS = 1000

/**
 * A driver for unstorage, and so a storage of Nitro and Nuxt: `createStorage({ driver: unstorageDriver(cache) })`. Everything lies
 * in the namespace `unstorage` of the cache, so `clear` reaches nothing else of it, and `clear(base)` is one step.
 *
 * Items stay until they are removed, but the store may be a cache that evicts: nothing that is kept nowhere else belongs here.
 * While the store is away it does as the alias's `onOutage` says.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function unstorageDriver(
  cache: Cache,
  options: UnstorageDriverOptions = {},
): UnstorageDriver {
  refuseUnknown('unstorageDriver', options, ['base', 'ttl'])
  if (options.base !== undefined && typeof options.base !== 'string')
    throw optionError('base', "a string such as 'products'", options.base)
  const usual = options.ttl === undefined ? Infinity : toMs(options.ttl, 'ttl')
  const base = pathOf(options.base)
  const under = base === '' ? '' : `${base}:`
  const paths = new Paths(cache.namespace('unstorage'))
  const { entries } = paths

  async function get(key: string): Promise<never> {
    // Typed as unstorage types it: what is there, or null.
    return ((await entries.get(under + key)) ?? null) as never
  }

  async function set(key: string, value: unknown, { ttl }: ItemOptions = {}): Promise<void> {
    const ttlMs = ttl === undefined ? usual : ttl * SECOND_MS
    await paths.set(under + key, value, ttlMs)
  }

  return {
    name: 'breakwater',
    options,
    getInstance: () => cache,
    hasItem: async (key) => await entries.has(under + key),
    getItem: get,
    async getItems(items) {
      const found = await entries.getMany(items.map(({ key }) => under + key))
      return items.map(({ key }) => ({ key, value: (found.get(under + key) ?? null) as never }))
    },
    getItemRaw: get,
    setItem: set,
    setItemRaw: set,
    async removeItem(key) {
      await entries.delete(under + key)
    },
    async getMeta(key) {
      const left = await entries.ttl(under + key)
      if (left === undefined) return null
      return left === Infinity ? {} : { ttl: Math.ceil(left / SECOND_MS) }
    },
    async getKeys(of) {
      const keys: string[] = []
      const path = pathOf(under + (of ?? ''))
      for await (const key of entries.keys(path === '' ? '' : `${path}:`))
        keys.push(key.slice(under.length))
      return keys
    },
    clear: async (of) => await paths.clear(pathOf(under + (of ?? ''))),
  }
}

/** unstorage ends the path that it means with `:`. */
function pathOf(base: string | undefined): string {
  return (base ?? '').replace(/:+$/, '')
}
