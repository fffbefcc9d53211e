import { expect } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'

/** Resolves when so many calls of a process share a load that they did not begin: a store may answer them one by one. */
export async function untilJoined(cache: Cache, calls: number): Promise<void> {
  await expect.poll(async () => (await cache.stats()).joined).toBe(calls)
}

/** Resolves when so many loads of a process wait for one in another process, and the store has told them to. */
export async function untilWaiting(cache: Cache, loads: number): Promise<void> {
  await expect.poll(async () => (await cache.stats()).waits).toBe(loads)
}

/** A promise that the test settles by hand: the moment at which something goes on. */
export interface Gate<T = void> {
  readonly promise: Promise<T>
  open(value: T): void
  break(error: unknown): void
}

export function gate<T = void>(): Gate<T> {
  let open!: (value: T) => void
  let fail!: (error: unknown) => void
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  promise.catch(() => {})
  return { promise, open, break: fail }
}

/** A loader that stops until its gate opens, and tells how often it ran. */
export class HeldLoad<T> {
  runs = 0
  readonly #started: Gate[] = []
  readonly #gates: Gate<T>[] = []
  readonly signals: AbortSignal[] = []

  /** The loader to pass. */
  readonly load = async ({ signal }: { signal: AbortSignal }): Promise<T> => {
    const run = this.runs++
    this.signals.push(signal)
    this.#at(this.#started, run).open()
    return await this.#at(this.#gates, run).promise
  }

  /** Resolves when run number `run` (from 0) has begun. */
  async started(run = 0): Promise<void> {
    await this.#at(this.#started, run).promise
  }

  finish(value: T, run = 0): void {
    this.#at(this.#gates, run).open(value)
  }

  fail(error: unknown, run = 0): void {
    this.#at(this.#gates, run).break(error)
  }

  #at<G>(gates: Gate<G>[], index: number): Gate<G> {
    return (gates[index] ??= gate<G>())
  }
}

/** What a call rejects with, listened for from the start: it may fail long before anybody looks. */
export async function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call
  } catch (error) {
    return error
  }
  throw new Error('It was expected to reject, and resolved.')
}
