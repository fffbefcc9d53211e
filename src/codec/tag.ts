/**
 * The first byte of a payload. Stored: a tag never gets a second meaning, so that an upgrade never needs an empty cache and
 * every codec reads what another wrote (docs/decisions/0005-payload-tags-and-record-layout.md).
 *
 *   i  an integer that is a safe number: its decimal text
 *   n  a bigint: its decimal text, and a bigint always
 *   s  a string: its UTF-8 text, not escaped
 *   b  a Buffer: its bytes
 *   u  a Uint8Array: its bytes
 *   j  JSON text
 *   J  JSON text with special places: u32 bytes of text, u32 bytes of list, text, list, bytes of binary parts (special.ts)
 *   m  MessagePack with records
 *   M  the same with special places, laid out as J
 *   v  structured clone, as V8 writes it
 *
 * Around another payload (compressed.ts, encrypted.ts):
 *
 *   z g r Z l  u32 bytes of the payload within, then it as a zlib, gzip, brotli, Zstandard or LZ4 stream
 *   x  AES-256-GCM: 8 bytes of key id, 12 of nonce, the payload within, 16 that authenticate it
 *
 * A store increments in place: it adds to the text behind `i` or `n`. A bigint stays one; a number that leaves the safe
 * integers becomes one (`n`; a store that leaves the tag at `i` is understood too).
 */
export const TAG = {
  integer: 0x69,
  bigint: 0x6e,
  text: 0x73,
  buffer: 0x62,
  bytes: 0x75,
  json: 0x6a,
  specialJson: 0x4a,
  msgpack: 0x6d,
  specialMsgpack: 0x4d,
  v8: 0x76,
  deflate: 0x7a,
  gzip: 0x67,
  brotli: 0x72,
  zstd: 0x5a,
  lz4: 0x6c,
  encrypted: 0x78,
} as const

// Measuring a text before writing it costs as much as writing it, and putting the tag in front of the text flattens it
// once more; so texts are written behind a tag in a scratch buffer, and copied from there (a tenth of encoding 10 rows).
const SCRATCH_CHARS = 65_536
let scratch: Buffer | undefined

export function tagText(tag: number, text: string): Buffer {
  if (text.length > SCRATCH_CHARS) return tagBytes(tag, Buffer.from(text))
  scratch ??= Buffer.allocUnsafeSlow(1 + 3 * SCRATCH_CHARS) // a UTF-16 unit takes at most 3 bytes
  const length = 1 + scratch.write(text, 1)
  const payload = Buffer.allocUnsafe(length)
  scratch.copy(payload, 0, 0, length)
  payload[0] = tag
  return payload
}

export function tagBytes(tag: number, bytes: Uint8Array): Buffer {
  const payload = Buffer.allocUnsafe(bytes.byteLength + 1)
  payload[0] = tag
  payload.set(bytes, 1)
  return payload
}

/** `0x7b`, for messages. */
export function showTag(tag: number): string {
  return `0x${tag.toString(16).padStart(2, '0')}`
}
