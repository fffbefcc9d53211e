import type { Clock } from '../../src/base/clock.ts'

/** A clock that moves only when told to; timers fire in order. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 0, 1)
  #timers = new Set<{ at: number; act: () => void }>()

  now(): number {
    return this.#now
  }

  after(ms: number, act: () => void): () => void {
    const timer = { at: this.#now + ms, act }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  advance(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= until)
      const [next] = due.toSorted((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.act()
    }
    this.#now = until
  }
}
