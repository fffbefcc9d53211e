// LZ4 blocks, as their format description defines them: sequences of literals and of copies of what came before.
import { Malformed } from '../../codec/malformed.ts'

const MIN_MATCH = 4
/** The format asks for literals at the end: 5 of them, and no match that begins in the last 12 bytes. */
const LAST_LITERALS = 5
const NO_MATCH_AFTER = 12
const HASH_BITS = 14
const FURTHEST = 0xffff

/**
 * Unpacks a block behind what `out` holds already: a linked block copies from that.
 *
 * @returns where in `out` it ends
 * @throws {Malformed} also when it does not fit
 */
export function unpackBlock(block: Buffer, out: Buffer, start: number): number {
  let at = 0
  let end = start
  const more = (length: number): number => {
    if (length < 15) return length
    let total = length
    let byte: number
    do {
      byte = block[at++] ?? fail('it ends too soon')
      total += byte
    } while (byte === 255)
    return total
  }
  while (at < block.byteLength) {
    const token = block[at++] as number
    const literals = more(token >> 4)
    if (literals > block.byteLength - at) fail('it ends too soon')
    if (literals > out.byteLength - end) fail('it is longer than it says')
    block.copy(out, end, at, at + literals)
    at += literals
    end += literals
    if (at === block.byteLength) return end

    if (at + 2 > block.byteLength) fail('it ends too soon')
    const distance = block.readUInt16LE(at)
    at += 2
    const length = more(token & 15) + MIN_MATCH
    if (distance === 0 || distance > end) fail('it copies from before its beginning')
    if (length > out.byteLength - end) fail('it is longer than it says')
    // What is copied may overlap what it is copied to, which repeats it.
    for (let index = 0; index < length; index++)
      out[end + index] = out[end + index - distance] as number
    end += length
  }
  return end
}

/** Packs bytes into a block: greedily, by the last place of each four bytes. */
export function packBlock(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  const places = new Int32Array(1 << HASH_BITS).fill(-1)
  let from = 0
  let at = 0
  while (at <= bytes.byteLength - NO_MATCH_AFTER) {
    const word = bytes.readUInt32LE(at)
    const slot = Math.imul(word, 0x9e37_79b1) >>> (32 - HASH_BITS)
    const before = places[slot] as number
    places[slot] = at
    if (before < 0 || at - before > FURTHEST || bytes.readUInt32LE(before) !== word) {
      at++
      continue
    }
    let length = MIN_MATCH
    const most = bytes.byteLength - LAST_LITERALS - at
    while (length < most && bytes[before + length] === bytes[at + length]) length++
    parts.push(...sequence(bytes.subarray(from, at), length - MIN_MATCH))
    const distance = Buffer.allocUnsafe(2)
    distance.writeUInt16LE(at - before)
    parts.push(distance, extra(length - MIN_MATCH))
    at += length
    from = at
  }
  parts.push(...sequence(bytes.subarray(from), 0))
  return Buffer.concat(parts)
}

function sequence(literals: Buffer, match: number): Buffer[] {
  const token = (Math.min(literals.byteLength, 15) << 4) | Math.min(match, 15)
  return [Buffer.from([token]), extra(literals.byteLength), literals]
}

/** What of a length does not fit into the token. */
function extra(length: number): Buffer {
  if (length < 15) return Buffer.alloc(0)
  const rest = length - 15
  const bytes = Buffer.alloc(Math.floor(rest / 255) + 1, 255)
  bytes[bytes.byteLength - 1] = rest % 255
  return bytes
}

function fail(why: string): never {
  throw new Malformed(`its LZ4 block is broken: ${why}`)
}
