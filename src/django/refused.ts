import { type CacheError, isCacheError } from '../base/errors.ts'
import { undecodable } from '../codec/malformed.ts'

/** `E_DECODE` for whatever went wrong while bytes were read; what says so already is kept, with its reason. */
export function refused(bytes: Uint8Array, error: unknown): CacheError {
  return isCacheError(error, 'E_DECODE') ? error : undecodable(bytes, error)
}
