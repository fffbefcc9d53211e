import { randomBytes } from 'node:crypto'

/** How much of a marker is enough to know that one was cut. */
const STEM = 12

/**
 * Stand-ins in a rendered text for what is put there later. They contain a number that is drawn for this one rendering and
 * never leaves it, so that no content can hold one; letters and digits alone, so that no escaping changes them.
 */
export class Markers<T> {
  readonly #stem = `bw${randomBytes(16).toString('hex')}x`
  readonly #kept: T[] = []

  /** @returns what stands for `value` in the text */
  put(value: T): string {
    this.#kept.push(value)
    return `${this.#stem}${this.#kept.length - 1}e`
  }

  /** Text and what was put into it, in order; `undefined` when something has changed a marker, such as a filter that cuts. */
  split(text: string): (string | T)[] | undefined {
    if (this.#kept.length === 0) return [text]
    // With one group, texts and its matches take turns.
    const pieces = text.split(new RegExp(`${this.#stem}(\\d+)e`))
    const stem = this.#stem.slice(0, STEM)
    const parts: (string | T)[] = []
    for (const [at, piece] of pieces.entries()) {
      if (at % 2 === 1) parts.push(this.#kept[Number(piece)] as T)
      else if (piece.toLowerCase().includes(stem)) return undefined
      else if (piece !== '') parts.push(piece)
    }
    return parts
  }
}
