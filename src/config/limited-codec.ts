import { showBytes } from '../base/bytes.ts'
import type { Codec, Copied } from '../base/codec.ts'
import { CacheError } from '../base/errors.ts'

/** Refuses values whose encoded form is larger than the alias allows: one oversized value is most often a mistake. */
export class LimitedCodec implements Codec {
  readonly name: string
  readonly #inner: Codec
  readonly #maxBytes: number

  constructor(inner: Codec, maxBytes: number) {
    this.name = inner.name
    this.#inner = inner
    this.#maxBytes = maxBytes
  }

  /** @throws {CacheError} `E_TOO_LARGE`, `E_ENCODE` */
  encode(value: unknown, key: string): Buffer {
    const payload = this.#inner.encode(value, key)
    this.#check(payload.length)
    return payload
  }

  decode(payload: Buffer, key: string): unknown {
    return this.#inner.decode(payload, key)
  }

  /** @throws {CacheError} `E_TOO_LARGE`, `E_ENCODE` */
  copy(value: unknown, freeze: boolean): Copied {
    const copied = this.#inner.copy(value, freeze)
    this.#check(copied.bytes)
    return copied
  }

  #check(bytes: number): void {
    if (bytes <= this.#maxBytes) return
    throw new CacheError(
      'E_TOO_LARGE',
      `The value takes ${showBytes(bytes)}, more than the ${showBytes(this.#maxBytes)} of 'maxValueBytes'. Cache less of it, or raise the limit for this alias.`,
    )
  }
}
