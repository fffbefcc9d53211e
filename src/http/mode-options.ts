import { optionError } from '../base/errors.ts'

/** @throws {CacheError} `E_OPTION` */
export function readsMode(given: 'vary' | 'strict' | 'throw'): 'vary' | 'strict' | 'throw' {
  if (['vary', 'strict', 'throw'].includes(given)) return given
  throw optionError('reads', "'vary', 'strict' or 'throw'", given)
}

/** @throws {CacheError} `E_OPTION` */
export function rangesMode(given: 'safe' | 'always'): 'safe' | 'always' {
  if (given === 'safe' || given === 'always') return given
  throw optionError('ranges', "'safe' or 'always'", given)
}

/** @throws {CacheError} `E_OPTION` */
export function personalMode(given: 'throw' | 'skip' | undefined): 'throw' | 'skip' {
  if (given === 'throw' || given === 'skip') return given
  if (given === undefined) return process.env['NODE_ENV'] === 'production' ? 'skip' : 'throw'
  throw optionError('onPersonal', "'throw' or 'skip'", given)
}

/** @throws {CacheError} `E_OPTION` */
export function anonymousOnly(given: boolean, user: unknown): boolean {
  if (typeof given !== 'boolean') throw optionError('anonymousOnly', 'true or false', given)
  if (!given || user !== undefined) return given
  throw optionError(
    'user',
    "a function that tells who is asking, which 'anonymousOnly' needs",
    user,
  )
}
