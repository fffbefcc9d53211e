// The range coder of LZMA, as its specification defines it: bits with probabilities that learn.
import { Malformed } from '../../codec/malformed.ts'

const TOP = 0x0100_0000
const MODEL_BITS = 11
const MOVE_BITS = 5
const EVEN = 1 << (MODEL_BITS - 1)

/** Probabilities that know nothing yet. */
export function evenOdds(count: number): Uint16Array {
  return new Uint16Array(count).fill(EVEN)
}

export class RangeDecoder {
  readonly #bytes: Buffer
  #at = 5
  #range = 0xffff_ffff
  #code: number

  constructor(bytes: Buffer) {
    if (bytes.byteLength < 5 || bytes[0] !== 0) throw new Malformed('its LZMA data is broken')
    this.#bytes = bytes
    this.#code = bytes.readUInt32BE(1)
  }

  /** Everything was read, and nothing is left over. */
  get finished(): boolean {
    return this.#at === this.#bytes.byteLength && this.#code === 0
  }

  bit(odds: Uint16Array, index: number): 0 | 1 {
    const chance = odds[index] as number
    const bound = (this.#range >>> MODEL_BITS) * chance
    let bit: 0 | 1
    if (this.#code < bound) {
      this.#range = bound
      odds[index] = chance + (((1 << MODEL_BITS) - chance) >> MOVE_BITS)
      bit = 0
    } else {
      this.#code -= bound
      this.#range -= bound
      odds[index] = chance - (chance >> MOVE_BITS)
      bit = 1
    }
    this.#normalize()
    return bit
  }

  /** Bits whose odds are even, the highest first. */
  direct(count: number): number {
    let value = 0
    for (let left = count; left > 0; left--) {
      this.#range >>>= 1
      const bit = this.#code >= this.#range ? 1 : 0
      if (bit === 1) this.#code -= this.#range
      value = value * 2 + bit
      this.#normalize()
    }
    return value
  }

  /** A number of `bits` bits, the highest first, by the odds of a tree that begins at `start`. */
  tree(odds: Uint16Array, start: number, bits: number): number {
    let node = 1
    for (let left = bits; left > 0; left--) node = (node << 1) | this.bit(odds, start + node)
    return node - (1 << bits)
  }

  /** The same, the lowest first. */
  reverseTree(odds: Uint16Array, start: number, bits: number): number {
    let node = 1
    let value = 0
    for (let place = 0; place < bits; place++) {
      const bit = this.bit(odds, start + node)
      node = (node << 1) | bit
      value |= bit << place
    }
    return value
  }

  #normalize(): void {
    if (this.#range >= TOP) return
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new Malformed('its LZMA data ends too soon')
    this.#range = (this.#range << 8) >>> 0
    this.#code = ((this.#code << 8) | byte) >>> 0
  }
}
