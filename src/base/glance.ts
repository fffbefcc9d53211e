import type { Clock } from './clock.ts'
import type { Key } from './key.ts'

/** What a cache had at hand. */
export interface Glanced {
  /** The cache's own, not a copy: it must not be changed. */
  readonly value: unknown
  readonly tags: readonly string[]
}

/**
 * Under this name a cache answers, without a promise, with the fresh value that this process has in its own memory, if it
 * has one and nothing stands against serving it at once. `undefined` says nothing: ask in the ordinary way, which also counts
 * the miss. A symbol that two copies of this package share.
 */
export const GLANCE: unique symbol = Symbol.for('breakwater.glance')

export interface Glancing {
  /** @param now what `clock` showed just now, so that a cache with that very clock need not look at it again */
  [GLANCE](key: Key, clock?: Clock, now?: number): Glanced | undefined
}
