import { type Generations, needOf, type Stamp } from '../base/generation.ts'
import type { Entry, StoreRecord } from '../base/record.ts'
import type { Store } from '../base/store.ts'
import type { Token } from '../base/token.ts'
import { fieldsOf, NO_FIELDS } from './look.ts'

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

  /** The same, to be remembered under a text of its own. */
  keep(text: string): KnownKey {
    const kept = new KnownKey(text, this.wire, true)
    kept.#rev = this.#rev
    kept.#table = this.#table
    kept.#need = this.#need
    return kept
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

/** What a store of this process's own memory has under a key, if it is fresh and valid. */
export function judgedNow(store: Store, known: KnownKey, now: number): HandyRecord | undefined {
  const answer = store.readNow?.(known.wire, NO_FIELDS, now)
  const record = answer?.result
  const entry = record?.entry
  if (answer === undefined || entry === undefined) return undefined
  if (entry.freshUntil <= now || record?.undecodable !== undefined) return undefined
  // Each stamp that is issued moves the clock of the table.
  const { clock } = answer.generations
  if (!known.knows(entry, clock)) {
    const judged = store.readNow?.(known.wire, fieldsOf(known.wire, entry.tags), now)
    if (judged?.result?.entry !== entry || judged.generations.clock !== clock) return undefined
    known.learn(entry, clock, judged.generations)
  }
  return known.isValid(entry) ? (record as HandyRecord) : undefined
}
