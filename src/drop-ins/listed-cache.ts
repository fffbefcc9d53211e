import type { Cache } from '../cache/cache.ts'
import type { Duration } from '../base/duration.ts'
import { digestName, isDigest, keyOfName, plainName } from './listed-key.ts'

/** Names whose values are asked for at a time. */
const BATCH = 100
const GLOB = /[*?[\]\\]/g

/** What lies under the digest of a key: the key, too. */
interface Told {
  readonly key: string
  readonly value: unknown
}

/**
 * A namespace in the manner of the key-value stores that others know: any string is a key and can be listed, times are
 * milliseconds, and what is given none stays for ever.
 */
export class ListedCache {
  readonly #view: Cache

  /** @param view a namespace that nobody else writes in */
  constructor(view: Cache) {
    this.#view = view
  }

  async get(key: string): Promise<unknown> {
    const name = this.#nameOf(key)
    return valueOf(key, name, await this.#view.get(name))
  }

  /** Those that there are, in the order in which they were asked for. One round trip. */
  async getMany(keys: readonly string[]): Promise<Map<string, unknown>> {
    const names = new Map(keys.map((key) => [key, this.#nameOf(key)]))
    const found = await this.#view.getMany(names.values())
    const values = new Map<string, unknown>()
    for (const [key, name] of names) {
      if (found.has(name)) values.set(key, valueOf(key, name, found.get(name)))
    }
    return values
  }

  async has(key: string): Promise<boolean> {
    return await this.#view.has(this.#nameOf(key))
  }

  /** Milliseconds; `Infinity` for ever, `undefined` when there is nothing. */
  async ttl(key: string): Promise<number | undefined> {
    return await this.#view.ttl(this.#nameOf(key))
  }

  /**
   * @param ttlMs default: for ever. With 0 or less, or none of a number, it is over already: what was there is removed
   * @returns whether it is there now as it should be; false only while the store is away
   */
  async set(
    key: string,
    value: unknown,
    ttlMs?: number,
    tags: readonly string[] = [],
  ): Promise<boolean> {
    const name = this.#nameOf(key)
    if (ttlMs !== undefined && !(ttlMs > 0)) {
      return (await this.#view.invalidate(name)).applied
    }
    const told: Told = { key, value }
    const ttl: Duration = ttlMs === undefined ? 'forever' : { milliseconds: ttlMs }
    return await this.#view.set(name, isDigest(name) ? told : value, { ttl, tags })
  }

  /** @returns whether there was something */
  async delete(key: string): Promise<boolean> {
    return await this.#view.delete(this.#nameOf(key))
  }

  /** @returns how many there were */
  async deleteMany(keys: readonly string[]): Promise<number> {
    return await this.#view.deleteMany(keys.map((key) => this.#nameOf(key)))
  }

  /** Of two callers only one gets it. */
  async take(key: string): Promise<unknown> {
    const name = this.#nameOf(key)
    return valueOf(key, name, await this.#view.take(name))
  }

  /** Empties it, and nothing else. O(1). */
  async clear(): Promise<void> {
    await this.#view.clear()
  }

  /** Keys that begin with `prefix`, asked for in batches. */
  async *keys(prefix = ''): AsyncGenerator<string, void, undefined> {
    for await (const name of this.#view.keys(patternOf(plainName(prefix)))) {
      if (!isDigest(name)) yield keyOfName(name)
    }
    for await (const [key] of this.#told(prefix)) yield key
  }

  /** Keys that begin with `prefix`, with their values, asked for in batches. */
  async *entries(prefix = ''): AsyncGenerator<[string, unknown], void, undefined> {
    for await (const batch of this.#batches(patternOf(plainName(prefix)))) {
      for (const [name, value] of batch) if (!isDigest(name)) yield [keyOfName(name), value]
    }
    yield* this.#told(prefix)
  }

  async *#told(prefix: string): AsyncGenerator<[string, unknown], void, undefined> {
    for await (const batch of this.#batches(patternOf(digestName('').slice(0, 1)))) {
      for (const told of batch.values()) {
        const { key, value } = told as Told
        if (key.startsWith(prefix)) yield [key, value]
      }
    }
  }

  async *#batches(pattern: string): AsyncGenerator<Map<string, unknown>, void, undefined> {
    let names: string[] = []
    for await (const name of this.#view.keys(pattern)) {
      names.push(name)
      if (names.length < BATCH) continue
      yield await this.#view.getMany(names)
      names = []
    }
    if (names.length > 0) yield await this.#view.getMany(names)
  }

  #nameOf(key: string): string {
    const name = plainName(key)
    // Asked of the cache, since how long a key may be depends on what stands before it. The view is a namespace, and `>` ends it.
    const isListed =
      name !== '' && name.isWellFormed() && this.#view.wireKey(name).endsWith(`>${name}`)
    return isListed ? name : digestName(key)
  }
}

function valueOf(key: string, name: string, found: unknown): unknown {
  if (!isDigest(name)) return found
  const told = found as Told | undefined
  return told?.key === key ? told.value : undefined
}

function patternOf(head: string): string {
  return `${head.replace(GLOB, String.raw`\$&`)}*`
}
