import { nextTick } from 'node:process'
import { keyText } from '../base/key.ts'
import type { BatchLoader } from './batch-loader.ts'
import { type CallOptions, type Inside, taken } from './define.ts'
import type { Flight, Landed } from './flight.ts'
import { landing } from './landing.ts'
import { currentLoad } from './load-run.ts'
import type { ManyRequest } from './many-loads.ts'
import { outsideMemo } from './request-memo.ts'
import { untilSettled } from './until-settled.ts'

type AnyInside<Args extends readonly unknown[]> = Pick<
  Inside<Args, unknown>,
  'core' | 'many' | 'recall' | 'requestOf'
> & { readonly family: Pick<Inside<Args, unknown>['family'], 'keyOf' | 'loadKeys'> }

type Remember = NonNullable<ManyRequest<string>['remember']>

/** Gathers the single reads of one turn of the event loop. */
export class Collecting<Args extends readonly unknown[]> {
  readonly #inside: AnyInside<Args>
  readonly #batches: BatchLoader<Args>
  /** Turns that are still open: by the load around their callers, apart for those who ask the store whatever is near. */
  readonly #open = {
    lenient: new Map<Flight | undefined, Turn<Args>>(),
    strict: new Map<Flight | undefined, Turn<Args>>(),
  }

  constructor(inside: AnyInside<Args>, batches: BatchLoader<Args>) {
    this.#inside = inside
    this.#batches = batches
  }

  async get(args: Args, { signal, strict = false }: CallOptions): Promise<unknown> {
    signal?.throwIfAborted()
    const { core } = this.#inside
    const { clock, memo, store } = core
    let remember: Remember | undefined
    if (memo !== undefined) {
      const request = this.#inside.requestOf(args, { strict })
      const shown = await this.#inside.recall(request)
      if (shown !== undefined) return shown.value
      const { turn } = memo
      remember = (landed, again) =>
        memo.keep(store, request.wire, landed, { again, now: clock.now(), turn })
    }
    const wanted = this.#turn(strict).want(args)
    const leave = wanted.join(remember !== undefined)
    try {
      return await untilSettled(wanted.hand(remember), signal, clock, Infinity)
    } catch (error) {
      if (signal?.aborted === true) leave(signal.reason)
      throw error
    }
  }

  // Only of one load: what a load waits for is known by its context, so that no two wait for each other.
  #turn(strict: boolean): Turn<Args> {
    const open = strict ? this.#open.strict : this.#open.lenient
    const around = currentLoad.getStore()
    const turn = open.get(around)
    if (turn !== undefined) return turn
    const begun = new Turn(this.#inside, this.#batches, strict)
    open.set(around, begun)
    // After all that is under way in this turn, also what goes on in promises that have settled.
    void Promise.resolve().then(() =>
      nextTick(() => {
        open.delete(around)
        outsideMemo(() => begun.go())
      }),
    )
    return begun
  }
}

/** What was asked for in one turn. */
class Turn<Args extends readonly unknown[]> {
  readonly #inside: AnyInside<Args>
  readonly #batches: BatchLoader<Args>
  readonly #strict: boolean
  readonly #wanted = new Map<string, Wanted<Args>>()

  constructor(inside: AnyInside<Args>, batches: BatchLoader<Args>, strict: boolean) {
    this.#inside = inside
    this.#batches = batches
    this.#strict = strict
  }

  want(args: Args): Wanted<Args> {
    const key = keyText(this.#inside.family.keyOf(args))
    const known = this.#wanted.get(key)
    if (known !== undefined) return known
    const wanted = new Wanted(args, this.#inside, this.#strict)
    this.#wanted.set(key, wanted)
    return wanted
  }

  go(): void {
    const { family, many } = this.#inside
    const calls = new Map([...this.#wanted].map(([key, { args }]) => [key, args]))
    const requests = [...this.#wanted.values()].map(({ asked }) => asked)
    const outcomes = many(requests, undefined, family.loadKeys(calls, this.#batches))
    for (const wanted of this.#wanted.values())
      wanted.settle(outcomes.then((all) => all.get(wanted.asked.wire)))
  }
}

/** One key of a turn, and those who wait for it. */
class Wanted<Args extends readonly unknown[]> {
  readonly args: Args
  readonly #request: ManyRequest<string>
  readonly #inside: AnyInside<Args>
  readonly #unwanted = new AbortController()
  readonly #outcome: Promise<unknown>
  settle!: (outcome: Promise<unknown>) => void
  #joined = 0
  #left = 0
  #landed: Landed | undefined
  /** Somebody who waits remembers what it brings. */
  #isRemembered = false
  #again = false

  constructor(args: Args, inside: AnyInside<Args>, strict: boolean) {
    this.args = args
    this.#inside = inside
    this.#request = inside.requestOf(args, { signal: this.#unwanted.signal, strict })
    this.#outcome = new Promise((resolve) => (this.settle = resolve))
    this.#outcome.catch(() => {})
  }

  /** How it is asked for, when all have joined. */
  get asked(): ManyRequest<string> {
    if (!this.#isRemembered) return this.#request
    return {
      ...this.#request,
      remember: (landed, again) => {
        this.#landed = landed
        this.#again = again
      },
    }
  }

  /** One more waits for it. The returned function says that he has given up; after the last nobody does. */
  join(isRemembered: boolean): (reason: unknown) => void {
    this.#joined++
    if (isRemembered) this.#isRemembered = true
    return (reason) => {
      if (++this.#left === this.#joined) this.#unwanted.abort(reason)
    }
  }

  /** The value for one of those who wait: each has his own. */
  async hand(remember: Remember | undefined): Promise<unknown> {
    const value = taken(await this.#outcome)
    if (this.#landed?.entry !== undefined) remember?.(this.#landed, this.#again)
    if (this.#joined === 1) return value
    this.#landed ??= landing(value, this.#inside.core)
    return this.#landed.hand()
  }
}
