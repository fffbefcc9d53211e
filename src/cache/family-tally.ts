import type { FamilyMeasures } from '../base/measures.ts'

/**
 * What was done with the keys of one family, while it is being counted. Values in this process's memory carry theirs, so
 * that a hit need not look for it.
 */
export class FamilyTally {
  /** Whose it is; `undefined` when it has become a part of another. */
  owner: object | undefined
  /** Of which it has become a part. */
  into: FamilyTally | undefined = undefined
  hits = 0
  misses = 0
  stale = 0
  loads = 0
  loadErrors = 0
  joined = 0
  stores = 0
  removes = 0
  invalidations = 0
  refusals = 0
  loadMs = 0
  savedMs = 0
  readMs = 0
  bytes = 0
  sized = 0
  largestBytes = 0
  ttlMs: number | undefined = undefined

  constructor(owner: object) {
    this.owner = owner
  }

  /** The one that counts for it now. */
  get last(): FamilyTally {
    return this.into === undefined ? this : this.into.last
  }

  /** Another one becomes a part of it. */
  absorb(other: FamilyTally): void {
    this.hits += other.hits
    this.misses += other.misses
    this.stale += other.stale
    this.loads += other.loads
    this.loadErrors += other.loadErrors
    this.joined += other.joined
    this.stores += other.stores
    this.removes += other.removes
    this.invalidations += other.invalidations
    this.refusals += other.refusals
    this.loadMs += other.loadMs
    this.savedMs += other.savedMs
    this.readMs += other.readMs
    this.bytes += other.bytes
    this.sized += other.sized
    this.largestBytes = Math.max(this.largestBytes, other.largestBytes)
    this.ttlMs ??= other.ttlMs
    other.owner = undefined
    other.into = this
  }

  read(family: string): FamilyMeasures {
    const { hits, misses, stale, loads, loadErrors, joined, stores, removes } = this
    const { invalidations, refusals, loadMs, savedMs, readMs, bytes, sized } = this
    const { largestBytes, ttlMs } = this
    const counts = { hits, misses, stale, loads, loadErrors, joined, stores, removes }
    const sums = { invalidations, refusals, loadMs, savedMs, readMs, bytes, sized }
    return { family, ...counts, ...sums, largestBytes, ttlMs }
  }
}
