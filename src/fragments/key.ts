import { createHash } from 'node:crypto'
import { CacheError, show } from '../base/errors.ts'

/** What a fragment varies on: its text tells values apart, so `7` and `'7'` are the same; `null` and `undefined` are one more. */
export type VaryValue = string | number | bigint | boolean | Date | null | undefined

/** A tag has at most 256 bytes, and a key with a template's digest must keep its readable head. */
const MOST_BYTES = 200
const NOTHING = '%-'

/**
 * The name by which one fragment is known: `cache.invalidateTags([makeFragmentKey('sidebar', [user.id])])` drops it, by
 * whichever template it was rendered, and whatever contains it.
 *
 * Values are framed: `['a', 'b']` and `['a:b']` are two fragments. Django's own recipes are in `breakwater/django`.
 *
 * @param name the fragment's name in the template
 * @param vary what it varies on, in order. Default: nothing
 * @throws {CacheError} `E_KEY` for an empty name, or a value of another kind
 */
export function makeFragmentKey(name: string, vary: readonly VaryValue[] = []): string {
  if (typeof name !== 'string' || name === '' || !name.isWellFormed())
    throw new CacheError('E_KEY', `Expected a fragment's name, got ${show(name)}.`)
  const text = `fragment:${[escape(name), ...vary.map((value) => part(value, name))].join(':')}`
  if (Buffer.byteLength(text) <= MOST_BYTES) return text
  const hash = createHash('sha256').update(text).digest('base64url')
  return `${readableHead(text)}%~${hash}`
}

/** Under which a fragment is stored. @param version of its template */
export function storedKey(fragmentKey: string, version: string | undefined): string {
  // No escaped part has a bare `%@`.
  return version === undefined ? fragmentKey : `${fragmentKey}%@${escape(version)}`
}

function part(value: unknown, name: string): string {
  if (value === null || value === undefined) return NOTHING
  if (value instanceof Date && !Number.isNaN(value.getTime())) return escape(value.toISOString())
  if (typeof value === 'string' && value.isWellFormed()) return escape(value)
  if (typeof value === 'number' && Number.isFinite(value)) return escape(String(value))
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  throw new CacheError(
    'E_KEY',
    `Fragment '${name}' varies on ${show(value)}: expected strings, finite numbers, bigints, booleans, dates, or nothing. Give what tells it apart, such as its id.`,
  )
}

function escape(text: string): string {
  return text.replace(/[%:>]/g, (char) => encodeURIComponent(char))
}

function readableHead(text: string): string {
  let head = text.slice(0, MOST_BYTES / 4)
  // Neither half of a pair, nor more bytes than fit.
  if (!head.isWellFormed()) head = head.slice(0, -1)
  return head
}
