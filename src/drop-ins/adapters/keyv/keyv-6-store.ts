// Keyv 6 gives keys as its callers wrote them, leaves namespaces to the adapter, and says when a value ends, not after how long.
import { KeyvAdapter } from './keyv-adapter.ts'

interface Keyv6Entry {
  readonly key: string
  readonly value: unknown
  /** Milliseconds since the Unix epoch. */
  readonly expires?: number | undefined
}

/** Keyv 6's `KeyvStorageAdapter`. */
export class Keyv6Store extends KeyvAdapter {
  /** Keyv gives moments, and no durations, to adapters that say so. */
  readonly capabilities: { readonly expires: true } = { expires: true }

  /** What is under a key; `undefined` when nothing is. */
  async get<Value>(key: string): Promise<Value | undefined> {
    return (await this.space.get(key)) as Value | undefined
  }

  /** In the order of the keys, in one round trip. */
  async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    const found = await this.space.getMany(keys)
    return keys.map((key) => found.get(key) as Value | undefined)
  }

  /** What has expired already is not there afterwards. */
  async set(key: string, value: unknown, expires?: number): Promise<boolean> {
    const ttlMs = expires === undefined ? undefined : expires - Date.now()
    return await this.space.set(key, value, ttlMs)
  }

  /** @returns of each whether it was stored */
  async setMany(entries: readonly Keyv6Entry[]): Promise<boolean[]> {
    return await Promise.all(
      entries.map(({ key, value, expires }) => this.set(key, value, expires)),
    )
  }

  /** @returns whether there was something */
  async delete(key: string): Promise<boolean> {
    return await this.space.delete(key)
  }

  /** @returns of each whether there was something */
  async deleteMany(keys: string[]): Promise<boolean[]> {
    return await Promise.all(keys.map((key) => this.delete(key)))
  }

  /** Whether something is under a key. */
  override async has(key: string): Promise<boolean> {
    return await this.space.has(key)
  }

  /** In batches. */
  async *iterator<Value>(): AsyncGenerator<[string, Value], void> {
    for await (const [key, value] of this.space.entries()) yield [key, value as Value]
  }
}
