import type { Field, Generations, Stamp } from '../../base/generation.ts'
import type { Token } from '../../base/token.ts'

/** A field, its stamp and its place in the Map, without the field's text. */
const FIELD_BYTES = 96
/** A token, its end and their place in a Map. */
const INTENT_BYTES = 160
const NO_BUMPS: ReadonlyMap<Field, Stamp> = new Map()

/** The stamps of one prefix. */
export class GenerationTable {
  /** In the order of their stamps: a field that is bumped again moves to the end. */
  readonly #bumps = new Map<Field, Stamp>()
  /** When the intents of a field end, in milliseconds, by their tokens. Few: those of transactions that are running. */
  readonly #intents = new Map<Field, Map<Token, number>>()
  /** Nothing has to be looked for before it. */
  #nextEnd = Infinity
  readonly #weigh: (change: number) => void
  #clock: Stamp
  #floor: Stamp
  #bytes = 0
  /** The answer when none of the fields asked for was ever bumped, which is nearly always. */
  #none: Generations

  /** @param weigh told when the table grows or shrinks, in bytes */
  constructor(now: number, weigh: (change: number) => void) {
    this.#clock = Math.floor(now * 1000)
    this.#floor = this.#clock
    this.#weigh = weigh
    this.#none = this.#answer(NO_BUMPS)
  }

  read(fields: readonly Field[], now: number): Generations {
    this.#settle(now)
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
   * @param intent goes from the fields that are bumped
   */
  bump(fields: readonly Field[], now: number, maxBytes: number, intent?: Token): Stamp {
    this.#settle(now)
    if (intent !== undefined) this.#drop(fields, intent)
    this.#issue(now)
    for (const field of fields) this.#set(field, this.#clock)
    if (this.#bytes > maxBytes) this.#forget(maxBytes / 2)
    this.#none = this.#answer(NO_BUMPS)
    return this.#clock
  }

  intend(fields: readonly Field[], token: Token, forMs: number, now: number): void {
    this.#settle(now)
    this.#drop(fields, token)
    const end = now + forMs
    for (const field of new Set(fields)) {
      const intents = this.#intents.get(field) ?? new Map<Token, number>()
      this.#intents.set(field, intents)
      intents.set(token, end)
      this.#weigh(INTENT_BYTES)
    }
    this.#nextEnd = Math.min(this.#nextEnd, end)
  }

  withdraw(fields: readonly Field[], token: Token, now: number): void {
    this.#settle(now)
    this.#drop(fields, token)
  }

  /**
   * Intents that are over become bumps, with a new stamp: newer than whatever was loaded while they stood, also when the clock
   * was set back.
   */
  #settle(now: number): void {
    if (now < this.#nextEnd) return
    this.#nextEnd = Infinity
    this.#issue(now)
    for (const [field, intents] of this.#intents) {
      for (const [token, end] of intents) {
        if (end > now) {
          this.#nextEnd = Math.min(this.#nextEnd, end)
          continue
        }
        this.#drop([field], token)
        this.#set(field, this.#clock)
      }
    }
    this.#none = this.#answer(NO_BUMPS)
  }

  #issue(now: number): void {
    this.#clock = Math.max(this.#clock + 1, Math.floor(now * 1000))
  }

  #drop(fields: readonly Field[], token: Token): void {
    for (const field of fields) {
      const intents = this.#intents.get(field)
      if (intents?.delete(token) !== true) continue
      this.#weigh(-INTENT_BYTES)
      if (intents.size === 0) this.#intents.delete(field)
    }
  }

  #set(field: Field, stamp: Stamp): void {
    if (!this.#bumps.delete(field)) this.#grow(weightOf(field))
    this.#bumps.set(field, stamp)
  }

  #forget(maxBytes: number): void {
    for (const [field, stamp] of this.#bumps) {
      if (this.#bytes <= maxBytes) return
      this.#bumps.delete(field)
      this.#grow(-weightOf(field))
      this.#floor = stamp
    }
  }

  #grow(bytes: number): void {
    this.#bytes += bytes
    this.#weigh(bytes)
  }

  #answer(bumps: ReadonlyMap<Field, Stamp>): Generations {
    return Object.freeze({ clock: this.#clock, floor: this.#floor, bumps })
  }
}

function weightOf(field: Field): number {
  return FIELD_BYTES + 2 * field.length
}
