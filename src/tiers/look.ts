import {
  EVERYTHING,
  type Field,
  type Generations,
  keyFields,
  needOf,
  type Stamp,
  tagField,
} from '../base/generation.ts'
import type { Entry, StoreRecord } from '../base/record.ts'
import type { Operation } from '../base/store.ts'

/** What a near tier has done, and what it holds. */
export interface NearStats {
  readonly hits: number
  readonly misses: number
  /** Reads that went to the store because the log had not been heard of for too long. */
  readonly blind: number
  readonly entries: number | undefined
  readonly bytes: number | undefined
  readonly maxBytes: number | undefined
}

/** How a look is made. */
export interface LookOptions extends Operation {
  readonly values?: boolean
  /** Tags that the caller knows of, of all keys or of each, spare a second round trip the first time that a tagged key is read. */
  readonly tags?: readonly string[] | ((key: string) => readonly string[])
  /** Asks the store, whatever is near. */
  readonly strict?: boolean
  /** Told by the tier: when it asked the store, on the counter's clock. Stays as it is when this process's memory has the answer. */
  askedAt?: number
}

/** What was found under one key, judged. */
export interface Look {
  readonly key: string
  /** As the store had it, valid or not. */
  readonly record: StoreRecord | undefined
  /** Its entry if valid: fresh or stale, never dead, always decoded. */
  readonly entry: Entry | undefined
  /** The store's clock, read before anything that the caller does next: what it loads now carries this stamp. */
  readonly clock: Stamp
  /** The oldest stamp that would be valid here. */
  readonly need: Stamp
}

/** A value to be stored by hand, without what the tier adds. */
export interface Draft {
  readonly key: string
  readonly value: unknown
  readonly tags: readonly string[]
  readonly freshUntil: number
  readonly deadAt: number
}

/** The tags that the caller knows of one key. */
export function tagsKnownOf(key: string, { tags }: LookOptions): readonly string[] | undefined {
  return typeof tags === 'function' ? tags(key) : tags
}

/** A look at nothing: what a reader sees when the store is away. */
export function blindLook(key: string): Look {
  return { key, record: undefined, entry: undefined, clock: 0, need: 0 }
}

/** Of lists that nobody can change, for keys in no namespace: a store hands out the same one on every hit. */
const ofFrozen = new WeakMap<readonly string[], readonly Field[]>()

export const NO_FIELDS: readonly Field[] = []

/** The fields that an entry with these tags belongs to. */
export function fieldsOf(key: string, tags: readonly string[] | undefined): readonly Field[] {
  const fields = keyFields(key)
  if (tags === undefined || tags.length === 0) return fields
  const known = ofFrozen.get(tags) ?? withTags(tags)
  return fields.length === 1 ? known : [...fields, ...known.slice(1)]
}

/** Everything, and these tags. */
function withTags(tags: readonly string[]): readonly Field[] {
  const fields = [EVERYTHING, ...tags.map(tagField)]
  if (Object.isFrozen(tags)) ofFrozen.set(tags, Object.freeze(fields))
  return fields
}

/** The validity rule. */
export function isValid(key: string, entry: Entry, generations: Generations): boolean {
  const { bumps, floor } = generations
  // Nearly always: nothing that it belongs to was ever invalidated.
  if (bumps.size === 0) return entry.stamp >= floor
  return entry.stamp >= needOf(generations, fieldsOf(key, entry.tags))
}
