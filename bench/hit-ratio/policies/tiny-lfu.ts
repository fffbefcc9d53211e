import { Lists } from './lists.ts'
import type { Policy } from './policy.ts'

const [WINDOW, PROBATION, PROTECTED] = [1, 2, 3]
const ROWS = 4
const MOST = 15
const PRIMES = [0x9e_37_79_b1, 0x85_eb_ca_77, 0xc2_b2_ae_3d, 0x27_d4_eb_2f]

/**
 * Einziger, Eytan, Friedman and Manes, "Adaptive software cache management" (Middleware 2018): a window, a segmented LRU that
 * admits who is asked for more often, and a hill climber that shifts room between them.
 */
export const tinyLfu: Policy = ({ keys, distinct }, capacity) => {
  const lists = new Lists(distinct, 3)
  const sketch = new Sketch(capacity)
  const sample = 10 * capacity
  let window = Math.max(1, Math.floor(capacity / 100))
  let step = 0.0625 * capacity
  let [hits, seen, before] = [0, 0, 0]
  let misses = 0
  const climb = (): void => {
    const rate = hits / seen
    if (rate < before) step = -step
    const shift = Math.trunc(step)
    window = Math.min(Math.max(1, window + shift), Math.max(1, Math.floor(0.8 * capacity)))
    // A change of the load begins the search anew.
    step = Math.abs(rate - before) >= 0.05 ? Math.sign(step) * 0.0625 * capacity : step * 0.98
    before = rate
    hits = 0
    seen = 0
  }
  const settle = (): void => {
    while (lists.lengthOf(WINDOW) > window) lists.move(lists.oldest(WINDOW), PROBATION)
    while (lists.lengthOf(PROTECTED) > 0.8 * (capacity - window))
      lists.move(lists.oldest(PROTECTED), PROBATION)
  }
  for (const key of keys) {
    sketch.add(key)
    if (++seen === sample) climb()
    const list = lists.of(key)
    if (list !== 0) {
      hits++
      lists.move(key, list === WINDOW ? WINDOW : PROTECTED)
      settle()
      continue
    }
    misses++
    const isFull = lists.lengthOf(WINDOW) + lists.lengthOf(PROBATION) + lists.lengthOf(PROTECTED)
    lists.move(key, WINDOW)
    if (isFull < capacity) {
      settle()
      continue
    }
    if (lists.lengthOf(WINDOW) <= window) {
      const main = lists.lengthOf(PROBATION) > 0 ? PROBATION : PROTECTED
      lists.move(lists.oldest(lists.lengthOf(main) > 0 ? main : WINDOW), 0)
      settle()
      continue
    }
    const candidate = lists.oldest(WINDOW)
    const main = lists.lengthOf(PROBATION) > 0 ? PROBATION : PROTECTED
    if (lists.lengthOf(main) === 0) {
      lists.move(candidate, 0)
      continue
    }
    const victim = lists.oldest(main)
    if (sketch.count(candidate) > sketch.count(victim)) {
      lists.move(victim, 0)
      lists.move(candidate, PROBATION)
    } else lists.move(candidate, 0)
    settle()
  }
  return misses
}

/** Counts up to 15, halved from time to time. */
class Sketch {
  readonly #counts: Uint8Array
  readonly #mask: number
  readonly #most: number
  #added = 0

  constructor(capacity: number) {
    const width = 2 ** Math.ceil(Math.log2(4 * capacity))
    this.#counts = new Uint8Array(ROWS * width)
    this.#mask = width - 1
    this.#most = 10 * capacity
  }

  add(key: number): void {
    const least = this.count(key)
    if (least === MOST) return
    for (let row = 0; row < ROWS; row++) {
      const cell = this.#cellOf(key, row)
      if (this.#counts[cell] === least) this.#counts[cell] = least + 1
    }
    if (++this.#added < this.#most) return
    for (let cell = 0; cell < this.#counts.length; cell++)
      this.#counts[cell] = (this.#counts[cell] as number) >> 1
    this.#added >>= 1
  }

  count(key: number): number {
    let least = MOST
    for (let row = 0; row < ROWS; row++)
      least = Math.min(least, this.#counts[this.#cellOf(key, row)] as number)
    return least
  }

  #cellOf(key: number, row: number): number {
    const hash = Math.imul(key ^ (key >>> 15) ^ 0x5b_d1, PRIMES[row] as number)
    return row * (this.#mask + 1) + ((hash ^ (hash >>> 15)) & this.#mask)
  }
}
