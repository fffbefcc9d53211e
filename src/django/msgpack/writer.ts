import type { Container, Leaf } from '../values/kind.ts'
import { Place, type ValueWriter } from '../values/place.ts'
import { Sink } from '../values/sink.ts'

const MOST_BYTES = 64 * 1024 * 1024
const LEAST = -(2n ** 63n)
const MOST = 2n ** 64n - 1n

/**
 * Writes MessagePack as Python's msgpack does by default, without extensions. Tuples become lists.
 *
 * @param maxBytes the most that it may become. Default 64 MiB
 * @throws {CacheError} `E_ENCODE` naming the place of what has no form in it (times, decimals, UUIDs, sets, integers of more
 * than 64 bits, keys that are no text, lone surrogates), `E_TOO_LARGE`
 */
export function writeMsgpack(value: unknown, maxBytes: number = MOST_BYTES): Buffer {
  const sink = new Sink(maxBytes)
  new MsgpackWriter(sink).value(value)
  return sink.done()
}

class MsgpackWriter implements ValueWriter {
  readonly #sink: Sink
  readonly #place = new Place()

  constructor(sink: Sink) {
    this.#sink = sink
  }

  value(value: unknown): void {
    this.#place.write(value, this)
  }

  leaf(known: Leaf): void {
    const sink = this.#sink
    switch (known.kind) {
      case 'null':
        return sink.byte(0xc0)
      case 'boolean':
        return sink.byte(known.value ? 0xc3 : 0xc2)
      case 'integer':
        return this.#integer(BigInt(known.value))
      case 'float':
        sink.byte(0xcb)
        return sink.float64BE(known.value)
      case 'text':
      case 'safe':
        return this.#text(known.value)
      case 'bytes':
      case 'bytearray':
        this.#head(known.value.byteLength, undefined, [0xc4, 0xc5, 0xc6])
        return sink.bytes(known.value)
      default:
        throw this.#noForm(known.kind)
    }
  }

  container(known: Container): void {
    switch (known.kind) {
      case 'list':
      case 'tuple':
        this.#head(known.value.length, [0x90, 16], [undefined, 0xdc, 0xdd])
        for (let index = 0; index < known.value.length; index++)
          this.#place.at(index, () => this.value(known.value[index]))
        return
      case 'dict':
        this.#head(known.value.length, [0x80, 16], [undefined, 0xde, 0xdf])
        for (const [key, item] of known.value) {
          this.#place.at(key, () => {
            // Python's reader takes no other keys.
            if (typeof key !== 'string')
              throw this.#place.refusal('under a key that is no text', "Use 'pickle'.")
            this.#text(key)
            this.value(item)
          })
        }
        return
      case 'set':
      case 'frozenset':
        throw this.#noForm(known.kind)
    }
  }

  #text(text: string): void {
    if (!text.isWellFormed())
      throw this.#place.refusal('a text with half of a surrogate pair', "Use 'pickle'.")
    const bytes = Buffer.from(text)
    this.#head(bytes.byteLength, [0xa0, 32], [0xd9, 0xda, 0xdb])
    this.#sink.bytes(bytes)
  }

  #integer(integer: bigint): void {
    const sink = this.#sink
    const number = Number(integer)
    if (integer < LEAST || integer > MOST)
      throw this.#place.refusal('an integer of more than 64 bits', "Use 'pickle' or 'json'.")
    if (number >= 0 && number < 0x80) sink.byte(number)
    else if (number < 0 && number >= -32) sink.byte(number + 256)
    else if (number >= 0 && number <= 0xff) this.#number(0xcc, number, 1)
    else if (number >= 0 && number <= 0xffff) this.#number(0xcd, number, 2)
    else if (number >= 0 && number <= 0xffff_ffff) this.#number(0xce, number, 4)
    else if (number < 0 && number >= -0x80) this.#number(0xd0, number & 0xff, 1)
    else if (number < 0 && number >= -0x8000) this.#number(0xd1, number & 0xffff, 2)
    else if (number < 0 && number >= -0x8000_0000) this.#number(0xd2, number >>> 0, 4)
    else {
      sink.byte(integer < 0n ? 0xd3 : 0xcf)
      sink.int64BE(integer)
    }
  }

  #number(token: number, value: number, bytes: number): void {
    this.#sink.byte(token)
    this.#sink.uintBE(value, bytes)
  }

  /** What says how long something is: in its own byte below a bound, otherwise in the 1, 2 or 4 bytes after a token. */
  #head(
    length: number,
    short: readonly [token: number, below: number] | undefined,
    tokens: readonly [number | undefined, number, number],
  ): void {
    const [one, two, four] = tokens
    if (short !== undefined && length < short[1]) this.#sink.byte(short[0] + length)
    else if (one !== undefined && length < 0x100) this.#number(one, length, 1)
    else if (length < 0x1_0000) this.#number(two, length, 2)
    else this.#number(four, length, 4)
  }

  #noForm(kind: string): Error {
    return this.#place.refusal(`a ${kind}, which MessagePack has no form for`, "Use 'pickle'.")
  }
}
