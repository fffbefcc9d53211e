import { CacheError } from '../base/errors.ts'
import { Making } from '../cache/making.ts'
import { Markers } from '../cache/markers.ts'
import type { Hole, Part } from './record.ts'

export interface ScopeTerms {
  /** The fragment in words, for messages: `'sidebar' (page.njk, line 3)`. */
  readonly label: string
  /** Names of what it varies on, reads of which are expected. */
  readonly varyOn: readonly string[]
  /** Whether a read of what is one visitor's own throws there and then. */
  readonly throws: boolean
  /** How a template says that something is rendered each time. */
  readonly remedy: string
  /** Where the code stands that reads something now, in words. */
  readonly place?: (() => string | undefined) | undefined
}

/**
 * One run of a fragment's template: its tags, its holes, and whether what it showed was one visitor's own. A hole is a marker
 * in the text until the text is split.
 */
export class FragmentScope extends Making {
  readonly tags: Set<string> = new Set()
  /** What it is made by, as it turns out while it is. */
  readonly made: Set<string> = new Set()
  readonly #terms: ScopeTerms
  readonly #holes = new Markers<Hole>()
  #refusal: string | undefined
  #place: string | undefined

  constructor(terms: ScopeTerms) {
    super()
    this.#terms = terms
  }

  /** What it showed that is one visitor's own. */
  get refusal(): string | undefined {
    return this.#refusal
  }

  /** The same, and where that was read, as far as it is known. */
  get reason(): string | undefined {
    return this.#place === undefined ? this.#refusal : `${this.#refusal} in ${this.#place}`
  }

  override add(tags: readonly string[]): void {
    for (const tag of tags) this.tags.add(tag)
  }

  override personal(what: string): void {
    this.#refuse(what)
  }

  override differs(what: string): void {
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
      `Fragment ${label} shows ${this.reason}, which is one visitor's or one request's own, and would show it to all: ${remedy}`,
      { cause },
    )
  }

  #refuse(what: string): void {
    if (this.#terms.varyOn.includes(what)) return
    if (this.#refusal === undefined) {
      this.#refusal = what
      this.#place = this.#terms.place?.()
    }
    if (this.#terms.throws) throw this.error()
  }

  /** What stands for the hole in the text. */
  hole(hole: Hole): string {
    return this.#holes.put(hole)
  }

  /**
   * The text with its holes as parts.
   *
   * @throws {CacheError} `E_TEMPLATE` when something has changed a marker, such as a filter that cuts
   */
  split(text: string): Part[] {
    const parts = this.#holes.split(text)
    if (parts !== undefined) return parts
    throw new CacheError(
      'E_TEMPLATE',
      `Fragment ${this.#terms.label}: what is rendered each time was changed after it was put in, as by a filter that cuts or makes capitals. Apply that within it.`,
    )
  }
}
