// Keyv 5 puts its namespace in front of each key (`users:7`) and tells the adapter of it as a property, for `clear` and iterating.
// Here the namespace is taken off again, so that emptying one is a single step.
import type { ListedCache } from '../../listed-cache.ts'
import { KeyvAdapter } from './keyv-adapter.ts'

interface Keyv5Entry {
  readonly key: string
  readonly value: unknown
  /** Milliseconds from now. */
  readonly ttl?: number
}

/** Where a key lies, and its name there. */
interface Place {
  readonly space: ListedCache
  readonly key: string
}

/** Keyv 5's `KeyvStoreAdapter`. */
export class Keyv5Store extends KeyvAdapter {
  /** Keyv lets only the stores that it knows be iterated, and asks here which one it is. */
  readonly opts: { readonly dialect: string; readonly url: string; [name: string]: unknown } = {
    dialect: 'redis',
    url: '',
  }

  /** What is under a key; `undefined` when nothing is. */
  async get<Value>(key: string): Promise<Value | undefined> {
    const place = this.#placeOf(key)
    return (await place.space.get(place.key)) as Value | undefined
  }

  /** In the order of the keys, in one round trip. */
  async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    const values = new Map<string, unknown>()
    for (const [space, places] of this.#bySpace(keys)) {
      const found = await space.getMany([...places.keys()])
      for (const [name, value] of found) values.set(places.get(name) as string, value)
    }
    return keys.map((key) => values.get(key) as Value | undefined)
  }

  /** @param ttl milliseconds; default: for ever. @returns whether it was stored */
  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    const place = this.#placeOf(key)
    return await place.space.set(place.key, value, ttl)
  }

  /** @returns of each whether it was stored */
  async setMany(entries: readonly Keyv5Entry[]): Promise<boolean[]> {
    return await Promise.all(entries.map(({ key, value, ttl }) => this.set(key, value, ttl)))
  }

  /** @returns whether there was something */
  async delete(key: string): Promise<boolean> {
    const place = this.#placeOf(key)
    return await place.space.delete(place.key)
  }

  /** @returns whether all of them were there */
  async deleteMany(keys: string[]): Promise<boolean> {
    let gone = 0
    for (const [space, places] of this.#bySpace(keys)) {
      gone += await space.deleteMany([...places.keys()])
    }
    return gone === new Set(keys).size
  }

  /** Whether something is under a key. */
  override async has(key: string): Promise<boolean> {
    const place = this.#placeOf(key)
    return await place.space.has(place.key)
  }

  /** Keys as Keyv gave them, with what is there. In batches. */
  async *iterator<Value>(
    namespace: string | undefined = this.namespace,
  ): AsyncGenerator<[string, Value], void> {
    const prefix = prefixOf(namespace)
    for await (const [key, value] of this.spaces.of(namespace).entries())
      yield [prefix + key, value as Value]
  }

  #placeOf(key: string): Place {
    // A Keyv that shares this adapter with another one has its own namespace in its keys, whichever was told last.
    const name = [this.namespace ?? '', ...this.spaces.names].find(
      (each) => each !== '' && key.startsWith(prefixOf(each)),
    )
    // Of a Keyv with `useKeyPrefix: false`, which leaves it to the adapter.
    if (name === undefined) return { space: this.space, key }
    return { space: this.spaces.of(name), key: key.slice(prefixOf(name).length) }
  }

  /** In each space the keys of whole ones by their names there. */
  #bySpace(keys: readonly string[]): Map<ListedCache, Map<string, string>> {
    const spaces = new Map<ListedCache, Map<string, string>>()
    for (const whole of keys) {
      const { space, key } = this.#placeOf(whole)
      const places = spaces.get(space) ?? new Map<string, string>()
      spaces.set(space, places.set(key, whole))
    }
    return spaces
  }
}

function prefixOf(namespace: string | undefined): string {
  return namespace === undefined || namespace === '' ? '' : `${namespace}:`
}
