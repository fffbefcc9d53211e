import { crc32 } from 'node:zlib'

// A file of data:  0 'BWF' and 0x01   4 u32 CRC-32 of all that follows   8 u32 length of the key   12 key (UTF-8), bytes
const MAGIC = Buffer.from('BWF\x01', 'latin1')
const HEADER = 12

export function packLetter(key: string, bytes: Uint8Array): Buffer {
  const name = Buffer.from(key)
  const letter = Buffer.allocUnsafe(HEADER + name.length + bytes.length)
  MAGIC.copy(letter)
  letter.writeUInt32BE(name.length, 8)
  name.copy(letter, HEADER)
  letter.set(bytes, HEADER + name.length)
  letter.writeUInt32BE(crc32(letter.subarray(8)), 4)
  return letter
}

/** `undefined` for what is torn, damaged, or none of ours. */
export function openLetter(
  letter: Buffer,
): { readonly key: string; readonly bytes: Buffer } | undefined {
  if (letter.length < HEADER || !letter.subarray(0, 4).equals(MAGIC)) return undefined
  const end = HEADER + letter.readUInt32BE(8)
  if (end > letter.length || letter.readUInt32BE(4) !== crc32(letter.subarray(8))) return undefined
  return { key: letter.toString('utf8', HEADER, end), bytes: letter.subarray(end) }
}
