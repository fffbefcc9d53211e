import { optionError } from '../base/errors.ts'

/** A state of a source: the larger, the newer. Not a text: `'10'` comes before `'9'` there. */
export type Revision = number | bigint | Date

/** @throws {CacheError} `E_OPTION` */
export function revisionOf(given: unknown): number | bigint {
  if (typeof given === 'bigint') return given
  const number = given instanceof Date ? given.getTime() : given
  if (typeof number === 'number' && !Number.isNaN(number)) return number
  const expected =
    'a function that gives a number, a bigint or a Date (of a text: BigInt(row.version))'
  throw optionError('revision', expected, given)
}
