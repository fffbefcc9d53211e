/** From where on a rule speaks. Below these numbers it says nothing: a guess would be worse than silence. */
export interface Limits {
  /** Reads, or stores, of a family before anything is said of it. */
  readonly fewest: number
  /** Of {@link Limits.fewest} for what is seen in sampled keys only. */
  readonly fewestSampled: number
  /** A family whose reads are answered less often than this does not pay. From 0 to 1. */
  readonly hitRate: number
  /** Values larger than this are oversized, in bytes. */
  readonly valueBytes: number
  /** One key with more than this share of an alias's reads is hot. From 0 to 1. */
  readonly hotShare: number
  /** A lifetime so many times longer than values are used is too long. */
  readonly ttlTimes: number
  /** A share of values that nobody reads, or of misses that a longer life would have answered, worth mentioning. From 0 to 1. */
  readonly share: number
  /** So much more of the hit rate that twice the memory has to give. From 0 to 1. */
  readonly gain: number
}

/** What is used where option `limits` says nothing else. */
export const LIMITS: Limits = {
  fewest: 100,
  fewestSampled: 40,
  hitRate: 0.1,
  valueBytes: 256 * 1024,
  hotShare: 0.2,
  ttlTimes: 8,
  share: 0.6,
  gain: 0.05,
}
