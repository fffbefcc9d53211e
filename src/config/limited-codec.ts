import type { Codec, Copied } from '../base/codec.ts'
import { CacheError } from '../base/errors.ts'
import { tooLarge } from '../codec/too-large.ts'

/** What encryption and a header add to a value that is just small enough. */
const OVERHEAD = 64

/** Refuses values whose encoded form is larger than the alias allows: one oversized value is most often a mistake. */
export class LimitedCodec implements Codec {
  readonly name: string
  readonly encrypts: boolean
  readonly #inner: Codec
  readonly #maxBytes: number

  constructor(inner: Codec, maxBytes: number) {
    this.name = inner.name
    this.encrypts = inner.encrypts === true
    this.#inner = inner
    this.#maxBytes = maxBytes
  }

  /** @throws {CacheError} `E_TOO_LARGE`, `E_ENCODE` */
  encode(value: unknown, key: string): Buffer {
    const payload = this.#inner.encode(value, key, this.#maxBytes)
    this.#check(payload.length - OVERHEAD)
    return payload
  }

  /** @throws {CacheError} `E_DECODE`, also for what is larger than the alias allows: others may have written it */
  decode(payload: Buffer, key: string): unknown {
    if (payload.length - OVERHEAD > this.#maxBytes) {
      const { message } = tooLarge(payload.length, this.#maxBytes)
      throw new CacheError('E_DECODE', `A stored value counts as a miss: ${message}`)
    }
    return this.#inner.decode(payload, key, this.#maxBytes)
  }

  /** @throws {CacheError} `E_TOO_LARGE`, `E_ENCODE` */
  copy(value: unknown, freeze: boolean): Copied {
    const copied = this.#inner.copy(value, freeze)
    this.#check(copied.bytes)
    return copied
  }

  #check(bytes: number): void {
    if (bytes > this.#maxBytes) throw tooLarge(bytes, this.#maxBytes)
  }
}
