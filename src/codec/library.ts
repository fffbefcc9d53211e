// Libraries that only some applications need: not part of this package, loaded when first used. Encoding is synchronous,
// so loading them is too.
import { createRequire } from 'node:module'
import { CacheError } from '../base/errors.ts'

const require = createRequire(import.meta.url)
const loaded = new Map<string, unknown>()

/**
 * @param needer what needs it, for the message
 * @throws {CacheError} `E_CLIENT_MISSING` saying what to install
 */
export function library(name: 'msgpackr' | 'lz4-napi', needer: string): unknown {
  let found = loaded.get(name)
  if (found !== undefined) return found
  try {
    found = name === 'msgpackr' ? require('msgpackr') : require('lz4-napi')
  } catch (error) {
    throw new CacheError(
      'E_CLIENT_MISSING',
      `${needer} needs the library ${name}, which cannot be loaded. Run: npm install ${name}`,
      { cause: error },
    )
  }
  loaded.set(name, found)
  return found
}
