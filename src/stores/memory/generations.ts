import type { Field, Generations, Stamp } from '../../base/generation.ts'

/** Fields remembered per prefix, some 10 MB. Beyond it the oldest half is folded into the floor: misses, never staleness. */
const MAX_FIELDS = 100_000

const NO_BUMPS: ReadonlyMap<Field, Stamp> = new Map()

/** The stamps of one prefix. */
export class GenerationTable {
  #clock: Stamp
  #floor: Stamp
  /** In the order of their stamps: a field that is bumped again moves to the end. */
  readonly #bumps = new Map<Field, Stamp>()

  constructor(now: number) {
    this.#clock = now * 1000
    this.#floor = this.#clock
  }

  read(fields: readonly Field[]): Generations {
    let bumps: Map<Field, Stamp> | undefined
    if (this.#bumps.size > 0) {
      for (const field of fields) {
        const stamp = this.#bumps.get(field)
        if (stamp !== undefined) (bumps ??= new Map()).set(field, stamp)
      }
    }
    return { clock: this.#clock, floor: this.#floor, bumps: bumps ?? NO_BUMPS }
  }

  /** Grows although the clock may be set back or stand still. */
  bump(fields: readonly Field[], now: number): Stamp {
    this.#clock = Math.max(this.#clock + 1, Math.floor(now * 1000))
    for (const field of fields) {
      this.#bumps.delete(field)
      this.#bumps.set(field, this.#clock)
    }
    if (this.#bumps.size > MAX_FIELDS) this.#forgetOldest()
    return this.#clock
  }

  #forgetOldest(): void {
    let left = MAX_FIELDS / 2
    for (const [field, stamp] of this.#bumps) {
      if (left-- <= 0) return
      this.#bumps.delete(field)
      this.#floor = stamp
    }
  }
}
