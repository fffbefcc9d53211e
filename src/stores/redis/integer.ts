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

/** The integer of a payload, as a read of it would give it: `i7` is a number, `n7` a bigint. */
export function integerOf(payload: string): number | bigint {
  const text = payload.slice(1)
  const number = Number(text)
  return payload.startsWith('i') && Number.isSafeInteger(number) ? number : BigInt(text)
}
