import type { Field, Generations, Stamp } from '../../base/generation.ts'

/** A field, its stamp and its place in the Map, without the field's text. */
const FIELD_BYTES = 96
const NO_BUMPS: ReadonlyMap<Field, Stamp> = new Map()

/** The stamps of one prefix. */
export class GenerationTable {
  /** In the order of their stamps: a field that is bumped again moves to the end. */
  readonly #bumps = new Map<Field, Stamp>()
  #clock: Stamp
  #floor: Stamp
  #bytes = 0
  /** The answer when none of the fields asked for was ever bumped, which is nearly always. */
  #none: Generations

  constructor(now: number) {
    this.#clock = Math.floor(now * 1000)
    this.#floor = this.#clock
    this.#none = this.#answer(NO_BUMPS)
  }

  get bytes(): number {
    return this.#bytes
  }

  read(fields: readonly Field[]): Generations {
    if (this.#bumps.size === 0) return this.#none
    let found: Map<Field, Stamp> | undefined
    for (const field of fields) {
      const stamp = this.#bumps.get(field)
      if (stamp !== undefined) (found ??= new Map()).set(field, stamp)
    }
    return found === undefined ? this.#none : this.#answer(found)
  }

  /**
   * Grows although the clock may be set back or stand still.
   *
   * @param maxBytes beyond it the oldest half is folded into the floor: everything older than what was forgotten counts as
   * invalid, which costs misses, never staleness
   */
  bump(fields: readonly Field[], now: number, maxBytes: number): Stamp {
    this.#clock = Math.max(this.#clock + 1, Math.floor(now * 1000))
    for (const field of fields) {
      if (!this.#bumps.delete(field)) this.#bytes += weigh(field)
      this.#bumps.set(field, this.#clock)
    }
    if (this.#bytes > maxBytes) this.#forget(maxBytes / 2)
    this.#none = this.#answer(NO_BUMPS)
    return this.#clock
  }

  #forget(maxBytes: number): void {
    for (const [field, stamp] of this.#bumps) {
      if (this.#bytes <= maxBytes) return
      this.#bumps.delete(field)
      this.#bytes -= weigh(field)
      this.#floor = stamp
    }
  }

  #answer(bumps: ReadonlyMap<Field, Stamp>): Generations {
    return Object.freeze({ clock: this.#clock, floor: this.#floor, bumps })
  }
}

function weigh(field: Field): number {
  return FIELD_BYTES + 2 * field.length
}
