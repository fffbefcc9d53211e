import { Malformed, textOf, undecodable } from '../../codec/malformed.ts'
import { shortest } from '../pickle/numbers.ts'
import { MAX_DEPTH } from '../values/place.ts'

/**
 * Reads MessagePack as Python's msgpack writes it by default: bin is a Buffer, a map an object (a Map when a key is bytes), an
 * integer beyond 2^53 a bigint. Extensions are refused.
 *
 * @throws {CacheError} `E_DECODE`
 */
export function readMsgpack(bytes: Uint8Array): unknown {
  try {
    return new MsgpackReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).whole()
  } catch (error) {
    throw undecodable(bytes, error)
  }
}

class MsgpackReader {
  readonly #bytes: Buffer
  #at = 0
  #depth = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  whole(): unknown {
    const value = this.#value()
    if (this.#at < this.#bytes.byteLength)
      throw new Malformed('it does not end where its value does')
    return value
  }

  #value(): unknown {
    const token = this.#uint(1)
    if (token < 0x80) return token
    if (token >= 0xe0) return token - 256
    if (token < 0x90) return this.#map(token - 0x80)
    if (token < 0xa0) return this.#list(token - 0x90)
    if (token < 0xc0) return textOf(this.#take(token - 0xa0))
    return this.#long(token)
  }

  #long(token: number): unknown {
    switch (token) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return Buffer.from(this.#take(this.#uint(sizeOf(token - 0xc4))))
      case 0xca:
        return this.#take(4).readFloatBE(0)
      case 0xcb:
        return this.#take(8).readDoubleBE(0)
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(sizeOf(token - 0xcc))
      case 0xcf:
        return shortest(this.#take(8).readBigUInt64BE(0))
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const size = sizeOf(token - 0xd0)
        return this.#take(size).readIntBE(0, size)
      }
      case 0xd3:
        return shortest(this.#take(8).readBigInt64BE(0))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return textOf(this.#take(this.#uint(sizeOf(token - 0xd9))))
      case 0xdc:
      case 0xdd:
        return this.#list(this.#uint(sizeOf(token - 0xdb)))
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(sizeOf(token - 0xdd)))
      default:
        throw new Malformed('it has an extension of MessagePack, which is refused')
    }
  }

  #list(length: number): unknown[] {
    this.#enter(length)
    const items: unknown[] = []
    for (let index = 0; index < length; index++) items.push(this.#value())
    this.#depth--
    return items
  }

  #map(length: number): unknown {
    this.#enter(2 * length)
    const entries: [unknown, unknown][] = []
    let named = true
    for (let index = 0; index < length; index++) {
      const key = this.#value()
      if (typeof key !== 'string') {
        if (!Buffer.isBuffer(key))
          throw new Malformed('it has a key that is neither text nor bytes')
        named = false
      }
      entries.push([key, this.#value()])
    }
    this.#depth--
    return named ? Object.fromEntries(entries as [string, unknown][]) : new Map(entries)
  }

  /** Each element takes a byte at least, so a length cannot ask for memory out of proportion. */
  #enter(elements: number): void {
    if (elements > this.#bytes.byteLength - this.#at) throw new Malformed('it ends too soon')
    if (++this.#depth > MAX_DEPTH)
      throw new Malformed(`it is nested deeper than ${MAX_DEPTH} levels`)
  }

  #uint(size: 1 | 2 | 4): number {
    return this.#take(size).readUIntBE(0, size)
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.byteLength - this.#at) throw new Malformed('it ends too soon')
    const taken = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return taken
  }
}

function sizeOf(step: number): 1 | 2 | 4 {
  return step === 0 ? 1 : step === 1 ? 2 : 4
}
