import { isData } from '../base/key.ts'
import type { Entry } from '../base/record.ts'
import type { Cache } from '../cache/cache.ts'
import type { CacheCore } from '../cache/core.ts'
import { globMatcher, literalHead } from '../cache/glob.ts'
import { TARGET } from '../cache/transaction.ts'

/** One living entry. */
export interface Found {
  /** As the store has it. */
  readonly wire: string
  /** As the caller wrote it; hashed where it was too long. */
  readonly key: string
  readonly entry: Entry
  readonly isStale: boolean
  readonly ttlMs: number
  /** The value is there, and this codec cannot read it. */
  readonly undecodable: string | undefined
}

const HASHED = /~[A-Za-z0-9_-]{43}$/

/**
 * The keys of one view of a cache, as the store has them. Outages reject, whatever `onOutage` says: a command must not take a
 * store that is away for an empty one.
 */
export class Keyspace {
  readonly core: CacheCore
  /** What every wire key of it begins with. */
  readonly head: string
  readonly #cache: Cache
  readonly #version: string | undefined

  constructor(cache: Cache, version: string | undefined) {
    this.#cache = cache
    this.#version = version
    this.core = cache[TARGET].core
    this.head = cache.wireKey('k', version).slice(0, -1)
  }

  /** What every wire key of its alias begins with. */
  get prefix(): string {
    return this.head.slice(0, this.head.indexOf(':') + 1)
  }

  /** One that was listed as hashed is looked for as it is. */
  wireOf(key: string): string {
    return HASHED.test(key) ? this.head + key : this.#cache.wireKey(key, this.#version)
  }

  /** Wire keys that match a glob, in batches. Keys of nested namespaces are not its own. */
  async *search(pattern: string, signal: AbortSignal): AsyncGenerator<string[], void, undefined> {
    const matches = globMatcher(pattern)
    for await (const batch of this.#scan(this.head + literalHead(pattern), signal)) {
      const found = batch.filter((wire) => {
        const key = wire.slice(this.head.length)
        return !key.includes('>') && matches(key)
      })
      if (found.length > 0) yield found
    }
  }

  /** Wire keys of everything that `clear` or a tag of this view reaches: all versions of an alias, or one namespace. */
  async *everything(
    isWholeAlias: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<string[], void, undefined> {
    const head = isWholeAlias ? this.prefix : this.head
    for await (const batch of this.#scan(head, signal)) {
      // Locks and the notes of a fleet are no data.
      const found = batch.filter((wire) => isData(wire))
      if (found.length > 0) yield found
    }
  }

  async *#scan(head: string, signal: AbortSignal): AsyncGenerator<string[], void, undefined> {
    const { store } = this.core
    if (!store.can.scan) {
      const { code, message } = UNLISTED
      throw Object.assign(new Error(message.replace('%', store.name)), { code })
    }
    for await (const batch of store.scan(head, { signal })) {
      // What has no deadline in between: a server that answers each batch at once never lets a signal through.
      signal.throwIfAborted()
      yield [...new Set(batch)]
    }
  }

  /** What lives under these wire keys, in their order. One round trip. */
  async read(wires: readonly string[], values: boolean): Promise<Found[]> {
    const { clock, tier } = this.core
    const looks = await tier.look(wires, { values, strict: true })
    const now = clock.now()
    return looks.flatMap(({ key: wire, entry, record }) => {
      const there = entry ?? record?.entry
      const undecodable = record?.undecodable?.message
      if (there === undefined || (entry === undefined && undecodable === undefined)) return []
      const ttlMs = Math.max(0, there.freshUntil - now)
      const key = wire.slice(this.head.length)
      return [{ wire, key, entry: there, isStale: ttlMs === 0, ttlMs, undecodable }]
    })
  }

  /** @returns how many there were */
  async remove(wires: readonly string[], signal?: AbortSignal): Promise<number> {
    const gone = await this.core.tier.remove(wires, { signal })
    return gone.filter((entry) => entry !== undefined).length
  }
}

const UNLISTED = {
  code: 'E_UNSUPPORTED',
  message: "The store '%' cannot list its keys (cache.can.scan is false).",
}

/** A glob that matches what begins with this text. */
export function globOfPrefix(prefix: string): string {
  return `${prefix.replace(/[*?[\]\\]/g, '\\$&')}*`
}
