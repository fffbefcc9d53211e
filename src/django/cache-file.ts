// Files of Django's FileBasedCache: a pickle of when it expires, then a zlib stream with a pickle of the value.
import { createHash } from 'node:crypto'
import { deflateSync, inflateSync } from 'node:zlib'
import { optionError } from '../base/errors.ts'
import { Malformed, undecodable } from '../codec/malformed.ts'
import { readPickle, readPickleAt } from './pickle/reader.ts'
import { PICKLE_LIMITS } from './pickle/parts.ts'
import { writePickle } from './pickle/writer.ts'
import { PyFloat } from './values/values.ts'

/** The name of the file within the cache's folder, for a whole key as `djangoKey` makes it. */
export function cacheFileName(key: string): string {
  return `${createHash('md5').update(key).digest('hex')}.djcache`
}

/**
 * The bytes of the file. Write them to another name in the same folder and rename: Django reads at any moment.
 *
 * @param expiresAt as `Date.now()` counts; `Infinity` for never
 * @param maxBytes the most that the value may take before it is compressed. Default 64 MiB
 * @throws {CacheError} `E_ENCODE`, `E_TOO_LARGE`, `E_OPTION`
 */
export function toCacheFile(
  value: unknown,
  expiresAt: number,
  maxBytes: number = PICKLE_LIMITS.maxBytes,
): Buffer {
  if (Number.isNaN(expiresAt) || expiresAt === -Infinity)
    throw optionError('expiresAt', 'milliseconds since 1970, or Infinity', expiresAt)
  const expiry = expiresAt === Infinity ? null : new PyFloat(expiresAt / 1000)
  return Buffer.concat([writePickle(expiry), deflateSync(writePickle(value, maxBytes))])
}

/**
 * The value in a file and when it expires: `Infinity` for never. Whether that is past is for the caller to say; an empty file
 * is one that has.
 *
 * @throws {CacheError} `E_DECODE`: it counts as a miss
 */
export function fromCacheFile(
  bytes: Uint8Array,
  maxBytes: number = PICKLE_LIMITS.maxBytes,
): { readonly value: unknown; readonly expiresAt: number } {
  const { value: expiry, end } = readPickleAt(bytes, 0, { maxBytes: Infinity, maxSteps: 64 })
  if (expiry !== null && typeof expiry !== 'number')
    throw undecodable(bytes, new Malformed('it does not begin with its expiry'))
  let pickle: Buffer
  try {
    pickle = inflateSync(bytes.subarray(end), { maxOutputLength: maxBytes })
  } catch (error) {
    throw undecodable(bytes, error)
  }
  const expiresAt = expiry === null ? Infinity : expiry * 1000
  return { value: readPickle(pickle, { maxBytes }), expiresAt }
}
