import { optionError } from '../base/errors.ts'

/**
 * Which of several memcached servers PyMemcacheCache keeps a key on: the one whose hash together with the key is highest.
 * PyLibMCCache has another rule, which is not here.
 *
 * @param key the whole key, in ASCII
 * @param servers each as `host:port`
 * @throws {CacheError} `E_OPTION` without a server
 */
export function pymemcacheServer(key: string, servers: readonly string[]): string {
  let best: string | undefined
  let bestScore = -1
  for (const server of servers) {
    const score = murmur3(Buffer.from(`${server}-${key}`, 'latin1'))
    const wins = score > bestScore || (score === bestScore && server > (best ?? ''))
    if (!wins) continue
    best = server
    bestScore = score
  }
  if (best === undefined) throw optionError('servers', 'one server at least', servers)
  return best
}

/** MurmurHash3, 32 bits, with the seed 0. */
function murmur3(bytes: Buffer): number {
  let hash = 0
  let at = 0
  for (; at + 4 <= bytes.byteLength; at += 4) {
    hash ^= scrambled(bytes.readInt32LE(at))
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe654_6b64) | 0
  }
  const rest = bytes.byteLength - at
  if (rest > 0) hash ^= scrambled(bytes.readUIntLE(at, rest))
  hash ^= bytes.byteLength
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function scrambled(word: number): number {
  const mixed = Math.imul(word, 0xcc9e_2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b87_3593)
}
