import { isUtf8 } from 'node:buffer'
import { CacheError } from '../base/errors.ts'

/** Why a payload cannot be decoded: the end of a sentence that begins with the payload. */
export class Malformed extends Error {}

/** The one error for bytes that a codec cannot decode, whatever went wrong on the way. */
export function undecodable(payload: Uint8Array, cause: unknown): CacheError {
  const why = cause instanceof Malformed ? cause.message : 'its body is malformed'
  return new CacheError(
    'E_DECODE',
    `Cannot decode a payload of ${payload.byteLength} bytes: ${why}. Another program or codec wrote it; it counts as a miss.`,
    { cause },
  )
}

/** @throws {Malformed} for bytes that are not UTF-8: they would silently become U+FFFD */
export function textOf(bytes: Buffer, start = 0): string {
  if (isUtf8(bytes)) return bytes.toString('utf8', start)
  throw new Malformed('its text is not UTF-8')
}

/** @throws {Malformed} unless it is the decimal text of an integer */
export function readBigInt(text: unknown): bigint {
  if (typeof text === 'string' && /^(?:0|-?[1-9]\d*)$/.test(text)) return BigInt(text)
  throw new Malformed('a bigint is not the text of an integer')
}
