// Rows of the table that `createcachetable` makes for Django's DatabaseCache.
import { optionError } from '../base/errors.ts'
import { Malformed, undecodable } from '../codec/malformed.ts'
import { readPickle } from './pickle/reader.ts'
import { writePickle } from './pickle/writer.ts'
import { PICKLE_LIMITS } from './pickle/parts.ts'

/** A row without its `cache_key`, which is the whole key that `djangoKey` makes. */
export interface DatabaseRow {
  /** Column `value`: a pickle in Base64. */
  readonly value: string
  /** Column `expires`, in UTC to the second, `YYYY-MM-DD HH:MM:SS`: what SQLite holds, and other databases read. */
  readonly expires: string
}

/** `expires` of a row that never does. */
const NEVER = '9999-12-31 23:59:59'
const BASE64 = /^[A-Za-z\d+/\s]*={0,2}\s*$/
const MOMENT = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00(?::?00)?)?$/

/**
 * The row for a value. It is in UTC, so the Django side needs `USE_TZ = True` (its default since 5.0).
 *
 * @param expiresAt as `Date.now()` counts, cut to the second as Django does; `Infinity` for never
 * @param maxBytes the most that the pickle may take. Default 64 MiB
 * @throws {CacheError} `E_ENCODE`, `E_TOO_LARGE`, `E_OPTION`
 */
export function toDatabaseRow(
  value: unknown,
  expiresAt: number,
  maxBytes: number = PICKLE_LIMITS.maxBytes,
): DatabaseRow {
  return {
    value: writePickle(value, maxBytes).toString('base64'),
    expires: expiresAt === Infinity ? NEVER : momentText(expiresAt),
  }
}

/**
 * The value of a row and when it expires: `Infinity` for never. Whether that is past is for the caller to say.
 *
 * @param row `expires` as text in UTC, or as the Date that a client of PostgreSQL or MySQL makes of it
 * @throws {CacheError} `E_DECODE`: it counts as a miss
 */
export function fromDatabaseRow(
  row: { readonly value: string; readonly expires: string | Date },
  maxBytes: number = PICKLE_LIMITS.maxBytes,
): { readonly value: unknown; readonly expiresAt: number } {
  const { value, expires } = row
  // Base64 that is not may be cut off where it ends to be.
  if (!BASE64.test(value))
    throw undecodable(Buffer.from(value), new Malformed('it is not in Base64'))
  const expiresAt = momentOf(expires)
  if (Number.isNaN(expiresAt))
    throw undecodable(Buffer.from(value), new Malformed('its row has no valid expiry'))
  return { value: readPickle(Buffer.from(value, 'base64'), { maxBytes }), expiresAt }
}

function momentText(expiresAt: number): string {
  const date = new Date(expiresAt)
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999)
    throw optionError('expiresAt', 'milliseconds since 1970, or Infinity', expiresAt)
  return date.toISOString().slice(0, 19).replace('T', ' ')
}

function momentOf(expires: string | Date): number {
  if (expires instanceof Date) return expires.getTime() >= LAST ? Infinity : expires.getTime()
  const found = MOMENT.exec(expires)
  if (found === null) return NaN
  const at = Date.parse(`${found[1]}T${found[2]}Z`)
  return at >= LAST ? Infinity : at
}

/** A day early: a zone may have moved it. */
const LAST = Date.UTC(9999, 11, 30, 23, 59, 59)
