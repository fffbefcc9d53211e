// Values as the memcached backends of Django store them: bytes, and flags that say how to read them.
import { optionError } from '../base/errors.ts'
import { Malformed, textOf } from '../codec/malformed.ts'
import { tooLarge } from '../codec/too-large.ts'
import { unpack } from './compress/compressors.ts'
import { readInteger } from './integer-text.ts'
import { readPickle } from './pickle/reader.ts'
import { writePickle } from './pickle/writer.ts'
import { refused } from './refused.ts'
import { isInteger } from './values/kind.ts'

/** Which backend the Django side has: PyMemcacheCache or PyLibMCCache. */
export type MemcachedDialect = 'pymemcache' | 'pylibmc'

/** An item without its key and expiry. */
export interface MemcachedItem {
  /** The item's flags: how its bytes are to be read. */
  readonly flags: number
  /** The item's value. */
  readonly bytes: Buffer
}

/** Which client library writes the items, and how large they may be. */
export interface MemcachedItemOptions {
  /** For which backend it is written; both are read. Default `'pymemcache'`. */
  readonly dialect?: MemcachedDialect | undefined
  /** The most that a value may take. Default 1 MiB, which is memcached's own. */
  readonly maxBytes?: number | undefined
}

const MOST_BYTES = 1024 * 1024
const PICKLE = 1
const INTEGER = 2
const LONG = 4
const ZLIB = 8
const TEXT = 16
const KNOWN = PICKLE | INTEGER | LONG | ZLIB | TEXT

/**
 * The item for a value: bytes as they are, text as UTF-8, an integer as decimal text that memcached can increment, and
 * everything else as a pickle.
 *
 * @throws {CacheError} `E_ENCODE`, `E_TOO_LARGE`, `E_OPTION`
 */
export function toMemcachedItem(value: unknown, options: MemcachedItemOptions = {}): MemcachedItem {
  const { dialect = 'pymemcache', maxBytes = MOST_BYTES } = options
  if (dialect !== 'pymemcache' && dialect !== 'pylibmc')
    throw optionError('dialect', "'pymemcache' or 'pylibmc'", dialect)
  const item = itemOf(value, dialect, maxBytes)
  if (item.bytes.byteLength > maxBytes) throw tooLarge(item.bytes.byteLength, maxBytes)
  return item
}

function itemOf(value: unknown, dialect: MemcachedDialect, maxBytes: number): MemcachedItem {
  if (isInteger(value)) {
    const flags = dialect === 'pymemcache' ? INTEGER : LONG
    return { flags, bytes: Buffer.from(String(value)) }
  }
  if (Buffer.isBuffer(value)) return { flags: 0, bytes: Buffer.from(value) }
  if (typeof value === 'string' && value.isWellFormed())
    return { flags: TEXT, bytes: Buffer.from(value) }
  return { flags: PICKLE, bytes: writePickle(value, maxBytes) }
}

/**
 * The value of an item, whichever of the two backends wrote it. pylibmc writes booleans as the integers 1 and 0, so they come
 * back as numbers, in Python too.
 *
 * @throws {CacheError} `E_DECODE`: it counts as a miss
 */
export function fromMemcachedItem(
  item: { readonly flags: number; readonly bytes: Uint8Array },
  options: Pick<MemcachedItemOptions, 'maxBytes'> = {},
): unknown {
  const { maxBytes = MOST_BYTES } = options
  const { flags, bytes } = item
  try {
    if ((flags & ~KNOWN) !== 0) throw new Malformed(`its flags, ${flags}, are none of Django's`)
    const stored = Buffer.from(bytes)
    const plain = (flags & ZLIB) === 0 ? stored : unpack(stored, maxBytes)
    return valueOf(flags & ~ZLIB, plain, maxBytes)
  } catch (error) {
    throw refused(bytes, error)
  }
}

function valueOf(flags: number, bytes: Buffer, maxBytes: number): unknown {
  switch (flags) {
    case 0:
      return bytes
    case TEXT:
      return textOf(bytes)
    case PICKLE:
      return readPickle(bytes, { maxBytes })
    case INTEGER:
    case LONG: {
      const integer = readInteger(bytes)
      if (integer === undefined) throw new Malformed('it is no integer')
      return integer
    }
    default:
      throw new Malformed(`its flags, ${flags}, are none of Django's`)
  }
}
