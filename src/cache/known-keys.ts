import { KnownKey } from '../tiers/known-key.ts'

/** So many, or so long in all, and those that were not asked for since there were as many before are forgotten: 4 MB at most. */
const MOST_KEYS = 10_000
const MOST_CHARS = 500_000

/**
 * Wire keys by the text of the key, of values that were at hand. Making a wire key costs more than all the rest of such a
 * read. Only of what was there: a flood of keys that lead nowhere drives nothing out.
 */
export class KnownKeys {
  #young = new Map<string, KnownKey>()
  #old = new Map<string, KnownKey>()
  #chars = 0

  of(text: string): KnownKey | undefined {
    return this.#young.get(text) ?? (this.#old.size === 0 ? undefined : this.#again(text))
  }

  /** Its value was at hand. */
  keep({ text, wire }: KnownKey): void {
    // A copy: a text that was cut out of a longer one would keep the whole of that.
    this.#put(new KnownKey(Buffer.from(text, 'utf16le').toString('utf16le'), wire, true))
  }

  #again(text: string): KnownKey | undefined {
    const known = this.#old.get(text)
    if (known !== undefined) this.#put(known)
    return known
  }

  #put(known: KnownKey): void {
    if (this.#young.size >= MOST_KEYS || this.#chars >= MOST_CHARS) {
      this.#old = this.#young
      this.#young = new Map()
      this.#chars = 0
    }
    this.#young.set(known.text, known)
    this.#chars += known.text.length
  }
}
