import { Malformed } from '../../codec/malformed.ts'

/** As many digits as Python turns into an int without being told to; beyond it the time grows with the square. */
export const MOST_DIGITS = 4300

/** As a literal: no other zeros in front than those of 0. */
const INTEGER = /^[+-]?(?:0+|[1-9]\d*)$/
const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|nan)$/i

/** A number where it is exact, otherwise a bigint. */
export function shortest(integer: bigint): number | bigint {
  const number = Number(integer)
  return Number.isSafeInteger(number) ? number : integer
}

/** @throws {Malformed} for what is not the decimal text of an integer */
export function integerOf(text: string): number | bigint {
  if (text.length > MOST_DIGITS + 1 || !INTEGER.test(text))
    throw new Malformed('it has a number that is none')
  return shortest(BigInt(text.startsWith('+') ? text.slice(1) : text))
}

/** @throws {Malformed} for what Python does not take for a float */
export function floatOf(text: string): number {
  if (text.length > MOST_DIGITS || !FLOAT.test(text))
    throw new Malformed('it has a number that is none')
  const sign = text.startsWith('-') ? -1 : 1
  const size = text.replace(/^[+-]/, '').toLowerCase()
  if (size === 'inf') return sign * Infinity
  const number = size === 'nan' ? NaN : Number(text)
  if (Math.abs(number) === Infinity) throw new Malformed('it has a float that is too large')
  return number
}

/** Two's complement, little-endian: LONG1 and LONG4. */
export function integerOfBytes(bytes: Buffer): number | bigint {
  if (bytes.byteLength === 0) return 0
  const hex = Buffer.from(bytes.toReversed()).toString('hex')
  return shortest(BigInt.asIntN(bytes.byteLength * 8, BigInt(`0x${hex}`)))
}

/** The other way, in as few bytes as it takes. */
export function bytesOfInteger(integer: bigint): Buffer {
  const size = integer < 0n ? -integer - 1n : integer
  const bytes = Math.floor(size.toString(16).length / 2) + 1
  const hex = BigInt.asUintN(bytes * 8, integer).toString(16)
  return Buffer.from(Buffer.from(hex.padStart(bytes * 2, '0'), 'hex').toReversed())
}
