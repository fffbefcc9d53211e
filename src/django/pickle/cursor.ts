import { isUtf8 } from 'node:buffer'
import { Malformed } from '../../codec/malformed.ts'

/** Reads the arguments of opcodes, never past the end. */
export class Cursor {
  readonly #bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.byteLength - this.at
  }

  /** The next bytes, as a window onto the input. @throws {Malformed} */
  take(length: number): Buffer {
    if (!(length <= this.left)) throw new Malformed('it ends too soon')
    const taken = this.#bytes.subarray(this.at, this.at + length)
    this.at += length
    return taken
  }

  byte(): number {
    return this.take(1)[0] as number
  }

  /** Little-endian, without a sign. */
  uint(bytes: 1 | 2 | 4): number {
    return this.take(bytes).readUIntLE(0, bytes)
  }

  int32(): number {
    return this.take(4).readInt32LE(0)
  }

  /** A length of eight bytes, which must fit what is left. */
  length64(): number {
    const length = this.take(8).readBigUInt64LE(0)
    if (length > BigInt(this.left)) throw new Malformed('it ends too soon')
    return Number(length)
  }

  float64(): number {
    return this.take(8).readDoubleBE(0)
  }

  /** What stands before the next line feed, byte by byte. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at)
    if (end === -1) throw new Malformed('it ends too soon')
    const line = this.#bytes.toString('latin1', this.at, end)
    this.at = end + 1
    return line
  }
}

/** Python's text: UTF-8 in which halves of surrogate pairs may stand alone. @throws {Malformed} */
export function pythonText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString()
  let text = ''
  let start = 0
  for (let at = bytes.indexOf(0xed); at !== -1; at = bytes.indexOf(0xed, at + 1)) {
    const [second = 0, third = 0] = [bytes[at + 1], bytes[at + 2]]
    if (second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) continue
    text += wellFormed(bytes.subarray(start, at))
    text += String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f))
    start = at + 3
  }
  return text + wellFormed(bytes.subarray(start))
}

function wellFormed(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString()
  throw new Malformed('its text is not UTF-8')
}

/** The other way. */
export function pythonBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text)
  const parts = text.split(/(\p{Surrogate})/u).map((part) => {
    const unit = part.length === 1 ? part.charCodeAt(0) : 0
    if (unit < 0xd800 || unit > 0xdfff) return Buffer.from(part)
    return Buffer.from([0xed, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)])
  })
  return Buffer.concat(parts)
}
