// What those who watch a cache may know of it beyond its own methods. Nothing here counts as use.
import type { Key } from '../base/key.ts'
import type { Capabilities } from '../base/store.ts'
import type { Cache } from './cache.ts'
import type { CachePolicy } from './options.ts'
import { TARGET } from './transaction.ts'

/** An entry as it lies in the store. */
export interface InspectedEntry {
  readonly value: unknown
  readonly tags: readonly string[]
  /** Milliseconds of the cache's clock; `Infinity` never ends. */
  readonly freshUntil: number
  /** Gone then. */
  readonly deadAt: number
  readonly storedAt: number
  /** How long its load took, in milliseconds; 0 when it was set by hand. */
  readonly loadMs: number
  /** Encoded, by the codec's own measure; `undefined` where it cannot tell. */
  readonly bytes: number | undefined
}

/**
 * What lies under a key: valid, fresh or stale; `undefined` when nothing does. Asks the store, past the near cache, and counts
 * neither as a hit nor as a miss.
 *
 * @throws {CacheError} `E_KEY`; outages, whatever `onOutage` says
 */
export async function inspectKey(cache: Cache, key: Key): Promise<InspectedEntry | undefined> {
  const { core } = cache[TARGET]
  const { entry } = await core.tier.lookOne(cache.wireKey(key), { strict: true })
  if (entry === undefined) return undefined
  const { deadAt, freshUntil, loadMs, storedAt, tags, value } = entry
  return { value, tags, freshUntil, deadAt, storedAt, loadMs, bytes: core.sizeOf(value) }
}

/** How an alias was set up, without anything that is secret: no address, no key. */
export interface AliasSetup {
  readonly alias: string
  /** The store's kind: `memory`, `redis`. */
  readonly store: string
  readonly can: Capabilities
  readonly codec: string
  /** Values in the store can be read only by who has the key. */
  readonly encrypts: boolean
  readonly policy: CachePolicy
}

export function setupOf(cache: Cache): AliasSetup {
  const { core } = cache[TARGET]
  const { alias, codec, policy, store } = core
  const encrypts = codec.encrypts === true
  return { alias, store: store.name, can: store.can, codec: codec.name, encrypts, policy }
}
