import type { Clock } from '../../base/clock.ts'

/** An act expires after 8 to 9 of these, so up to an eighth late and never early. */
const STEPS = 8

/** What waits for an answer. */
export interface Waiting {
  /** In which step it began. */
  step: number
  expire(): void
}

/**
 * One deadline for many acts of equal length. A timer for each of them would cost as much as the act itself at a hundred
 * thousand a second; here one ticks while anything waits, and an act only remembers in which step it began.
 */
export class Deadlines<W extends Waiting> {
  readonly #clock: Clock
  readonly #stepMs: number
  // In the order in which they began, which is the order in which they expire.
  readonly #waiting = new Set<W>()
  #step = 0
  #stop: (() => void) | undefined

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock
    this.#stepMs = timeoutMs / STEPS
  }

  add(waiting: W): void {
    waiting.step = this.#step
    this.#waiting.add(waiting)
    if (this.#stop === undefined) this.#tickLater()
  }

  delete(waiting: W): void {
    this.#waiting.delete(waiting)
  }

  [Symbol.iterator](): Iterator<W> {
    return this.#waiting.values()
  }

  close(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #tickLater(): void {
    this.#stop = this.#clock.after(this.#stepMs, () => {
      this.#step++
      this.#stop = undefined
      for (const waiting of this.#waiting) {
        if (this.#step - waiting.step <= STEPS) break
        this.#waiting.delete(waiting)
        waiting.expire()
      }
      if (this.#waiting.size > 0 && this.#stop === undefined) this.#tickLater()
    })
  }
}
