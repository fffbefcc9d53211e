// Files of the .xz format with LZMA2, as its specification defines them: what Python's lzma.compress writes. Read only.
import { crc32 } from 'node:zlib'
import { Malformed } from '../../codec/malformed.ts'
import { crc64 } from './crc64.ts'
import { LzmaDecoder, type LzmaProperties } from './lzma-decoder.ts'

const MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])
const LZMA2 = 0x21
/** Bytes of the checks that are known: none, CRC32, CRC64. */
const CHECK_BYTES: Readonly<Record<number, 0 | 4 | 8>> = { 0: 0, 1: 4, 4: 8 }
const FIRST_ROOM = 64 * 1024

/** @throws {Malformed} also when more than `maxBytes` would come out */
export function unpackXz(bytes: Buffer, maxBytes: number): Buffer {
  return new XzReader(bytes, maxBytes).run()
}

class XzReader {
  readonly #bytes: Buffer
  readonly #maxBytes: number
  #at = 0
  #out: Buffer
  #end = 0
  /** Where the window of LZMA2 begins in what came out. */
  #first = 0
  #decoder: LzmaDecoder | undefined

  constructor(bytes: Buffer, maxBytes: number) {
    this.#bytes = bytes
    this.#maxBytes = maxBytes
    this.#out = Buffer.alloc(Math.min(FIRST_ROOM, maxBytes))
  }

  run(): Buffer {
    if (!this.#take(6).equals(MAGIC)) throw broken()
    const flags = this.#take(2)
    if (this.#uint32() !== crc32(flags)) throw broken()
    const checkBytes = CHECK_BYTES[flags[1] as number]
    if (flags[0] !== 0 || checkBytes === undefined)
      throw new Malformed('its .xz data has a check that Django does not write')
    // What begins with 0 is the index, which says again what the blocks have said, and then the footer.
    while (this.#bytes[this.#at] !== 0) this.#block(checkBytes)
    return this.#out.subarray(0, this.#end)
  }

  #block(checkBytes: 0 | 4 | 8): void {
    const start = this.#at
    const header = this.#take(((this.#take(1)[0] as number) + 1) * 4 - 5)
    if (this.#uint32() !== crc32(this.#bytes.subarray(start, this.#at - 4))) throw broken()
    checkFilters(header)
    const [from, dataStart] = [this.#end, this.#at]
    this.#decoder = undefined
    while (this.#chunk());
    this.#take(-(this.#at - dataStart) & 3)
    const check = this.#take(checkBytes)
    const made = this.#out.subarray(from, this.#end)
    if (checkBytes === 4 && check.readUInt32LE(0) !== crc32(made)) throw broken()
    if (checkBytes === 8 && check.readBigUInt64LE(0) !== crc64(made)) throw broken()
  }

  /** One chunk of LZMA2. @returns false for the one that ends them */
  #chunk(): boolean {
    const control = this.#take(1)[0] as number
    if (control === 0) return false
    if (control < 0x80) {
      if (control > 2) throw broken()
      if (control === 1) this.#first = this.#end
      const length = this.#uint16() + 1
      this.#room(length)
      this.#take(length).copy(this.#out, this.#end)
      this.#end += length
      return true
    }
    const unpacked = ((control & 0x1f) << 16) + this.#uint16() + 1
    const packed = this.#uint16() + 1
    const reset = (control >> 5) & 3
    if (reset === 3) this.#first = this.#end
    if (reset >= 2) this.#decoder = new LzmaDecoder(propertiesOf(this.#take(1)[0] as number))
    else if (reset === 1 && this.#decoder !== undefined)
      this.#decoder = new LzmaDecoder(this.#decoder.properties)
    if (this.#decoder === undefined) throw broken()
    this.#room(unpacked)
    const end = this.#end + unpacked
    this.#decoder.unpack(this.#take(packed), this.#out, this.#end, end, this.#first)
    this.#end = end
    return true
  }

  #room(bytes: number): void {
    const needed = this.#end + bytes
    if (needed > this.#maxBytes)
      throw new Malformed(`it would take more than the ${this.#maxBytes} bytes that are allowed`)
    if (needed <= this.#out.byteLength) return
    const room = Math.min(this.#maxBytes, Math.max(needed, 2 * this.#out.byteLength))
    this.#out = Buffer.concat([this.#out.subarray(0, this.#end)], room)
  }

  #uint16(): number {
    return this.#take(2).readUInt16BE(0)
  }

  #uint32(): number {
    return this.#take(4).readUInt32LE(0)
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.byteLength - this.#at) throw new Malformed('it ends too soon')
    const taken = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return taken
  }
}

/** One filter, LZMA2, is all that Django asks for. Sizes that the header repeats are not needed. */
function checkFilters(header: Buffer): void {
  const flags = header[0] ?? 0xff
  let at = 1
  for (const bit of [0x40, 0x80]) {
    if ((flags & bit) === 0) continue
    while (((header[at++] ?? 0) & 0x80) !== 0);
  }
  if ((flags & 0x3f) !== 0 || header[at] !== LZMA2 || header[at + 1] !== 1)
    throw new Malformed('its .xz data has a filter that Django does not use')
}

function propertiesOf(byte: number): LzmaProperties {
  const lc = byte % 9
  const lp = Math.floor(byte / 9) % 5
  const pb = Math.floor(byte / 45)
  if (pb > 4 || lc + lp > 4) throw broken()
  return { lc, lp, pb }
}

function broken(): Malformed {
  return new Malformed('its .xz data is broken')
}
