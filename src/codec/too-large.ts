import { showBytes } from '../base/bytes.ts'
import { CacheError } from '../base/errors.ts'

/** @returns `E_TOO_LARGE` */
export function tooLarge(bytes: number, maxBytes: number): CacheError {
  return new CacheError(
    'E_TOO_LARGE',
    `The value takes ${showBytes(bytes)}, more than the ${showBytes(maxBytes)} of 'maxValueBytes'. Cache less of it, or raise the limit for this alias.`,
  )
}
