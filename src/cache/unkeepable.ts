import { type CacheError, isCacheError } from '../base/errors.ts'

/** A value that cannot be kept, by itself or for its size. */
export function isUnkeepable(error: unknown): error is CacheError {
  return isCacheError(error, 'E_ENCODE') || isCacheError(error, 'E_TOO_LARGE')
}

/** The name that all such refusals are counted under. */
export function unkeepable({ code }: CacheError): string {
  return code === 'E_TOO_LARGE' ? 'it is too large' : 'it cannot be encoded'
}
