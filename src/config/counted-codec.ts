import type { Codec, Copied } from '../base/codec.ts'
import { isData } from '../base/key.ts'
import type { Tally } from '../cache/tally.ts'

/** The codec of a store: what it makes for the store and of what the store has is counted, in bytes. */
export class CountedCodec implements Codec {
  readonly name: string
  readonly encrypts: boolean | undefined
  readonly #inner: Codec
  readonly #tally: Tally

  constructor(inner: Codec, tally: Tally) {
    this.name = inner.name
    this.encrypts = inner.encrypts
    this.#inner = inner
    this.#tally = tally
  }

  encode(value: unknown, key: string, maxBytes?: number): Buffer {
    const payload = this.#inner.encode(value, key, maxBytes)
    if (isData(key)) this.#tally.wrote(key, payload.length)
    return payload
  }

  decode(payload: Buffer, key: string, maxBytes?: number): unknown {
    if (isData(key)) this.#tally.bytesRead += payload.length
    return this.#inner.decode(payload, key, maxBytes)
  }

  copy(value: unknown, freeze: boolean, key?: string): Copied {
    const copied = this.#inner.copy(value, freeze)
    if (key !== undefined && isData(key)) this.#tally.wrote(key, copied.bytes)
    return copied
  }
}
