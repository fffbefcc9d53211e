// Keys that can be listed as they were given. The cache hashes a key that a store could not carry, and a hash tells nobody what
// it was made of; what is listed here comes back, whatever its characters and its length.
import { createHash } from 'node:crypto'

/** What a store cannot carry, what the cache would take for a hash, and what this encoding itself needs. */
const SPECIAL = /[\u0000-\u0020\u007f%#>~]/g
const ESCAPED = /%([0-9A-F]{2})/g
/** Begins the name of a key that only its value can tell. No other name begins so. */
const DIGEST = '#'

/** The name of a key by which it can be listed; a prefix of the key has a prefix of its name. */
export function plainName(key: string): string {
  return key.replace(SPECIAL, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}

/** The name of a key that is too long to be listed, or has no other one: its value has to tell it. */
export function digestName(key: string): string {
  // Lone surrogates have no UTF-8 form, so the hash runs over UTF-16.
  return DIGEST + createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('base64url')
}

export function isDigest(name: string): boolean {
  return name.startsWith(DIGEST)
}

/** The key of a plain name. */
export function keyOfName(name: string): string {
  return name.replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
