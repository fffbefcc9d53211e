import { type Field, type Generations, needOf, type Stamp } from '../../base/generation.ts'
import { fieldsOf } from '../look.ts'

/** Fields whose stamps are remembered. */
const MAX_FIELDS = 10_000
const NO_STAMP: Stamp = 0

/** The stamps that the log of invalidations has brought. */
export class LearnedStamps {
  readonly #bumps = new Map<Field, Stamp>()
  #newest: Stamp = NO_STAMP
  #changes = 0

  /** How often stamps came or went. */
  get changes(): number {
    return this.#changes
  }

  /** The newest that anybody told of. */
  get newest(): Stamp {
    return this.#newest
  }

  get all(): Generations {
    return { clock: this.#newest, floor: NO_STAMP, bumps: this.#bumps }
  }

  saw(clock: Stamp): void {
    if (clock > this.#newest) this.#newest = clock
  }

  /** @returns false when there are more than are remembered: then they are to be forgotten, and the copies with them */
  learn(fields: readonly Field[], stamp: Stamp): boolean {
    if (fields.length === 0) return true
    this.#changes++
    this.saw(stamp)
    for (const field of fields)
      this.#bumps.set(field, Math.max(stamp, this.#bumps.get(field) ?? NO_STAMP))
    return this.#bumps.size <= MAX_FIELDS
  }

  forget(): void {
    this.#changes++
    this.#bumps.clear()
  }

  needOf(key: string, tags: readonly string[]): Stamp {
    return this.#bumps.size === 0 ? NO_STAMP : needOf(this.all, fieldsOf(key, tags))
  }
}
