// xxHash, 32 bits, as its specification defines it: the checksum of LZ4 frames.
const P1 = 0x9e37_79b1
const P2 = 0x85eb_ca77
const P3 = 0xc2b2_ae3d
const P4 = 0x27d4_eb2f
const P5 = 0x1656_67b1

export function xxh32(bytes: Buffer): number {
  const length = bytes.byteLength
  let at = 0
  let hash = P5
  if (length >= 16) {
    const lanes = [P1 + P2, P2, 0, -P1]
    for (; at + 16 <= length; at += 16) {
      for (let lane = 0; lane < 4; lane++)
        lanes[lane] = round(lanes[lane] as number, bytes.readUInt32LE(at + 4 * lane))
    }
    const [a = 0, b = 0, c = 0, d = 0] = lanes
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)
  }
  hash = (hash + length) | 0
  for (; at + 4 <= length; at += 4) {
    hash = (hash + Math.imul(bytes.readUInt32LE(at), P3)) | 0
    hash = Math.imul(rotate(hash, 17), P4)
  }
  for (; at < length; at++) {
    hash = (hash + Math.imul(bytes[at] as number, P5)) | 0
    hash = Math.imul(rotate(hash, 11), P1)
  }
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, P2)) | 0, 13), P1)
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}
