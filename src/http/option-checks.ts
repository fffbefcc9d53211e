// What single options of pages must be, and what they are kept as.
import { optionError } from '../base/errors.ts'
import type { PageOptions } from './options.ts'
import { isToken } from './rules/syntax.ts'

export function constant<T>(value: T): () => T {
  return () => value
}

/** @throws {CacheError} `E_OPTION` for what is given and no function */
export function func<F>(option: string, given: F | undefined): F | undefined {
  if (given === undefined || typeof given === 'function') return given
  throw optionError(option, 'a function', given)
}

export function routeOption<Incoming>(
  given: PageOptions<Incoming>['route'],
): ((request: Incoming) => string | undefined) | undefined {
  if (typeof given === 'string' && given !== '') return constant(given)
  if (given === undefined || typeof given === 'function') return given
  throw optionError('route', "a pattern such as '/product/:id', or a function", given)
}

export function names(option: string, given: readonly string[]): readonly string[] {
  const right = Array.isArray(given) && given.every((each) => typeof each === 'string')
  if (!right) throw optionError(option, 'a list of strings', given)
  return Object.freeze([...given])
}

export function fieldNames(given: readonly string[]): readonly string[] {
  const lower = names('varyOn', given).map((name) => name.toLowerCase())
  const odd = lower.find((name) => !isToken(name) || name.includes('*'))
  if (odd !== undefined) throw optionError('varyOn', 'names of request headers', odd)
  return [...new Set(lower)].toSorted()
}

export function keyPrefix(given: string): string {
  if (given === '' || (typeof given === 'string' && /^[\w.-]{1,64}$/.test(given))) return given
  throw optionError('prefix', "1 to 64 letters, digits, '.', '_' or '-'", given)
}

export function atLeastOne(option: string, given: number): number {
  if (Number.isSafeInteger(given) && given >= 1) return given
  throw optionError(option, 'a whole number of 1 or more', given)
}

export function cookieNames(given: readonly string[]): readonly string[] {
  const odd = names('varyOnCookie', given).find((name) => !isToken(name))
  if (odd !== undefined) throw optionError('varyOnCookie', 'names of cookies', odd)
  return [...new Set(given)].toSorted()
}

export function anonymousOnly(given: boolean, user: unknown): boolean {
  if (typeof given !== 'boolean') throw optionError('anonymousOnly', 'true or false', given)
  if (!given || user !== undefined) return given
  throw optionError(
    'user',
    "a function that tells who is asking, which 'anonymousOnly' needs",
    user,
  )
}

export function readsMode(given: 'vary' | 'strict' | 'throw'): 'vary' | 'strict' | 'throw' {
  if (['vary', 'strict', 'throw'].includes(given)) return given
  throw optionError('reads', "'vary', 'strict' or 'throw'", given)
}

/** A number and its text are two users. @throws {CacheError} `E_OPTION` */
export function principalText(user: unknown): string | undefined {
  if (user === undefined || user === null) return undefined
  if (typeof user === 'string' || typeof user === 'number' || typeof user === 'bigint')
    return `${typeof user}:${user}`
  throw optionError('user', 'a string, a number, or nobody from the function', user)
}

export function baseUrl(given: string | undefined): URL | undefined {
  if (given === undefined) return undefined
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw optionError('baseUrl', "an address such as 'https://shop.example'", given)
}

export function lowered(hosts: readonly string[] = [], base: URL | undefined): ReadonlySet<string> {
  const all = base === undefined ? hosts : [...hosts, base.host]
  return new Set(all.map((host) => host.toLowerCase()))
}
