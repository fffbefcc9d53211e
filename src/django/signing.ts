// Django's signing.dumps and loads: JSON, perhaps compressed, with a time and an HMAC. Sessions in a database or a cookie are
// this.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { deflateSync, inflateSync } from 'node:zlib'
import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { Malformed, undecodable } from '../codec/malformed.ts'
import { readJson } from './json/reader.ts'
import { writeJson } from './json/writer.ts'

/** The secrets and the salt of Django's signatures. */
export interface SigningOptions {
  /** SECRET_KEY. */
  readonly secretKey: string
  /** SECRET_KEY_FALLBACKS: read with, never signed with. Default: none. */
  readonly fallbacks?: readonly string[] | undefined
  /** What it is for: signatures for one purpose are worth nothing for another. */
  readonly salt: string
}

/** The salt of sessions in a database: backends `db` and `cached_db`. */
export const SESSION_SALT = 'django.contrib.sessions.SessionStore'
/** The salt of sessions in a cookie: backend `signed_cookies`. */
export const COOKIE_SESSION_SALT = 'django.contrib.sessions.backends.signed_cookies'

const MOST_BYTES = 1024 * 1024

/**
 * Signs a value as Django's `signing.dumps(value, salt=salt, compress=True)` does, with SHA-256.
 *
 * @param now as `Date.now()` counts. Default: now
 * @throws {CacheError} `E_ENCODE` for what has no form in JSON, `E_TOO_LARGE` beyond 1 MiB, `E_OPTION`
 */
export function signDjango(value: unknown, options: SigningOptions, now = Date.now()): string {
  checkSigning(options)
  // Django reads these bytes as Latin-1.
  const plain = writeJson(value, { ascii: true, maxBytes: MOST_BYTES })
  const packed = deflateSync(plain)
  const smaller = packed.byteLength < plain.byteLength - 1
  const body = smaller ? `.${packed.toString('base64url')}` : plain.toString('base64url')
  const dated = `${body}:${base62(Math.floor(now / 1000))}`
  return `${dated}:${signature(dated, options.salt, options.secretKey)}`
}

/**
 * What was signed, with the key or one of the fallbacks.
 *
 * @param options `maxAge`: how old it may be, such as `'14d'`. Default `'forever'`
 * @throws {CacheError} `E_DECODE` for a signature that is wrong, a value that is too old, or bytes that are no JSON
 */
export function unsignDjango(
  signed: string,
  options: SigningOptions & { readonly maxAge?: Duration | undefined },
  now = Date.now(),
): unknown {
  checkSigning(options)
  const maxAgeMs = toMs(options.maxAge ?? 'forever', 'maxAge')
  const bytes = Buffer.from(signed)
  const end = signed.lastIndexOf(':')
  const dated = signed.slice(0, Math.max(end, 0))
  const keys = [options.secretKey, ...(options.fallbacks ?? [])]
  const given = signed.slice(end + 1)
  if (!keys.some((key) => equal(given, signature(dated, options.salt, key))))
    throw undecodable(bytes, new Malformed('its signature is wrong'))

  const middle = dated.lastIndexOf(':')
  const signedAt = numberOf62(dated.slice(middle + 1))
  if (middle === -1 || signedAt === undefined)
    throw undecodable(bytes, new Malformed('it does not say when it was signed'))
  if (now - signedAt * 1000 > maxAgeMs)
    throw undecodable(bytes, new Malformed("it is older than 'maxAge'"))
  const body = dated.slice(0, middle)
  return readJson(body.startsWith('.') ? inflated(body.slice(1)) : Buffer.from(body, 'base64url'))
}

function inflated(body: string): Buffer {
  const packed = Buffer.from(body, 'base64url')
  try {
    return inflateSync(packed, { maxOutputLength: MOST_BYTES })
  } catch (error) {
    throw undecodable(packed, error)
  }
}

function signature(text: string, salt: string, secret: string): string {
  const key = createHash('sha256').update(`${salt}signer${secret}`).digest()
  return createHmac('sha256', key).update(text).digest('base64url')
}

/** In a time that says nothing of where they differ. */
function equal(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)]
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}

function checkSigning({ secretKey, salt }: SigningOptions): void {
  if (typeof secretKey !== 'string' || secretKey === '')
    throw optionError('secretKey', "Django's SECRET_KEY", typeof secretKey)
  if (typeof salt !== 'string') throw optionError('salt', 'a string', salt)
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function base62(number: number): string {
  let text = ''
  for (let left = number; left > 0; left = Math.floor(left / 62)) text = DIGITS[left % 62] + text
  return text === '' ? '0' : text
}

function numberOf62(text: string): number | undefined {
  if (text === '' || text.length > 9) return undefined
  let number = 0
  for (const digit of text) {
    const value = DIGITS.indexOf(digit)
    if (value === -1) return undefined
    number = number * 62 + value
  }
  return number
}
