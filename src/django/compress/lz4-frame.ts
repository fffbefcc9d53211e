// LZ4 frames, as their format description defines them: what Python's lz4.frame reads and writes.
import { Malformed } from '../../codec/malformed.ts'
import { packBlock, unpackBlock } from './lz4-block.ts'
import { xxh32 } from './xxh32.ts'

const MAGIC = 0x184d_2204
const VERSION = 0x40
const INDEPENDENT = 0x20
const BLOCK_CHECKSUM = 0x10
const CONTENT_SIZE = 0x08
const CONTENT_CHECKSUM = 0x04
const DICTIONARY = 0x01
/** In a block's length: it is stored as it is. */
const STORED = 0x8000_0000
/** Blocks of at most 64 KiB. */
const BLOCK_CODE = 4
const BLOCK_BYTES = 64 * 1024
const FIRST_ROOM = 64 * 1024
/** A byte of an LZ4 block stands for 255 at most. */
const MOST_RATIO = 255

/** @throws {Malformed} also when more than `maxBytes` would come out */
export function unpackFrame(frame: Buffer, maxBytes: number): Buffer {
  return new FrameReader(frame, maxBytes).run()
}

class FrameReader {
  readonly #frame: Buffer
  readonly #maxBytes: number
  #at = 0

  constructor(frame: Buffer, maxBytes: number) {
    this.#frame = frame
    this.#maxBytes = maxBytes
  }

  run(): Buffer {
    if (this.#uint32() !== MAGIC) throw new Malformed('it is no LZ4 frame')
    const start = this.#at
    const [flags = 0, descriptor = 0] = this.#take(2)
    if ((flags & 0xc0) !== VERSION || (flags & DICTIONARY) !== 0)
      throw new Malformed('its LZ4 frame is of a kind that Django does not write')
    const said = (flags & CONTENT_SIZE) === 0 ? undefined : this.#take(8).readBigUInt64LE(0)
    const header = this.#frame.subarray(start, this.#at)
    if (((xxh32(header) >> 8) & 0xff) !== this.#take(1)[0])
      throw new Malformed('the header of its LZ4 frame is damaged')
    if (said !== undefined && said > BigInt(this.#maxBytes)) throw tooMuch(this.#maxBytes)
    // Nor room for what a frame this short cannot hold.
    if (said !== undefined && said > BigInt(MOST_RATIO * this.#frame.byteLength))
      throw new Malformed('it is of another length than it says')

    const out = this.#blocks(flags, blockBytesOf(descriptor), said)
    if (said !== undefined && said !== BigInt(out.byteLength))
      throw new Malformed('it is of another length than it says')
    if ((flags & CONTENT_CHECKSUM) !== 0 && this.#uint32() !== xxh32(out))
      throw new Malformed('its LZ4 frame is damaged')
    if (this.#at !== this.#frame.byteLength)
      throw new Malformed('it does not end where its LZ4 frame does')
    return out
  }

  #blocks(flags: number, most: number, said: bigint | undefined): Buffer {
    // A frame that does not say how long it is unpacked gets room as it needs it.
    let out: Buffer = Buffer.alloc(Number(said ?? BigInt(Math.min(FIRST_ROOM, this.#maxBytes))))
    let end = 0
    for (;;) {
      const length = this.#uint32()
      if (length === 0) return out.subarray(0, end)
      const block = this.#take(length & 0x7fff_ffff)
      if ((flags & BLOCK_CHECKSUM) !== 0 && this.#uint32() !== xxh32(block))
        throw new Malformed('its LZ4 frame is damaged')
      if (said === undefined && out.byteLength - end < most) {
        const room = Math.min(this.#maxBytes, Math.max(2 * out.byteLength, end + most))
        out = Buffer.concat([out.subarray(0, end)], room)
      }
      const before = end
      if ((length & STORED) === 0) {
        const alone = (flags & INDEPENDENT) !== 0
        end = alone ? end + unpackBlock(block, out.subarray(end), 0) : unpackBlock(block, out, end)
      } else {
        if (block.byteLength > out.byteLength - end) throw tooMuch(this.#maxBytes)
        block.copy(out, end)
        end += block.byteLength
      }
      if (end - before > most) throw new Malformed('a block of its LZ4 frame is too long')
    }
  }

  #uint32(): number {
    return this.#take(4).readUInt32LE(0)
  }

  #take(length: number): Buffer {
    if (length > this.#frame.byteLength - this.#at) throw new Malformed('it ends too soon')
    const taken = this.#frame.subarray(this.#at, this.#at + length)
    this.#at += length
    return taken
  }
}

/** A frame of independent blocks that says how long it is unpacked: what Python's lz4.frame writes. */
export function packFrame(bytes: Buffer): Buffer {
  const header = Buffer.alloc(15)
  header.writeUInt32LE(MAGIC, 0)
  header[4] = VERSION | INDEPENDENT | CONTENT_SIZE
  header[5] = BLOCK_CODE << 4
  header.writeBigUInt64LE(BigInt(bytes.byteLength), 6)
  header[14] = (xxh32(header.subarray(4, 14)) >> 8) & 0xff
  const parts: Buffer[] = [header]
  for (let at = 0; at < bytes.byteLength; at += BLOCK_BYTES) {
    const plain = bytes.subarray(at, at + BLOCK_BYTES)
    const packed = packBlock(plain)
    const stored = packed.byteLength >= plain.byteLength
    const block = stored ? plain : packed
    const length = Buffer.alloc(4)
    length.writeUInt32LE(stored ? (block.byteLength | STORED) >>> 0 : block.byteLength)
    parts.push(length, block)
  }
  parts.push(Buffer.alloc(4))
  return Buffer.concat(parts)
}

function blockBytesOf(descriptor: number): number {
  const code = (descriptor >> 4) & 7
  if (code < 4) throw new Malformed('its LZ4 frame has blocks of an unknown size')
  return 1 << (8 + 2 * code)
}

function tooMuch(maxBytes: number): Malformed {
  return new Malformed(`it would take more than the ${maxBytes} bytes that are allowed`)
}
