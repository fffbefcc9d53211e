import { tooLarge } from '../../codec/too-large.ts'

const FIRST_ROOM = 256

/** Bytes under construction, up to a bound. */
export class Sink {
  #bytes = Buffer.allocUnsafe(FIRST_ROOM)
  #length = 0
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @returns where to write; @throws {CacheError} `E_TOO_LARGE` */
  #room(bytes: number): number {
    const at = this.#length
    const needed = at + bytes
    if (needed > this.#maxBytes) throw tooLarge(needed, this.#maxBytes)
    if (needed > this.#bytes.byteLength) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.byteLength * 2))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
    }
    this.#length = needed
    return at
  }

  byte(byte: number): void {
    const at = this.#room(1)
    this.#bytes[at] = byte
  }

  uintLE(value: number, bytes: number): void {
    const at = this.#room(bytes)
    this.#bytes.writeUIntLE(value, at, bytes)
  }

  uintBE(value: number, bytes: number): void {
    const at = this.#room(bytes)
    this.#bytes.writeUIntBE(value, at, bytes)
  }

  int32LE(value: number): void {
    const at = this.#room(4)
    this.#bytes.writeInt32LE(value, at)
  }

  int64BE(value: bigint): void {
    const at = this.#room(8)
    this.#bytes.writeBigUInt64BE(BigInt.asUintN(64, value), at)
  }

  float64BE(value: number): void {
    const at = this.#room(8)
    this.#bytes.writeDoubleBE(value, at)
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#room(bytes.byteLength)
    this.#bytes.set(bytes, at)
  }

  /** Texts as UTF-8. */
  text(text: string): void {
    this.bytes(Buffer.from(text))
  }

  /** What was written, sharing memory with nothing. */
  done(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length))
  }
}
