import type { Moment } from '../base/late-fills.ts'

/** How many moments are remembered; beyond it every second one goes, so that the oldest reach back far and coarsely. */
const MOST = 4096

/** Milliseconds since the Unix epoch by the clock that Next.js reads, which is never set back. */
export function nextNow(): number {
  return performance.timeOrigin + performance.now()
}

/**
 * What the store's clock was at some times of this process. Whatever begins to be made at a time is as new as the newest
 * moment that this process had heard of before it.
 */
export class Moments {
  #known: { readonly at: number; readonly moment: Moment }[] = []
  #heardAt = -Infinity

  /** When the store was last heard of; `-Infinity` when it never was. */
  get heardAt(): number {
    return this.#heardAt
  }

  /** @param at when the store's answer was here, or later */
  note(moment: Moment, at: number): void {
    this.#heardAt = at
    const newest = this.#known.at(-1)?.moment
    // Nothing was invalidated since: the one that is known was known for longer.
    if (newest?.era === moment.era && moment.stamp <= newest.stamp) return
    this.#known.push({ at, moment })
    if (this.#known.length > MOST) this.#known = this.#known.filter((_, index) => index % 2 === 0)
  }

  /** The newest moment that was known at a time; `undefined` when none was. */
  before(time: number): Moment | undefined {
    return this.#known.findLast(({ at }) => at <= time)?.moment
  }
}
