import { AsyncLocalStorage } from 'node:async_hooks'
import { hash, randomBytes } from 'node:crypto'
import { currentMaking } from './making.ts'

/** How much of a marker is enough to know that one was cut. */
const STEM = 12
/** Of the number in a marker. */
const MOST_DIGITS = 9
/** By which this process knows a marker of its own wherever it turns up, and takes no other text for one. */
const SECRET = randomBytes(16).toString('hex')
/** The number of a rendering, and its seal. */
const MARKER = /bw([\da-f]{16})([\da-f]{16})x\d/g

/** The characters of the shortest one. */
const SHORTEST = 36

const among = new AsyncLocalStorage<true>()
let isAnyMade = false

/**
 * Stand-ins in a rendered text for what is put there later. They contain a number that is drawn for this one rendering and
 * never leaves it, so that no content can hold one; letters and digits alone, so that no escaping changes them.
 */
export class Markers<T> {
  readonly #kept: T[] = []
  #own: string | undefined

  /** Drawn when it is first needed: most renderings have nothing that is put in later. */
  get #stem(): string {
    return (this.#own ??= stemOf(randomBytes(8).toString('hex')))
  }

  /** How many there are. */
  get size(): number {
    return this.#kept.length
  }

  /** @returns what stands for `value` in the text */
  put(value: T): string {
    this.#kept.push(value)
    isAnyMade = true
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

/** Whether a text contains a stand-in, of whatever rendering of this process. */
export function hasMarker(text: string): boolean {
  if (text.length < SHORTEST || !isAnyMade || !text.includes('bw')) return false
  for (const [, drawn = '', seal] of text.matchAll(MARKER)) if (sealOf(drawn) === seal) return true
  return false
}

/** Runs `act`, and what it starts, as a rendering whose text has stand-ins until it has ended. */
export function amongMarkers<T>(act: () => T): T {
  return among.run(true, act)
}

/**
 * Whether the running code may have been given a text with stand-ins. A process that renders no holes has none.
 *
 * @param isOfAnyone it is not known for whom this code runs
 */
export function mayHaveMarkers(isOfAnyone: boolean): boolean {
  if (!isAnyMade) return false
  return isOfAnyone || currentMaking() !== undefined || among.getStore() === true
}

function stemOf(drawn: string): string {
  return `bw${drawn}${sealOf(drawn)}x`
}

function sealOf(drawn: string): string {
  return hash('sha256', SECRET + drawn).slice(0, 16)
}
