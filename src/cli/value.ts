import { inspect } from 'node:util'
import type { CacheCore } from '../cache/core.ts'
import type { Found } from './keyspace.ts'
import { visibleLines } from './visible.ts'

/** What a value is, in a word or two: `string`, `list of 3`, `object`. */
export function shownType(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return `list of ${value.length}`
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Date) return 'date'
  if (value instanceof Map) return `map of ${value.size}`
  if (value instanceof Set) return `set of ${value.size}`
  return typeof value
}

/** In bytes, as the cache encodes it: compressed and encrypted, if it does so. `undefined` for what it could not. */
export function sizeOf(core: CacheCore, { entry, undecodable, wire }: Found): number | undefined {
  if (undecodable !== undefined) return undefined
  try {
    return core.codec.encode(entry.value, wire).length
  } catch {
    return undefined
  }
}

const MOST_ITEMS = 50
const MOST_TEXT = 2000
const DEEPEST = 5

/**
 * A value as a person reads it: shortened, and nothing in it acts on the terminal.
 *
 * @param whole leaves nothing out
 */
export function preview(value: unknown, whole: boolean): string {
  const text = inspect(value, {
    depth: whole ? Infinity : DEEPEST,
    maxArrayLength: whole ? Infinity : MOST_ITEMS,
    maxStringLength: whole ? Infinity : MOST_TEXT,
    breakLength: 96,
    // What a value does when it is looked at is not to be done here.
    customInspect: false,
    getters: false,
  })
  return visibleLines(text)
}
