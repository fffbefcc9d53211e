// Generations make tags, namespaces and `clear` O(1): an invalidation writes one stamp, and an entry is valid only while
// its own stamp is not older than the stamps of everything it belongs to. Entries are never touched.
//
// A stamp is a hybrid-clock time in whole microseconds, issued by the store as max(clock + 1, its own time), so that it
// grows even when the server's clock is set back or a failover forgets the newest ones.
import { CacheError, show } from './errors.ts'
import { namespacePathsOf } from './key.ts'

/** Microseconds since the Unix epoch from the store's hybrid clock; exact as a double until the year 2255. */
export type Stamp = number

/** What can be invalidated as one: `'*'` everything under the prefix, `n:<path>` a namespace, `t:<tag>` a tag. */
export type Field = '*' | `n:${string}` | `t:${string}`

/** The stamps of some fields as the store had them at one moment. */
export interface Generations {
  /** The newest stamp issued. What is written now carries it. */
  readonly clock: Stamp
  /** Counts for every field that has no stamp of its own; everything older is invalid. */
  readonly floor: Stamp
  /** The fields that have one. */
  readonly bumps: ReadonlyMap<Field, Stamp>
}

/** What everything under a prefix belongs to. */
export const EVERYTHING: Field = '*'
const MAX_TAG_BYTES = 256

/** The fields that an entry under this wire key belongs to whatever its tags are: everything, and its namespaces. */
export function keyFields(wire: string): readonly Field[] {
  if (!wire.includes('>')) return ONLY_EVERYTHING
  return [EVERYTHING, ...namespacePathsOf(wire).map((path): Field => `n:${path}`)]
}
const ONLY_EVERYTHING: readonly Field[] = [EVERYTHING]

/**
 * @throws {CacheError} `E_KEY` when not a string of 1 to 256 bytes
 */
export function tagField(tag: string): Field {
  const given: unknown = tag
  if (
    typeof given === 'string' &&
    given !== '' &&
    given.isWellFormed() &&
    Buffer.byteLength(given) <= MAX_TAG_BYTES
  ) {
    return `t:${given}`
  }
  throw new CacheError(
    'E_KEY',
    `Expected a tag that is a string of 1 to ${MAX_TAG_BYTES} bytes, got ${show(tag)}.`,
  )
}

/** The oldest stamp that an entry belonging to these fields may carry and still be valid. */
export function needOf(generations: Generations, fields: Iterable<Field>): Stamp {
  let need = generations.floor
  for (const field of fields) {
    const bump = generations.bumps.get(field)
    if (bump !== undefined && bump > need) need = bump
  }
  return need
}
