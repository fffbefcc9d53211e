import type { Stamp } from './generation.ts'
import type { Key } from './key.ts'

/**
 * Under this name a cache takes values whose loads it does not run: of frameworks that ask first, make the value by
 * themselves, and bring it later, if at all. What was invalidated after the value began to be made is refused all the same.
 * A symbol that two copies of this package share.
 */
export const LATE_FILLS: unique symbol = Symbol.for('breakwater.lateFills')

/** The store's clock as it was when it was read. Whatever begins to be made afterwards is as new as that, at least. */
export interface Moment {
  readonly stamp: Stamp
  /** Which of the stores that have stood there one after the other: moments of an earlier one are worth nothing. */
  readonly era: number
}

export interface Found {
  /** What is there, not to be changed; `undefined` when there is nothing that is fresh and valid. */
  readonly entry: { readonly value: unknown; readonly tags: readonly string[] } | undefined
  readonly moment: Moment
}

export interface LateValue {
  readonly key: Key
  readonly value: unknown
  readonly tags: readonly string[]
  readonly ttlMs: number
}

export interface LateFills {
  /**
   * @param tags what is older than an invalidation of one of these does not count either
   * @returns `undefined` while the store is away
   */
  find(key: Key, tags: readonly string[]): Promise<Found | undefined>
  /** @returns `undefined` while the store is away */
  moment(): Promise<Moment | undefined>
  /**
   * Stores values that began to be made after `moment`, whatever is there.
   *
   * @returns false, with nothing kept, when a tag, a namespace or everything that one of them belongs to was invalidated since
   * @throws {CacheError} `E_ENCODE`, `E_TOO_LARGE`; the old values stay
   */
  store(values: readonly LateValue[], moment: Moment): Promise<boolean>
}

/** A cache that takes late fills. */
export interface TakesLateFills {
  readonly [LATE_FILLS]: LateFills
}
