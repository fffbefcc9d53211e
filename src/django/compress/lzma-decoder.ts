// LZMA, as its specification defines it. The window is what has come out so far.
import { Malformed } from '../../codec/malformed.ts'
import { evenOdds, RangeDecoder } from './range-decoder.ts'

const STATES = 12
const MIN_MATCH = 2
const SLOT_BITS = 6
const FIRST_MODEL_SLOT = 4
const LAST_MODEL_SLOT = 14
const ALIGN_BITS = 4

/** How many low bits of what decide the odds: the byte before (lc), the place (lp for literals, pb for matches). */
export interface LzmaProperties {
  readonly lc: number
  readonly lp: number
  readonly pb: number
}

/** The odds of lengths: short ones by place, long ones for all. */
class LengthOdds {
  readonly #choice = evenOdds(2)
  readonly #low = evenOdds(16 << 3)
  readonly #middle = evenOdds(16 << 3)
  readonly #high = evenOdds(256)

  read(coder: RangeDecoder, place: number): number {
    if (coder.bit(this.#choice, 0) === 0) return coder.tree(this.#low, place << 3, 3)
    if (coder.bit(this.#choice, 1) === 0) return 8 + coder.tree(this.#middle, place << 3, 3)
    return 16 + coder.tree(this.#high, 0, 8)
  }
}

export class LzmaDecoder {
  readonly #properties: LzmaProperties
  readonly #isMatch = evenOdds(STATES << 4)
  readonly #isRepeat = evenOdds(STATES)
  readonly #isRepeat0 = evenOdds(STATES)
  readonly #isRepeat1 = evenOdds(STATES)
  readonly #isRepeat2 = evenOdds(STATES)
  readonly #isLong = evenOdds(STATES << 4)
  readonly #slots = evenOdds(4 << SLOT_BITS)
  readonly #distances = evenOdds(128)
  readonly #align = evenOdds(1 << ALIGN_BITS)
  readonly #literals: Uint16Array
  readonly #length = new LengthOdds()
  readonly #repeatLength = new LengthOdds()
  #state = 0
  #recent: [number, number, number, number] = [0, 0, 0, 0]

  constructor(properties: LzmaProperties) {
    this.#properties = properties
    this.#literals = evenOdds(0x300 << (properties.lc + properties.lp))
  }

  get properties(): LzmaProperties {
    return this.#properties
  }

  /**
   * Unpacks a chunk into `out`, from `start` to `end`.
   *
   * @param first where the window begins: nothing is copied from before it
   * @throws {Malformed}
   */
  unpack(chunk: Buffer, out: Buffer, start: number, end: number, first: number): void {
    const coder = new RangeDecoder(chunk)
    let at = start
    while (at < end) {
      const place = (at - first) & ((1 << this.#properties.pb) - 1)
      if (coder.bit(this.#isMatch, (this.#state << 4) + place) === 0) {
        out[at] = this.#literal(coder, out, at, first)
        at++
        continue
      }
      const length = this.#match(coder, place)
      const distance = this.#recent[0] + 1
      if (distance > at - first)
        throw new Malformed('its LZMA data copies from before its beginning')
      if (length > end - at) throw new Malformed('its LZMA data is longer than it says')
      for (let index = 0; index < length; index++, at++) out[at] = out[at - distance] as number
    }
    if (!coder.finished) throw new Malformed('its LZMA data is broken')
  }

  #literal(coder: RangeDecoder, out: Buffer, at: number, first: number): number {
    const { lc, lp } = this.#properties
    const before = at > first ? (out[at - 1] as number) : 0
    const context = (((at - first) & ((1 << lp) - 1)) << lc) + (before >> (8 - lc))
    const start = 0x300 * context
    let symbol = 1
    if (this.#state >= 7) {
      // After a match: by the byte that the match would have gone on with.
      const distance = this.#recent[0] + 1
      if (distance > at - first)
        throw new Malformed('its LZMA data copies from before its beginning')
      let guide = out[at - distance] as number
      while (symbol < 0x100) {
        const guideBit = (guide >> 7) & 1
        guide <<= 1
        const bit = coder.bit(this.#literals, start + ((1 + guideBit) << 8) + symbol)
        symbol = (symbol << 1) | bit
        if (guideBit !== bit) break
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | coder.bit(this.#literals, start + symbol)
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6
    return symbol & 0xff
  }

  /** Sets the distance. @returns the length */
  #match(coder: RangeDecoder, place: number): number {
    const state = this.#state
    const afterLiteral = state < 7
    const [a, b, c, d] = this.#recent
    if (coder.bit(this.#isRepeat, state) === 0) {
      const length = this.#length.read(coder, place)
      this.#state = afterLiteral ? 7 : 10
      this.#recent = [this.#distance(coder, Math.min(length, 3)), a, b, c]
      return length + MIN_MATCH
    }
    if (coder.bit(this.#isRepeat0, state) === 0) {
      if (coder.bit(this.#isLong, (state << 4) + place) === 0) {
        this.#state = afterLiteral ? 9 : 11
        return 1
      }
    } else if (coder.bit(this.#isRepeat1, state) === 0) this.#recent = [b, a, c, d]
    else if (coder.bit(this.#isRepeat2, state) === 0) this.#recent = [c, a, b, d]
    else this.#recent = [d, a, b, c]
    this.#state = afterLiteral ? 8 : 11
    return this.#repeatLength.read(coder, place) + MIN_MATCH
  }

  #distance(coder: RangeDecoder, lengthState: number): number {
    const slot = coder.tree(this.#slots, lengthState << SLOT_BITS, SLOT_BITS)
    if (slot < FIRST_MODEL_SLOT) return slot
    const bits = (slot >> 1) - 1
    const base = (2 | (slot & 1)) * 2 ** bits
    if (slot < LAST_MODEL_SLOT) return base + coder.reverseTree(this.#distances, base - slot, bits)
    const high = coder.direct(bits - ALIGN_BITS) * (1 << ALIGN_BITS)
    return base + high + coder.reverseTree(this.#align, 0, ALIGN_BITS)
  }
}
