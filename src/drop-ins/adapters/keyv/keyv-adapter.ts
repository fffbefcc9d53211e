import { EventEmitter } from 'node:events'
import type { Cache } from '../../../cache/cache.ts'
import type { ListedCache } from '../../listed-cache.ts'
import { KeyvSpaces } from './keyv-spaces.ts'

/** What the adapters of all versions of Keyv are: one of its namespaces at a time. */
export abstract class KeyvAdapter extends EventEmitter {
  /** @internal */
  protected readonly spaces: KeyvSpaces
  #namespace: string | undefined

  constructor(cache: Cache) {
    super()
    this.spaces = new KeyvSpaces(cache)
  }

  /** Set by Keyv: what `clear` and iterating mean. @throws {CacheError} `E_KEY` for more than 64 bytes */
  get namespace(): string | undefined {
    return this.#namespace
  }

  set namespace(namespace: string | undefined) {
    this.spaces.of(namespace)
    this.#namespace = namespace
  }

  /** Whether something is under a key. */
  abstract has(key: string): Promise<boolean>

  /** In the order of the keys. */
  async hasMany(keys: string[]): Promise<boolean[]> {
    return await Promise.all(keys.map((key) => this.has(key)))
  }

  /** Empties the namespace, without one all of Keyv’s, and nothing else of the cache. O(1). */
  async clear(): Promise<void> {
    await this.space.clear()
  }

  /** The cache is its owner's to close. */
  async disconnect(): Promise<void> {}

  /** @internal */
  protected get space(): ListedCache {
    return this.spaces.of(this.#namespace)
  }
}
