import { CacheError, optionError, show } from '../base/errors.ts'
import { type KeyValue, pythonStr } from './python-text.ts'

/** Django's KEY_FUNCTION: makes the whole key of its three parts. The version comes as Python's `str` would show it. */
export type DjangoKeyFunction = (key: string, prefix: string, version: string) => string

/** The parts of a key besides the key itself. */
export interface DjangoKeyOptions {
  /** KEY_PREFIX. Default `''`, as in Django: keys then begin with `:`. */
  readonly prefix?: string | undefined
  /** VERSION. Default 1. */
  readonly version?: number | string | undefined
  /** KEY_FUNCTION. Default: `prefix:version:key`. */
  readonly keyFunction?: DjangoKeyFunction | undefined
}

/**
 * The key that Django writes under: `prefix:version:key`.
 *
 * Nothing is escaped, as in Django: prefix `a` with key `b:1:c` and prefix `a:1:b` with key `c` (both of version 1) differ by
 * luck alone. What is no string becomes the text that Python shows.
 *
 * @throws {CacheError} `E_KEY` for a key that is neither text, number, bigint, boolean nor null, and for a text with half of a
 * surrogate pair, which Python cannot send either; `E_OPTION`
 */
export function djangoKey(key: KeyValue, options: DjangoKeyOptions = {}): string {
  const { prefix = '', version = 1, keyFunction = plainKey } = options
  if (typeof prefix !== 'string') throw optionError('prefix', 'a string', prefix)
  if (typeof version !== 'string' && typeof version !== 'number')
    throw optionError('version', 'a number or a string', version)
  const made = keyFunction(pythonStr(key), prefix, pythonStr(version))
  if (typeof made === 'string' && made.isWellFormed()) return made
  throw optionError('keyFunction', 'a function that returns well-formed text', made)
}

function plainKey(key: string, prefix: string, version: string): string {
  return `${prefix}:${version}:${key}`
}

/** Memcached's own limit. */
const MOST_BYTES = 250

/**
 * Refuses a whole key that memcached cannot carry. Django counts 250 characters; memcached, and therefore this, 250 bytes:
 * 200 Chinese characters pass Django's check and then fail in its client.
 *
 * @param key as {@link djangoKey} made it
 * @returns the same key
 * @throws {CacheError} `E_KEY`, where Django raises InvalidCacheKey
 */
export function checkMemcachedKey(key: string): string {
  if (Buffer.byteLength(key) > MOST_BYTES)
    throw new CacheError('E_KEY', `Key longer than memcached's ${MOST_BYTES} bytes: ${show(key)}.`)
  if (key === '' || /[\u0000-\u0020\u007f]/.test(key))
    throw new CacheError(
      'E_KEY',
      `Expected a key without blanks and control characters, got ${show(key)}.`,
    )
  return key
}
