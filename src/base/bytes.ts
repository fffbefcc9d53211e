import { optionError } from './errors.ts'

/** An amount of memory that says its unit: `'512kb'`, `'64mb'`, `'2gb'` (powers of 1024), or a whole number of bytes. */
export type Bytes =
  | number
  | `${number}${'b' | 'kb' | 'mb' | 'gb' | 'KB' | 'MB' | 'GB' | 'KiB' | 'MiB' | 'GiB'}`

const UNIT: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }
const TEXT = /^(\d+(?:\.\d+)?)\s?(b|kb|mb|gb|kib|mib|gib)$/i
const EXPECTED = "an amount of memory such as '512kb', '64mb' or a whole number of bytes"

/**
 * Turns an amount of memory into bytes.
 *
 * @param option name to show in the error, such as `'maxBytes'`
 * @returns whole bytes, 1 or more; `Infinity` is kept and means no bound
 * @throws {CacheError} `E_OPTION` for zero, a negative amount or an unknown unit
 */
export function toBytes(amount: Bytes, option: string): number {
  const bytes = typeof amount === 'number' ? amount : parse(amount, option)
  if (bytes === Infinity || (bytes >= 1 && Number.isFinite(bytes))) return Math.floor(bytes)
  throw optionError(option, EXPECTED, amount)
}

function parse(text: unknown, option: string): number {
  const match = typeof text === 'string' ? TEXT.exec(text.trim()) : null
  if (match === null) throw optionError(option, EXPECTED, text)
  const unit = (match[2] as string).toLowerCase().replace('ib', 'b')
  return Number(match[1]) * (UNIT[unit] as number)
}

/** Bytes for people: `'0 B'`, `'3.4 kB'`, `'12 MB'`, `'1.5 GB'` (powers of 1024). */
export function showBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'no bound'
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let amount = bytes
  let unit = 0
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024
    unit++
  }
  return `${amount >= 10 || unit === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`
}
