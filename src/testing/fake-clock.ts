import type { Clock } from '../base/clock.ts'

interface Timer {
  readonly at: number
  readonly act: () => void
}

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Timers that have not run yet. */
  readonly pending: number
  /**
   * Goes on by `ms`, running what falls due in its order, each at its own time; whatever a timer sets off is given the
   * chance to finish before the clock moves again.
   */
  advance(ms: number): Promise<void>
  /** The same in one go: timers run in their order, and the promises that they settle go on only after all of them. */
  tick(ms: number): void
}

/** Turns of the event loop after a timer has run: enough for chains of promises that nothing outside the process holds up. */
const SETTLING_TURNS = 5

/** @param start milliseconds since the epoch; default a fixed moment in 2026 */
export function fakeClock(start = 1_790_000_000_000): FakeClock {
  let now = start
  const timers = new Set<Timer>()
  const firstDue = (until: number): Timer | undefined => {
    let first: Timer | undefined
    for (const timer of timers) {
      if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer
    }
    return first
  }
  const run = (timer: Timer): void => {
    timers.delete(timer)
    now = Math.max(now, timer.at)
    timer.act()
  }
  return {
    now: () => now,
    after(ms, act) {
      const timer = { at: now + ms, act }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    get pending() {
      return timers.size
    },
    async advance(ms) {
      const until = now + ms
      await settle()
      for (let due = firstDue(until); due !== undefined; due = firstDue(until)) {
        run(due)
        await settle()
      }
      now = until
      await settle()
    },
    tick(ms) {
      const until = now + ms
      for (let due = firstDue(until); due !== undefined; due = firstDue(until)) run(due)
      now = until
    },
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn++)
    await new Promise((resolve) => setImmediate(resolve))
}
