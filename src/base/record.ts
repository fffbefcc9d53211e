import type { CacheError } from './errors.ts'
import type { Stamp } from './generation.ts'
import type { Token } from './token.ts'

/** One cached value with everything that decides whether it may be served. */
export interface Entry {
  /** A cached `null` or `undefined` is a value; absence is the absence of the entry. */
  readonly value: unknown
  /** Without duplicates. */
  readonly tags: readonly string[]
  /** Valid while not older than the generations of its key's fields and its tags. */
  readonly stamp: Stamp
  /** The token that wrote it: tells two writes apart whose stamps are equal. */
  readonly rev: Token
  /** Fresh until then. Milliseconds of this process's clock since the epoch; `Infinity` never ends. */
  readonly freshUntil: number
  /** Gone then. Never before `freshUntil`; between the two it is stale. */
  readonly deadAt: number
  /** When it was loaded or set. Milliseconds of this process's clock. */
  readonly storedAt: number
  /** How long its load took, in milliseconds; 0 when it was set by hand. */
  readonly loadMs: number
  /** What its reads are counted under. Only of one that lies in this process's memory; no store writes it down. */
  readonly family?: object | undefined
}

/** The right to load one entry, held by one process of the fleet. */
export interface Lease {
  readonly token: Token
  /** Milliseconds of this process's clock. After it anyone may take the lease over. */
  readonly until: number
  /** The clock that the holder had read before its load began: what the load returns carries it. */
  readonly stamp: Stamp
}

/**
 * What stands in a value's place for a while after a load that brought none, or before a change of what would be loaded.
 *
 * `failed`: the load under `token` threw. `uncacheable`: its loader asked not to store; whoever asks now loads for himself
 * instead of queueing. `intent`: a transaction is about to change the source, so that nothing that is loaded now may stay.
 */
export interface Mark {
  readonly kind: 'failed' | 'uncacheable' | 'intent'
  /** Who left it: the lease of the load; of several intents the newest. */
  readonly token: Token
  /** The stamp that the load's value would have carried; 0 for an intent, which no invalidation ends. */
  readonly stamp: Stamp
  /** Gone then. Milliseconds of this process's clock. */
  readonly until: number
  /** What a failed load said; otherwise empty. */
  readonly text: string
}

/**
 * What a store holds under one wire key: a value, the lease of its refresh, both, or a lease alone (a first load that is
 * still running). The whole of it lives under one key of the store, so that it moves, expires and is evicted as one.
 */
export interface StoreRecord {
  readonly entry: Entry | undefined
  readonly lease: Lease | undefined
  /** Never beside an entry. */
  readonly mark?: Mark | undefined
  /** Nobody can change the value: readers may be given this very one. Only of one that lies in this process's memory. */
  readonly isShareable?: boolean | undefined
  /** The payload could not be decoded (an older codec, a foreign writer): a counted miss. `entry.value` is then undefined. */
  readonly undecodable: CacheError | undefined
}
