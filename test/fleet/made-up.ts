import {
  type FamilyMeasures,
  type Histogram,
  type Measures,
  NO_COUNTS,
} from '../../src/base/measures.ts'

const NEVER: Histogram = { bounds: [1, 10, 100], counts: [0, 0, 0, 0], sumMs: 0 }

/** Measures that say what a test needs them to, and nothing else. */
export function madeUpMeasures(changes: Partial<Measures> = {}): Measures {
  return {
    alias: 'default',
    store: 'memory',
    at: 1_790_000_000_000,
    since: 1_790_000_000_000,
    counts: NO_COUNTS,
    refusals: {},
    operations: {},
    families: [],
    loads: NEVER,
    savedMs: 0,
    bytesRead: 0,
    bytesWritten: 0,
    evictions: 0,
    near: undefined,
    health: { state: 'up', since: undefined, owed: 0, loadsRunning: 0, loadsQueued: 0 },
    slowLoads: [],
    ...changes,
  }
}

/** One family, read `hits` times. */
export function madeUpFamily(family: string, hits: number): FamilyMeasures {
  return {
    family,
    hits,
    misses: 1,
    stale: 0,
    loads: 1,
    loadErrors: 0,
    joined: 0,
    stores: 1,
    removes: 0,
    invalidations: 0,
    refusals: 0,
    loadMs: 5,
    savedMs: 5 * hits,
    readMs: 1,
    bytes: 100,
    sized: 1,
    largestBytes: hits,
    ttlMs: 1000,
  }
}
