/** What became of the requests of one phase. */
export class Latencies {
  readonly #ms: number[] = []
  #errors = 0

  /** @param ms from the moment the visitor came, not from when the request left */
  add(ms: number, ok: boolean): void {
    this.#ms.push(ms)
    if (!ok) this.#errors++
  }

  get count(): number {
    return this.#ms.length
  }

  get errors(): number {
    return this.#errors
  }

  /**
   * The smallest latency that at least `share` of all requests kept (nearest rank); 0 without any. Failed requests count
   * with the time after which they were given up: leaving them out would make a dying server look fast.
   */
  percentile(share: number): number {
    const sorted = Float64Array.from(this.#ms).toSorted()
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  }
}
