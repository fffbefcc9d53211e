import type { Cache } from '../../../cache/cache.ts'
import { Paths } from '../../paths.ts'

/** What BentoCache gives to each driver. */
interface BentoConfig {
  readonly prefix?: string | undefined
}

/** What a store of BentoCache takes as a layer. */
export interface BentoDriverDefinition {
  readonly options: BentoConfig
  readonly factory: (config: BentoConfig) => BentoDriver
}

/**
 * A second layer for BentoCache: `bentostore().useL2Layer(bentoDriver(cache))`. BentoCache goes on deciding what is fresh; this keeps
 * its strings. Everything lies in the namespace `bentocache` of the cache, so `clear` reaches nothing else of it.
 *
 * While the store is away it does as the alias's `onOutage` says: under `'throw'` BentoCache hears of it.
 */
export function bentoDriver(cache: Cache): BentoDriverDefinition {
  const paths = new Paths(cache.namespace('bentocache'))
  return { options: {}, factory: ({ prefix }) => new BentoDriver(paths, pathOf(prefix)) }
}

/** BentoCache's `L2CacheDriver`. A namespace of it is a longer prefix, so the root can name the keys of all of them. */
export class BentoDriver {
  readonly type = 'l2' as const
  readonly prefix: string
  readonly #paths: Paths

  constructor(paths: Paths, prefix: string) {
    this.#paths = paths
    this.prefix = prefix
  }

  namespace(namespace: string): BentoDriver {
    return new BentoDriver(this.#paths, pathOf(this.#whole(namespace)))
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#paths.entries.get(this.#whole(key))) as string | undefined
  }

  /** Of two callers only one gets it. */
  async pull(key: string): Promise<string | undefined> {
    return (await this.#paths.entries.take(this.#whole(key))) as string | undefined
  }

  /** @param ttl milliseconds; default: for ever. With 0 or less, what was there is removed */
  async set(key: string, value: string, ttl?: number): Promise<boolean> {
    return await this.#paths.set(this.#whole(key), value, ttl)
  }

  async delete(key: string): Promise<boolean> {
    return await this.#paths.entries.delete(this.#whole(key))
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    await this.#paths.entries.deleteMany(keys.map((key) => this.#whole(key)))
    return true
  }

  /** Empties what begins with its prefix. O(1). */
  async clear(): Promise<void> {
    await this.#paths.clear(this.prefix)
  }

  /** The cache is its owner's to close. */
  async disconnect(): Promise<void> {}

  #whole(key: string): string {
    return this.prefix === '' ? key : `${this.prefix}:${key}`
  }
}

function pathOf(prefix: string | undefined): string {
  return (prefix ?? '').replace(/:+$/, '')
}
