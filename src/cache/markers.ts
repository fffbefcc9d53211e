import { randomBytes } from 'node:crypto'

/** How much of a marker is enough to know that one was cut. */
const STEM = 12
/** Of the number in a marker. */
const MOST_DIGITS = 9

/**
 * Stand-ins in a rendered text for what is put there later. They contain a number that is drawn for this one rendering and
 * never leaves it, so that no content can hold one; letters and digits alone, so that no escaping changes them.
 */
export class Markers<T> {
  readonly #stem = `bw${randomBytes(16).toString('hex')}x`
  readonly #kept: T[] = []

  /** How many there are. */
  get size(): number {
    return this.#kept.length
  }

  /** @returns what stands for `value` in the text */
  put(value: T): string {
    this.#kept.push(value)
    return `${this.#stem}${this.#kept.length - 1}e`
  }

  /**
   * Text and what was put into it, in order; `undefined` when something has changed a marker, such as a filter that cuts.
   *
   * @param text of bytes, where it is one: a character for each, as `latin1` reads them
   */
  split(text: string): (string | T)[] | undefined {
    if (this.#kept.length === 0) return [text]
    // With one group, texts and its matches take turns.
    const pieces = text.split(new RegExp(`${this.#stem}(\\d{1,${MOST_DIGITS}})e`))
    const stem = this.#stem.slice(0, STEM)
    const parts: (string | T)[] = []
    for (const [at, piece] of pieces.entries()) {
      if (at % 2 === 1) {
        const index = Number(piece)
        if (index >= this.#kept.length) return undefined
        parts.push(this.#kept[index] as T)
      } else if (piece.toLowerCase().includes(stem)) return undefined
      else if (piece !== '') parts.push(piece)
    }
    return parts
  }

  /** How many characters at the end of a text may be the beginning of a marker that goes on in the next one. */
  openEnd(text: string): number {
    const longest = Math.min(text.length, this.#stem.length + MOST_DIGITS)
    for (let length = longest; length > 0; length--) {
      const end = text.slice(-length)
      const isBegun = end.length <= this.#stem.length && this.#stem.startsWith(end)
      if (isBegun || (end.startsWith(this.#stem) && /^\d*$/.test(end.slice(this.#stem.length)))) {
        return length
      }
    }
    return 0
  }
}
