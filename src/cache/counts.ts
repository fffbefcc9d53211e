/** What one alias has done since it was opened, counted where it happens and never guessed from outside. */
export interface Counts {
  /** Reads answered with a fresh value. */
  hits: number
  misses: number
  /** Reads answered with a stale value, while it was refreshed or because its load failed. */
  stale: number
  /** Loaders that ran. */
  loads: number
  loadErrors: number
  /** Callers of `getOrSet` who shared a load that another caller had begun. */
  joined: number
  /** Times that a load of this process waited for one in another process instead of running beside it. */
  waits: number
  /** Values stored, by hand or by a load. */
  stores: number
  removes: number
  invalidations: number
  /** Values that were not stored: too large, not encodable, skipped by their loader, or overtaken by an invalidation. */
  refusals: number
  /** Payloads that could not be decoded; each is also a miss. */
  undecodable: number
  /** Acts that the store could not do. */
  outages: number
}

export function newCounts(): Counts {
  return {
    hits: 0,
    misses: 0,
    stale: 0,
    loads: 0,
    loadErrors: 0,
    joined: 0,
    waits: 0,
    stores: 0,
    removes: 0,
    invalidations: 0,
    refusals: 0,
    undecodable: 0,
    outages: 0,
  }
}
