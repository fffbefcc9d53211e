// How a key of the caller becomes the text that a store sees.
//
// Wire key: <prefix>:<version>:<namespace>>...<key>, Django's three parts with the namespaces in front of the key.
// `>` ends a namespace; it never occurs in a plain key, so a namespaced key and a plain one cannot be the same text.
// The same rule holds on every store, so that a key which works in development works in production: at most 250 bytes,
// no blanks, no control characters (memcached's limits, the tightest). What breaks the rule is hashed, never cut off.
import { createHash } from 'node:crypto'
import { CacheError, show } from './errors.ts'
import { argumentsText, structuralText } from './structural-text.ts'

/** A part of a key with names of its own, such as `{ version: row.version }`; plain data, whose names are in no order. */
export interface KeyFields {
  readonly [name: string]: unknown
}

/** One part of a key that is a list. */
export type KeyPart = string | number | bigint | boolean

declare const VALUE: unique symbol

/** A key that knows the type of its value; made by `define(...).key(...)`. */
export type TypedKey<T> = string & { readonly [VALUE]: T }

/** A key is a string, taken as it is, or a list whose parts are joined by `:` after escaping, so that two lists never collide. */
export type Key = string | readonly (KeyPart | KeyFields)[] | TypedKey<unknown>

/** The type of the value under a key: that of a {@link TypedKey}, otherwise `unknown`. */
export type ValueOf<K> = K extends TypedKey<infer T> ? T : unknown

/** Where keys live: the alias's prefix, a version, and the namespaces from the outermost inwards. */
export interface KeySpace {
  readonly prefix: string
  readonly version: string
  /** Already escaped by {@link namespaceName}. */
  readonly namespaces: readonly string[]
}

/** In the place of a version: what lies there is no copy of anything, and no invalidation or sweep reaches it. No version has this name. */
export const VAULT = '~vault'

/** Memcached's limit, in bytes, and therefore everybody's. */
export const MAX_KEY_BYTES = 250
const HASH_LENGTH = 43 // 32 bytes of SHA-256 in base64url
const HASHED = /~[A-Za-z0-9_-]{43}$/
// Under the `u` flag a surrogate that is half of a pair does not match: only lone ones do.
const NOT_PLAIN = /[\u0000-\u0020\u007f>\ud800-\udfff]/u
const PREFIX = /^[\w.@/-]{1,64}$/
const VERSION = /^[\w.-]{1,32}$/

/**
 * The text of a key: a string as it is, a list with its parts escaped and joined by `:`.
 *
 * `['product', 7, 'reviews']` is `product:7:reviews`. In a part, `%`, `:` and `>` become `%25`, `%3A` and `%3E`.
 * Parts are compared by their text: `7` and `'7'` are the same part. In an object they are not, and its names are in no
 * order: `['product', 7, { version: 3 }]` is `product:7:%{version=3}`.
 *
 * @throws {CacheError} `E_KEY` when empty, or when a part is not a string, finite number, bigint, boolean or plain object
 */
export function keyText(key: Key): string {
  const text = typeof key === 'string' ? key : listText(key)
  if (text === '') {
    throw new CacheError(
      'E_KEY',
      "Expected a key, got an empty one. Give a string or a list such as ['product', id].",
    )
  }
  return text
}

function listText(key: readonly (KeyPart | KeyFields)[]): string {
  if (!Array.isArray(key)) {
    throw new CacheError(
      'E_KEY',
      `Expected a key that is a string or a list of parts, got ${show(key)}.`,
    )
  }
  return key.map((part) => partText(part, key)).join(':')
}

/**
 * The text of a call's key: what is called, of which instance, with which arguments. `product:%(7)`, `Basket.total:%@3("eur")`.
 * A `%` that no escape of a part begins with keeps it apart from every list.
 *
 * @param self the id of the instance whose method it is, if it is one's
 * @throws {CacheError} `E_KEY` for what cannot be part of a key
 */
export function callText(name: string, args: readonly unknown[], self?: unknown): string {
  const whose = self === undefined ? '' : `@${structuralText(self)}`
  return `${escapePart(name)}:%${escapePart(whose + argumentsText(args))}`
}

function partText(part: unknown, key: readonly unknown[]): string {
  if (typeof part === 'string') return escapePart(part)
  if (typeof part === 'number' && Number.isFinite(part)) return escapePart(String(part))
  if (typeof part === 'bigint' || typeof part === 'boolean') return String(part)
  if (isFields(part)) return `%${escapePart(structuralText(part))}`
  throw new CacheError(
    'E_KEY',
    `Expected key parts that are strings, finite numbers, bigints, booleans or plain objects, got ${show(part)} in ${show(key)}.`,
  )
}

function isFields(part: unknown): part is KeyFields {
  return (
    Object.prototype.toString.call(part) === '[object Object]' &&
    !(Symbol.iterator in (part as object))
  )
}

function escapePart(part: string): string {
  return part.replace(/[%:>]/g, (char) => encodeURIComponent(char))
}

/**
 * The name of a namespace as it stands in a wire key: `%`, `:`, `>`, blanks and control characters are percent-encoded.
 *
 * @throws {CacheError} `E_KEY` when empty or longer than 64 bytes
 */
export function namespaceName(name: string): string {
  const text: unknown = name
  if (typeof text !== 'string' || text === '' || !text.isWellFormed()) {
    throw new CacheError(
      'E_KEY',
      `Expected a namespace name that is a non-empty string, got ${show(name)}.`,
    )
  }
  const escaped = text.replace(/[\u0000-\u0020\u007f%:>]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
  if (Buffer.byteLength(escaped) > 64) {
    throw new CacheError(
      'E_KEY',
      `Expected a namespace name of at most 64 bytes, got ${show(name)}.`,
    )
  }
  return escaped
}

/** The text that a store sees for a key, at most {@link MAX_KEY_BYTES} bytes. */
export function wireKey(space: KeySpace, text: string): string {
  return wireKeyUnder(spaceHead(space), text)
}

/** As {@link wireKey}, for who keeps the head of its space. */
export function wireKeyUnder(head: string, text: string): string {
  const plain = head + text
  if (!NOT_PLAIN.test(text) && !HASHED.test(text) && Buffer.byteLength(plain) <= MAX_KEY_BYTES)
    return plain

  // Lone surrogates have no UTF-8 form (all become U+FFFD), so the hash runs over UTF-16.
  const hash = createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('base64url')
  const room = MAX_KEY_BYTES - Buffer.byteLength(head) - HASH_LENGTH - 1
  return `${head}${readableHead(text, room)}~${hash}`
}

/** What stands before the key in every wire key of this space: `shop:1:tenant-7>`. */
export function spaceHead(space: KeySpace): string {
  let head = `${space.prefix}:${space.version}:`
  for (const namespace of space.namespaces) head += `${namespace}>`
  if (Buffer.byteLength(head) > MAX_KEY_BYTES - HASH_LENGTH - 1) {
    throw new CacheError(
      'E_KEY',
      `Namespaces nested too deeply: ${show(head)} leaves no room for a key.`,
    )
  }
  return head
}

function readableHead(text: string, room: number): string {
  let head = ''
  let bytes = 0
  for (const char of text.slice(0, room)) {
    const safe = NOT_PLAIN.test(char) ? '_' : char
    bytes += Buffer.byteLength(safe)
    if (bytes > room) break
    head += safe
  }
  return head
}

/** Whether a wire key is one of a value. Locks and the notes of a fleet lie under versions that no value can have. */
export function isData(wire: string): boolean {
  return wire.charCodeAt(wire.indexOf(':') + 1) !== TILDE
}
const TILDE = 126

/** The namespaces that a wire key lies in, from the outermost inwards, each as its whole path: `['a', 'a>b']`. */
export function namespacePathsOf(wire: string): readonly string[] {
  const start = wire.indexOf(':', wire.indexOf(':') + 1) + 1
  const paths: string[] = []
  for (let end = wire.indexOf('>', start); end !== -1; end = wire.indexOf('>', end + 1)) {
    paths.push(wire.slice(start, end))
  }
  return paths
}

/**
 * Refuses a prefix that could meet another's keys: `:` separates the parts of a wire key, so a prefix `a:1` would
 * share keys with prefix `a`.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function checkPrefix(prefix: unknown): string {
  if (typeof prefix === 'string' && PREFIX.test(prefix)) return prefix
  throw new CacheError(
    'E_OPTION',
    `Option 'prefix': expected 1 to 64 letters, digits or any of . _ - @ / (not ':', which separates the parts of a key), got ${show(prefix)}.`,
  )
}

/** @throws {CacheError} `E_OPTION` */
export function checkVersion(version: unknown): string {
  const text = typeof version === 'number' && Number.isFinite(version) ? String(version) : version
  if (typeof text === 'string' && VERSION.test(text)) return text
  throw new CacheError(
    'E_OPTION',
    `Option 'version': expected a number or 1 to 32 letters, digits or any of . _ -, got ${show(version)}.`,
  )
}

/** Whether a wire key is one of those that no invalidation reaches. */
export function isInVault(wire: string): boolean {
  return wire.startsWith(`:${VAULT}:`, wire.indexOf(':'))
}
