/** Turns values into bytes and back. What it cannot carry exactly it refuses; it never loses anything silently. */
export interface Codec {
  readonly name: string
  /**
   * The payload of a value: one byte that names its form, then the value. An integer is its decimal text, so that a store
   * can increment it.
   *
   * @param key the wire key, which an encrypting codec binds the payload to
   * @throws {CacheError} `E_ENCODE` naming the path of what cannot be carried
   */
  encode(value: unknown, key: string): Buffer
  /** @throws {CacheError} `E_DECODE` for bytes that it did not make; the caller counts a miss */
  decode(payload: Buffer, key: string): unknown
  /**
   * An independent copy, equal to what `decode(encode(value))` gives, and its approximate size in bytes; for stores that
   * keep values and not bytes.
   *
   * @throws {CacheError} `E_ENCODE` for exactly the values that `encode` refuses
   */
  copy(value: unknown): { readonly value: unknown; readonly bytes: number }
}
