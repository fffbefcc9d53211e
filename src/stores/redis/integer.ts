import { CacheError, show } from '../../base/errors.ts'

/**
 * An integer as decimal text, whatever its size.
 *
 * @throws {CacheError} `E_NOT_A_NUMBER` for a fraction, NaN or Infinity
 */
export function deltaText(delta: number | bigint): string {
  if (typeof delta === 'bigint') return String(delta)
  if (Number.isInteger(delta)) return String(BigInt(delta))
  throw new CacheError('E_NOT_A_NUMBER', `Expected an integer to add, got ${show(delta)}.`)
}

/** A number where that is exact, a bigint beyond. */
export function integerOf(text: string): number | bigint {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}
