import type { Histogram } from '../base/measures.ts'

/** Milliseconds; 1, 2 and 5 of each power of ten, so that a quantile is never more than 2.5 times off. */
const BOUNDS: readonly number[] = Object.freeze([
  0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000,
])

/** How often something took how long, while it is being counted. */
export class HistogramTally {
  readonly #counts: number[] = Array.from({ length: BOUNDS.length + 1 }, () => 0)
  #sumMs = 0

  /** @param times that it stands for */
  took(ms: number, times = 1): void {
    let at = 0
    while (at < BOUNDS.length && ms > (BOUNDS[at] as number)) at++
    this.#counts[at] = (this.#counts[at] as number) + times
    this.#sumMs += ms * times
  }

  read(): Histogram {
    return { bounds: BOUNDS, counts: [...this.#counts], sumMs: this.#sumMs }
  }
}
