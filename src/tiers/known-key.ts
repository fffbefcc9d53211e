import { type Generations, needOf, type Stamp } from '../base/generation.ts'
import type { Entry, StoreRecord } from '../base/record.ts'
import type { Token } from '../base/token.ts'
import { fieldsOf } from './look.ts'

/** A record that holds a value. */
export interface HandyRecord extends StoreRecord {
  readonly entry: Entry
}

/**
 * A key that is asked for again and again: its wire key, and how its value was judged last. While no stamp was issued since,
 * and it is still the same value, there is nothing to judge.
 */
export class KnownKey {
  /** As the caller wrote it. */
  readonly text: string
  readonly wire: string
  /** It is remembered. */
  readonly isKept: boolean
  /** Which value was judged, and so with which tags. */
  #rev: Token | undefined = undefined
  /** By which stamps: a number that is another one once any of them has changed. */
  #table = -1
  /** The oldest stamp that was valid by these. */
  #need: Stamp = 0

  constructor(text: string, wire: string, isKept = false) {
    this.text = text
    this.wire = wire
    this.isKept = isKept
  }

  /** Whether it was this value that was judged, by these stamps. */
  knows(entry: Entry, table: number): boolean {
    return table === this.#table && entry.rev === this.#rev
  }

  /** By the stamps that it knows. */
  isValid(entry: Entry): boolean {
    return entry.stamp >= this.#need
  }

  /** @param generations with the stamps of all that the entry belongs to */
  learn(entry: Entry, table: number, generations: Generations): void {
    this.#need = needOf(generations, fieldsOf(this.wire, entry.tags))
    this.#rev = entry.rev
    this.#table = table
  }
}
