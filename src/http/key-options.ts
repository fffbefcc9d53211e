// The options that choose a page's key, and how many there may be.
import { optionError } from '../base/errors.ts'
import { isToken } from './rules/syntax.ts'

/** @throws {CacheError} `E_OPTION` */
export function names(option: string, given: readonly string[]): readonly string[] {
  const right = Array.isArray(given) && given.every((each) => typeof each === 'string')
  if (!right) throw optionError(option, 'a list of strings', given)
  return Object.freeze([...given])
}

/** @throws {CacheError} `E_OPTION` */
export function fieldNames(given: readonly string[]): readonly string[] {
  const lower = names('varyOn', given).map((name) => name.toLowerCase())
  const odd = lower.find((name) => !isToken(name) || name.includes('*'))
  if (odd !== undefined) throw optionError('varyOn', 'names of request headers', odd)
  return [...new Set(lower)].toSorted()
}

/** @throws {CacheError} `E_OPTION` */
export function keyPrefix(given: string): string {
  if (given === '' || (typeof given === 'string' && /^[\w.-]{1,64}$/.test(given))) return given
  throw optionError('prefix', "1 to 64 letters, digits, '.', '_' or '-'", given)
}

/** @throws {CacheError} `E_OPTION` */
export function atLeastOne(option: string, given: number): number {
  if (Number.isSafeInteger(given) && given >= 1) return given
  throw optionError(option, 'a whole number of 1 or more', given)
}

/** @throws {CacheError} `E_OPTION` */
export function cookieNames(given: readonly string[]): readonly string[] {
  const odd = names('varyOnCookie', given).find((name) => !isToken(name))
  if (odd !== undefined) throw optionError('varyOnCookie', 'names of cookies', odd)
  return [...new Set(given)].toSorted()
}
