import type { FamilyMeasures, Histogram, Measured, Measures } from '../../src/base/measures.ts'

/** Measures as of a busy alias, every number another one. */
export function madeUpMeasures(over: Partial<Measures> = {}): Measures {
  return {
    alias: 'default',
    store: 'redis',
    at: 1_800_000_060_000,
    since: 1_800_000_000_000,
    counts: {
      hits: 90,
      misses: 10,
      stale: 5,
      loads: 12,
      loadErrors: 2,
      joined: 7,
      waits: 3,
      stores: 11,
      removes: 4,
      invalidations: 6,
      refusals: 8,
      undecodable: 1,
      outages: 13,
    },
    refusals: { 'its loader asked not to': 3, overtaken: 5 },
    operations: {
      get: { calls: 100, errors: 1, latency: madeUpHistogram([1, 10], [5, 3, 2], 84) },
      set: { calls: 20, errors: 0, latency: madeUpHistogram([1, 10], [20, 0, 0], 9) },
    },
    families: [
      madeUpFamily('product:*', 60),
      madeUpFamily('search:*', 20),
      madeUpFamily('user:*', 10),
    ],
    loads: madeUpHistogram([10, 100, 1000], [1, 8, 2, 1], 2345),
    savedMs: 98_765,
    bytesRead: 4096,
    bytesWritten: 2048,
    evictions: 14,
    near: { hits: 70, misses: 20, entries: 15, bytes: 1500, maxBytes: 64_000 },
    health: { state: 'up', since: undefined, owed: 0, loadsRunning: 1, loadsQueued: 2 },
    slowLoads: [],
    ...over,
  }
}

function madeUpFamily(family: string, hits: number): FamilyMeasures {
  return {
    family,
    hits,
    misses: 2,
    stale: 1,
    loads: 2,
    loadErrors: 0,
    joined: 0,
    stores: 2,
    removes: 0,
    invalidations: 0,
    refusals: 0,
    loadMs: 50,
    savedMs: 500,
    readMs: 5,
    bytes: 100,
    sized: 2,
    largestBytes: 60,
    ttlMs: 60_000,
  }
}

function madeUpHistogram(bounds: number[], counts: number[], sumMs: number): Histogram {
  return { bounds, counts, sumMs }
}

/** A cache that has these measures. */
export function measured(measures: Measures): Measured {
  return { alias: measures.alias, measures: () => measures }
}
