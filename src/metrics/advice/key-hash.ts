/**
 * A number from 0 up to 2^32 that says nothing about the key but which one it is: FNV-1a over its UTF-16 units, then mixed so that
 * keys which differ in their last digit are far apart (the finalizer of MurmurHash3, A. Appleby).
 */
export function keyHash(key: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
