import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { CacheError, show } from '../base/errors.ts'
import type { Field } from '../base/generation.ts'
import type { Answer, Operation } from '../base/store.ts'
import { processOf } from '../base/token.ts'
import { type Change, keepUntil } from './acts.ts'
import type { CasBackend, Versioned } from './backend.ts'
import { decodeHeld, encodeHeld, type Held } from './held.ts'

/** Each loss means that somebody else won; so many in a row mean that something is wrong. */
const MAX_ATTEMPTS = 200

/** Read, compute, replace if nobody was faster; otherwise again. */
export class Swaps<V> {
  readonly #clock: Clock
  readonly #backend: CasBackend<V>
  readonly #running = new Set<Promise<unknown>>()

  constructor(clock: Clock, backend: CasBackend<V>) {
    this.#clock = clock
    this.#backend = backend
  }

  /** The same act on each of many keys: all are read in one go, and each is then replaced by itself. */
  async each<A>(
    keys: readonly string[],
    fields: readonly Field[],
    operation: Operation,
    act: (record: Held | undefined, now: number, index: number) => Change<A>,
  ): Promise<Answer<A[]>> {
    return await this.#counted(this.#each(keys, fields, operation, act))
  }

  async one<A>(
    key: string,
    operation: Operation,
    act: (record: Held | undefined, now: number) => Change<A>,
    leaseMs?: number,
  ): Promise<A> {
    return await this.#counted(this.#swap(key, operation, act, undefined, leaseMs))
  }

  /** When what has begun has ended, one way or the other. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running)
  }

  async #counted<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async #each<A>(
    keys: readonly string[],
    fields: readonly Field[],
    operation: Operation,
    act: (record: Held | undefined, now: number, index: number) => Change<A>,
  ): Promise<Answer<A[]>> {
    const { found, generations } = await this.#backend.get(keys, fields, operation)
    // A key given twice is changed twice, in order.
    const last = new Map<string, Promise<A>>()
    const result = await Promise.all(
      keys.map((key, index) => {
        const before = last.get(key)
        const done = (async () => {
          await before
          const first = before === undefined ? { stored: found[index] } : undefined
          return await this.#swap(key, operation, (record, now) => act(record, now, index), first)
        })()
        last.set(key, done)
        return done
      }),
    )
    return { result, generations }
  }

  /** @param first what a read has just found, if there was one */
  async #swap<A>(
    key: string,
    operation: Operation,
    act: (record: Held | undefined, now: number) => Change<A>,
    first?: { readonly stored: Versioned<V> | undefined },
    leaseMs?: number,
  ): Promise<A> {
    let known = first
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const stored = known === undefined ? await this.#stored(key, operation) : known.stored
      known = undefined
      const record = stored && decodeHeld(stored.bytes)
      const now = this.#clock.now() + this.#backend.shiftMs
      const change = act(record, now)
      const { next } = change
      if (next === undefined || (next === null && stored === undefined)) {
        this.#tell(key, change)
        return change.answer
      }
      const replaced = await this.#backend.swap(
        key,
        stored?.version,
        next === null
          ? undefined
          : {
              bytes: encodeHeld(next),
              keepUntil: keepUntil(next, now, stored?.keepUntil, leaseMs),
            },
        operation,
      )
      if (replaced) {
        this.#tell(key, change)
        return change.answer
      }
      operation.signal?.throwIfAborted()
      // Many who write one key at once must not all come back at once. No matter of the cache's clock.
      if (attempt > 2) await setTimeout(Math.random() * Math.min(attempt, 20))
    }
    throw new CacheError(
      'E_STORE_REFUSED',
      `The key ${show(key)} changed ${MAX_ATTEMPTS} times while it was to be changed. Nothing was done.`,
    )
  }

  async #stored(key: string, operation: Operation): Promise<Versioned<V> | undefined> {
    return (await this.#backend.get([key], [], operation)).found[0]
  }

  #tell(key: string, { wake = [], doomed }: Change<unknown>): void {
    const backend = this.#backend
    for (const process of wake) backend.tell?.(process, `w ${key}`)
    if (doomed !== undefined) backend.tell?.(processOf(doomed), `d ${doomed}`)
  }
}
