import type { Field } from '../base/generation.ts'
import type { Store } from '../base/store.ts'
import type { LookOptions } from './look.ts'

/** Who counts what a tier reads. */
export interface TierCounter {
  /** What the reads of a value are counted under that comes to lie in this process's memory. */
  familyOf(key: string): object
  /** Milliseconds, to take differences of. */
  now(): number
  /** The store has answered a read. */
  read(keys: readonly string[], ms: number): void
}

/** Reads, and tells how long that took. What is in this process is not timed: a clock costs more. */
export async function readTimed(
  store: Store,
  counter: TierCounter | undefined,
  keys: readonly string[],
  fields: readonly Field[],
  options: LookOptions,
): ReturnType<Store['read']> {
  if (counter === undefined || !store.can.shared) return await store.read(keys, fields, options)
  const askedAt = counter.now()
  options.askedAt = askedAt
  const answer = await store.read(keys, fields, options)
  counter.read(keys, counter.now() - askedAt)
  return answer
}
