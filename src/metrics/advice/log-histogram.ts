const PER_DOUBLING = 4
const BUCKETS = 52 * PER_DOUBLING

/** Counts of positive numbers (bytes, milliseconds) by size, four buckets to each doubling: read back within 19 %. */
export class LogHistogram {
  readonly #counts = new Float64Array(BUCKETS)
  #total = 0

  get total(): number {
    return this.#total
  }

  add(value: number, weight = 1): void {
    const at = value <= 1 ? 0 : Math.ceil(Math.log2(value) * PER_DOUBLING)
    const bucket = Math.min(at, BUCKETS - 1)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + weight
    this.#total += weight
  }

  merge(other: LogHistogram): void {
    for (let index = 0; index < BUCKETS; index++) {
      this.#counts[index] = (this.#counts[index] ?? 0) + (other.#counts[index] ?? 0)
    }
    this.#total += other.#total
  }

  /** How much of what was counted is at most `value`. */
  upTo(value: number): number {
    let sum = 0
    for (let index = 0; index < BUCKETS && boundOf(index) <= value * 1.000_001; index++) {
      sum += this.#counts[index] ?? 0
    }
    return sum
  }

  /** The value below which this share of the counts is, from 0 to 1; `undefined` while nothing was counted. */
  quantile(share: number): number | undefined {
    if (this.#total <= 0) return undefined
    let sum = 0
    for (let index = 0; index < BUCKETS; index++) {
      sum += this.#counts[index] ?? 0
      if (sum >= this.#total * share) return boundOf(index)
    }
    return boundOf(BUCKETS - 1)
  }
}

function boundOf(bucket: number): number {
  return 2 ** (bucket / PER_DOUBLING)
}
