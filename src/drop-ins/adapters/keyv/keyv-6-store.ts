// Keyv 6 gives keys as its callers wrote them, leaves namespaces to the adapter, and says when a value ends, not after how long.
import { EventEmitter } from 'node:events'
import type { Cache } from '../../../cache/cache.ts'
import type { ListedCache } from '../../listed-cache.ts'
import { KeyvSpaces } from './keyv-spaces.ts'

interface Keyv6Entry {
  readonly key: string
  readonly value: unknown
  /** Milliseconds since the Unix epoch. */
  readonly expires?: number | undefined
}

/** Keyv 6's `KeyvStorageAdapter`. */
export class Keyv6Store extends EventEmitter {
  /** Keyv gives moments, and no durations, to adapters that say so. */
  readonly capabilities: { readonly expires: true } = { expires: true }
  readonly #spaces: KeyvSpaces
  #namespace: string | undefined

  constructor(cache: Cache) {
    super()
    this.#spaces = new KeyvSpaces(cache)
  }

  get namespace(): string | undefined {
    return this.#namespace
  }

  set namespace(namespace: string | undefined) {
    this.#spaces.of(namespace)
    this.#namespace = namespace
  }

  async get<Value>(key: string): Promise<Value | undefined> {
    return (await this.#space.get(key)) as Value | undefined
  }

  async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    const found = await this.#space.getMany(keys)
    return keys.map((key) => found.get(key) as Value | undefined)
  }

  /** What has expired already is not there afterwards. */
  async set(key: string, value: unknown, expires?: number): Promise<boolean> {
    const ttlMs = expires === undefined ? undefined : expires - Date.now()
    return await this.#space.set(key, value, ttlMs)
  }

  async setMany(entries: readonly Keyv6Entry[]): Promise<boolean[]> {
    return await Promise.all(
      entries.map(({ key, value, expires }) => this.set(key, value, expires)),
    )
  }

  async delete(key: string): Promise<boolean> {
    return await this.#space.delete(key)
  }

  async deleteMany(keys: string[]): Promise<boolean[]> {
    return await Promise.all(keys.map((key) => this.delete(key)))
  }

  async has(key: string): Promise<boolean> {
    return await this.#space.has(key)
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return await Promise.all(keys.map((key) => this.has(key)))
  }

  async clear(): Promise<void> {
    await this.#space.clear()
  }

  /** In batches. */
  async *iterator<Value>(): AsyncGenerator<[string, Value], void> {
    for await (const [key, value] of this.#space.entries()) yield [key, value as Value]
  }

  /** The cache is its owner's to close. */
  async disconnect(): Promise<void> {}

  get #space(): ListedCache {
    return this.#spaces.of(this.#namespace)
  }
}
