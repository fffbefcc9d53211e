import type { Clock } from '../base/clock.ts'
import type { Field } from '../base/generation.ts'
import type { Token } from '../base/token.ts'

/** Keys and fields remembered. Beyond it all are remembered as one: everything under the prefix. */
const CAPACITY = 10_000

interface Item {
  readonly key?: string
  readonly field?: Field
  readonly at: number
  /**
   * `sent`: the store has been asked. `applied`: it has said that it is done. `due`: it was not reached, or may have forgotten.
   */
  state: 'sent' | 'applied' | 'due'
  /** What this process wrote over it since: that must not be removed again. */
  rev: Token | undefined
}

/** One invalidation on its way. */
export interface Note {
  applied(): void
  /** Whether the store has done it is unknown: it will be done again. */
  failed(): void
}

/** What is to be done again. */
export interface Due {
  readonly fields: readonly Field[]
  readonly keys: readonly { readonly key: string; readonly rev: Token | undefined }[]
  readonly items: readonly Item[]
}

/**
 * What this process has invalidated lately, so that it can be done again: what the store did not hear of while it was away,
 * and what it had confirmed and forgot, as a replica that is promoted does with the last writes.
 */
export class Journal {
  readonly #clock: Clock
  readonly #windowMs: number
  /** In the order of noting. */
  readonly #items = new Map<string, Item>()
  #due = 0

  /** @param windowMs how long a confirmed invalidation may still be forgotten: failure detection and replication lag */
  constructor(clock: Clock, windowMs: number) {
    this.#clock = clock
    this.#windowMs = windowMs
  }

  get size(): number {
    return this.#items.size
  }

  /** How many must be done again. */
  get owed(): number {
    return this.#due
  }

  /** Something must be done again before what the store holds may be believed. */
  get isDue(): boolean {
    return this.#due > 0
  }

  /** To be called before the store is asked. */
  note(keys: readonly string[], fields: readonly Field[]): Note {
    this.#forget()
    const items = [
      ...keys.map((key) => this.#add(`k ${key}`, { key })),
      ...fields.map((field) => this.#add(`f ${field}`, { field })),
    ]
    if (this.#items.size > CAPACITY) this.#fold()
    const turn = (state: Item['state']) => () => {
      for (const item of items) this.#turn(item, state)
    }
    return { applied: turn('applied'), failed: turn('due') }
  }

  /** This process has written a value over a key. */
  wrote(key: string, rev: Token): void {
    const item = this.#items.get(`k ${key}`)
    if (item !== undefined) item.rev = rev
  }

  /** The store may have forgotten what it confirmed. */
  distrust(): void {
    this.#forget()
    for (const item of this.#items.values()) this.#turn(item, 'due')
  }

  /** Nothing of before may count, whoever wrote it. */
  distrustEverything(): void {
    this.#items.clear()
    this.#due = 0
    this.#turn(this.#add('f *', { field: '*' }), 'due')
  }

  due(): Due {
    const items = [...this.#items.values()].filter(({ state }) => state === 'due')
    return {
      items,
      fields: items.flatMap(({ field }) => (field === undefined ? [] : [field])),
      keys: items.flatMap(({ key, rev }) => (key === undefined ? [] : [{ key, rev }])),
    }
  }

  done({ items }: Due): void {
    for (const item of items) this.#turn(item, 'applied')
  }

  #add(name: string, parts: { key?: string; field?: Field }): Item {
    const before = this.#items.get(name)
    const item: Item = { ...parts, at: this.#clock.now(), state: 'sent', rev: undefined }
    // What was due stays due until this one is applied.
    if (before?.state === 'due') item.state = 'due'
    this.#items.delete(name)
    this.#items.set(name, item)
    return item
  }

  #turn(item: Item, state: Item['state']): void {
    const name = item.key === undefined ? `f ${item.field}` : `k ${item.key}`
    // One that was noted again since, or folded into another, is spoken for by that.
    if (this.#items.get(name) !== item) return
    if (item.state === 'due') this.#due--
    item.state = state
    if (state === 'due') this.#due++
  }

  #forget(): void {
    const before = this.#clock.now() - this.#windowMs
    for (const [name, { at, state }] of this.#items) {
      if (at >= before || state !== 'applied') return
      this.#items.delete(name)
    }
  }

  // Too many to tell apart: everything stands for those that are done, and for those that are due if these alone are too many.
  // Those on their way stay: their calls bound them.
  #fold(): void {
    this.#dropAll('applied')
    const everything = this.#items.get('f *') ?? this.#add('f *', { field: '*' })
    if (everything.state === 'sent') this.#turn(everything, 'applied')
    if (this.#due < CAPACITY) return
    this.#dropAll('due')
    this.#turn(this.#add('f *', { field: '*' }), 'due')
  }

  #dropAll(state: Item['state']): void {
    for (const [name, item] of this.#items) {
      if (item.state !== state) continue
      this.#items.delete(name)
      if (state === 'due') this.#due--
    }
  }
}
