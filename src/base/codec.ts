/** Turns values into bytes and back. What it cannot carry exactly it refuses; it never loses anything silently. */
export interface Codec {
  /** For messages and statistics. */
  readonly name: string
  /** What it writes can be read only by who has the key. Default false. An alias that is `sensitive` asks for true. */
  readonly encrypts?: boolean | undefined
  /**
   * The payload of a value: one byte that names its form, then the value. An integer is its decimal text, so that a store
   * can increment it. A codec of your own takes a first byte that `docs/codecs.md` does not list.
   *
   * @param key the wire key, which an encrypting codec binds the payload to
   * @param maxBytes the alias's `maxValueBytes`, which holds before compression too, so that what is written can be read
   * @throws {CacheError} `E_ENCODE` naming the path of what cannot be carried, `E_TOO_LARGE`
   */
  encode(value: unknown, key: string, maxBytes?: number): Buffer
  /**
   * @param maxBytes the most that may be made of compressed bytes. Default 64 MiB
   * @throws {CacheError} `E_DECODE` for bytes that it did not make; the caller counts a miss
   */
  decode(payload: Buffer, key: string, maxBytes?: number): unknown
  /**
   * An independent copy, equal to what `decode(encode(value))` gives, for stores that keep values and not bytes.
   *
   * @param freeze deep-freezes the copy, as far as its parts can be frozen (a Date, Map, Set or Buffer cannot)
   * @param key the wire key, of a copy that is to be kept under it
   * @throws {CacheError} `E_ENCODE` for exactly the values that `encode` refuses
   */
  copy(value: unknown, freeze: boolean, key?: string): Copied
}

export interface Copied {
  readonly value: unknown
  /** Approximate size in memory. */
  readonly bytes: number
  /** No part of it can be changed by whoever holds it: it may be handed out without another copy. */
  readonly shareable: boolean
}
