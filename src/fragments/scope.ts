import { randomBytes } from 'node:crypto'
import { CacheError } from '../base/errors.ts'
import { Making } from '../cache/making.ts'
import type { Hole, Part } from './record.ts'

/** How much of a marker is enough to know that one was cut. */
const STEM = 12

export interface ScopeTerms {
  /** The fragment in words, for messages: `'sidebar' (page.njk, line 3)`. */
  readonly label: string
  /** Names of what it varies on, reads of which are expected. */
  readonly varyOn: readonly string[]
  /** Whether a read of what is one visitor's own throws there and then. */
  readonly throws: boolean
  /** How a template says that something is rendered each time. */
  readonly remedy: string
}

/**
 * One run of a fragment's template: its tags, its holes, and whether what it showed was one visitor's own.
 *
 * A hole is a marker in the text until the text is split. Markers contain a number that is drawn for this run and never
 * leaves it, so that no content can hold one; letters and digits alone, so that no escaping changes them.
 */
export class FragmentScope extends Making {
  readonly tags: Set<string> = new Set()
  readonly #terms: ScopeTerms
  readonly #stem = `bw${randomBytes(16).toString('hex')}x`
  readonly #holes: Hole[] = []
  #refusal: string | undefined

  constructor(terms: ScopeTerms) {
    super()
    this.#terms = terms
  }

  /** What it showed that is one visitor's own. */
  get refusal(): string | undefined {
    return this.#refusal
  }

  override add(tags: readonly string[]): void {
    for (const tag of tags) this.tags.add(tag)
  }

  override personal(what: string): void {
    this.#refuse(what)
  }

  override read(what: string): void {
    this.#refuse(what)
    this.outer?.read(what)
  }

  override user(user: unknown): void {
    this.#refuse('user')
    this.outer?.user(user)
  }

  /** @returns the error that a refusal is where it is to be seen */
  error(cause?: unknown): CacheError {
    const { label, remedy } = this.#terms
    return new CacheError(
      'E_PERSONAL',
      `Fragment ${label} shows ${this.#refusal}, which is one visitor's or one request's own, and would show it to all: ${remedy}`,
      { cause },
    )
  }

  #refuse(what: string): void {
    if (this.#terms.varyOn.includes(what)) return
    this.#refusal ??= what
    if (this.#terms.throws) throw this.error()
  }

  /** What stands for the hole in the text. */
  hole(hole: Hole): string {
    this.#holes.push(hole)
    return `${this.#stem}${this.#holes.length - 1}e`
  }

  /**
   * The text with its holes as parts.
   *
   * @throws {CacheError} `E_TEMPLATE` when something has changed a marker, such as a filter that cuts
   */
  split(text: string): Part[] {
    if (this.#holes.length === 0) return [text]
    const pieces = text.split(new RegExp(`${this.#stem}(\\d+)e`))
    // With one group, texts and its matches take turns.
    const parts = pieces.map((piece, at) => {
      return at % 2 === 0 ? piece : (this.#holes[Number(piece)] as Hole)
    })
    const stem = this.#stem.slice(0, STEM)
    for (const part of parts) {
      if (typeof part !== 'string' || !part.toLowerCase().includes(stem)) continue
      throw new CacheError(
        'E_TEMPLATE',
        `Fragment ${this.#terms.label}: what is rendered each time was changed after it was put in, as by a filter that cuts or makes capitals. Apply that within it.`,
      )
    }
    return parts.filter((part) => part !== '')
  }
}
