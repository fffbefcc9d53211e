import type { Clock } from '../base/clock.ts'
import type { Field, Stamp } from '../base/generation.ts'
import type { Store } from '../base/store.ts'

/** Something that was invalidated: keys by removing or replacing them, fields by a new stamp. */
export interface Invalidation {
  readonly keys: readonly string[]
  readonly fields: readonly Field[]
  /** When the act began. Milliseconds of this process's clock. */
  readonly began: number
  /** Issued before the act on keys, by the act on fields: what a load read before it carries an older one. */
  readonly stamp: Stamp
  /** Read in the log of invalidations: by another process or by this one, of keys also a write. No stamp of keys, then. */
  readonly heard?: true
}

/** Looks over a tier's shoulder. Nothing that it throws or rejects with reaches the act. */
export interface TierObserver {
  /** An entry with these tags was read or stored. */
  saw(key: string, tags: readonly string[]): void
  /** Whether it wants to know of acts on one of these keys; they then cost one round trip more. */
  wants(keys: readonly string[]): boolean
  invalidated(invalidation: Invalidation): void
}

interface Observed {
  readonly store: Store
  readonly clock: Clock
  readonly observer: TierObserver | undefined
}

/**
 * To be awaited before an act on keys; answers how to tell the observer of it afterwards, if he wants to know. The stamp is
 * issued before the act: whatever was read from the source before it carries an older one.
 */
export async function observed(
  { store, clock, observer }: Observed,
  keys: readonly string[],
): Promise<(() => void) | undefined> {
  if (observer === undefined || !observer.wants(keys)) return undefined
  const began = clock.now()
  const stamp = await store.bump([]).catch(() => undefined)
  if (stamp === undefined) return undefined
  return () => observer.invalidated({ keys, fields: [], began, stamp })
}
