// The whole of the cache's semantics as a child would write it: one Map, and the clock.
import { isCacheError } from '../../src/base/errors.ts'
import type { Cache } from '../../src/cache/cache.ts'

interface Modelled {
  readonly value: unknown
  readonly tags: readonly string[]
  readonly until: number
}

/** Where an act happens: the alias itself or one of its namespaces. */
export type Place = '' | 'n' | 'n>m' | 'o'

export type Act =
  | {
      readonly act: 'set' | 'add'
      readonly place: Place
      readonly key: string
      readonly value: unknown
      readonly ttlMs: number
      readonly tags: readonly string[]
    }
  | {
      readonly act: 'get' | 'has' | 'delete' | 'take' | 'invalidate'
      readonly place: Place
      readonly key: string
    }
  | { readonly act: 'touch'; readonly place: Place; readonly key: string; readonly ttlMs: number }
  | {
      readonly act: 'incr'
      readonly place: Place
      readonly key: string
      readonly delta: number
      readonly initial: number | undefined
    }
  | {
      readonly act: 'getOrSet'
      readonly place: Place
      readonly key: string
      readonly value: unknown
      readonly tags: readonly string[]
    }
  | {
      readonly act: 'getMany' | 'deleteMany'
      readonly place: Place
      readonly keys: readonly string[]
    }
  | { readonly act: 'invalidateTags'; readonly tags: readonly string[] }
  | { readonly act: 'clear'; readonly place: Place }
  | { readonly act: 'pass'; readonly ms: number }

export class Model {
  now = 0
  readonly #entries = new Map<string, Modelled>()

  apply(act: Act): unknown {
    switch (act.act) {
      case 'set':
        this.#store(act)
        return true
      case 'add': {
        const free = this.#find(act) === undefined
        if (free) this.#store(act)
        return free
      }
      case 'get':
        return this.#find(act)?.value ?? null
      case 'has':
        return this.#find(act) !== undefined
      case 'delete':
        return this.#take(act) !== undefined
      case 'take':
        return this.#take(act)?.value ?? null
      case 'invalidate':
        this.#take(act)
        return true
      case 'touch': {
        const found = this.#find(act)
        if (found === undefined) return false
        if (act.ttlMs === 0) this.#take(act)
        else this.#entries.set(at(act), { ...found, until: this.now + act.ttlMs })
        return true
      }
      case 'incr':
        return this.#increment(act)
      case 'getOrSet': {
        const found = this.#find(act)
        if (found !== undefined) return found.value
        this.#store({ ...act, ttlMs: Infinity })
        return act.value
      }
      case 'getMany':
        return new Map(
          act.keys.flatMap((key) => {
            const found = this.#find({ place: act.place, key })
            return found === undefined ? [] : [[key, found.value] as const]
          }),
        )
      case 'deleteMany':
        return new Set(act.keys).size === 0
          ? 0
          : [...new Set(act.keys)].filter(
              (key) => this.#take({ place: act.place, key }) !== undefined,
            ).length
      case 'invalidateTags':
        for (const [key, { tags }] of this.#entries) {
          if (tags.some((tag) => act.tags.includes(tag))) this.#entries.delete(key)
        }
        return true
      case 'clear':
        for (const key of this.#entries.keys()) {
          if (act.place === '' || key.startsWith(`${act.place}>`)) this.#entries.delete(key)
        }
        return true
      case 'pass':
        this.now += act.ms
        return null
    }
  }

  #find(where: { place: Place; key: string }): Modelled | undefined {
    const found = this.#entries.get(at(where))
    return found !== undefined && found.until > this.now ? found : undefined
  }

  #take(where: { place: Place; key: string }): Modelled | undefined {
    const found = this.#find(where)
    this.#entries.delete(at(where))
    return found
  }

  #store(act: {
    place: Place
    key: string
    value: unknown
    ttlMs: number
    tags: readonly string[]
  }): void {
    if (act.ttlMs === 0) this.#entries.delete(at(act))
    else
      this.#entries.set(at(act), { value: act.value, tags: act.tags, until: this.now + act.ttlMs })
  }

  #increment(act: {
    place: Place
    key: string
    delta: number
    initial: number | undefined
  }): unknown {
    const found = this.#find(act)
    if (found === undefined) {
      if (act.initial === undefined) return 'E_KEY_MISSING'
      this.#store({ ...act, value: act.initial + act.delta, ttlMs: Infinity, tags: [] })
      return act.initial + act.delta
    }
    const current = typeof found.value === 'boolean' ? Number(found.value) : found.value
    if (typeof current !== 'number') return 'E_NOT_A_NUMBER'
    this.#entries.set(at(act), { ...found, value: current + act.delta })
    return current + act.delta
  }
}

/** The same act on the real thing. */
export async function perform(
  root: Cache,
  act: Act,
  pass: (ms: number) => Promise<void>,
): Promise<unknown> {
  const cache = 'place' in act ? inPlace(root, act.place) : root
  try {
    switch (act.act) {
      case 'set':
      case 'add':
        return await cache[act.act](act.key, act.value, { ttl: ttlOf(act.ttlMs), tags: act.tags })
      case 'get':
        return (await cache.get(act.key)) ?? null
      case 'take':
        return (await cache.take(act.key)) ?? null
      case 'has':
      case 'delete':
        return await cache[act.act](act.key)
      case 'invalidate':
        return (await cache.invalidate(act.key)).applied
      case 'touch':
        return await cache.touch(act.key, ttlOf(act.ttlMs))
      case 'incr':
        return await cache.incr(act.key, act.delta, {
          ttl: 'forever',
          ...(act.initial === undefined ? {} : { initial: act.initial }),
        })
      case 'getOrSet':
        return await cache.getOrSet(act.key, () => act.value, { ttl: 'forever', tags: act.tags })
      case 'getMany':
        return await cache.getMany(act.keys)
      case 'deleteMany':
        return await cache.deleteMany(act.keys)
      case 'invalidateTags':
        return (await cache.invalidateTags(act.tags)).applied
      case 'clear':
        return (await cache.clear()).applied
      case 'pass':
        await pass(act.ms)
        return null
    }
  } catch (error) {
    if (isCacheError(error)) return error.code
    throw error
  }
}

function at({ place, key }: { place: Place; key: string }): string {
  return place === '' ? key : `${place}>${key}`
}

function inPlace(root: Cache, place: Place): Cache {
  let cache = root
  for (const name of place === '' ? [] : place.split('>')) cache = cache.namespace(name)
  return cache
}

function ttlOf(ms: number): 'forever' | `${number}ms` {
  return ms === Infinity ? 'forever' : `${ms}ms`
}
