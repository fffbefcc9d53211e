import fc from 'fast-check'
import type { Counts, FamilyMeasures, Histogram, Measures } from '../../src/base/measures.ts'

const NAMES = [
  'hits',
  'misses',
  'stale',
  'loads',
  'loadErrors',
  'joined',
  'waits',
  'stores',
  'removes',
  'invalidations',
  'refusals',
  'undecodable',
  'outages',
] as const

const count = fc.integer({ min: 0, max: 1_000_000 })

const counts: fc.Arbitrary<Counts> = fc.record(
  Object.fromEntries(NAMES.map((name) => [name, count])) as Record<keyof Counts, typeof count>,
)

const BOUNDS = [0.1, 1, 10]

const histogram: fc.Arbitrary<Histogram> = fc.record({
  bounds: fc.constant(BOUNDS),
  counts: fc.array(count, { minLength: 4, maxLength: 4 }),
  sumMs: count,
})

const operation = fc.record({ calls: count, errors: count, latency: histogram })

function family(name: string): fc.Arbitrary<FamilyMeasures> {
  return fc.record({
    family: fc.constant(name),
    hits: count,
    misses: count,
    stale: count,
    loads: count,
    loadErrors: count,
    joined: count,
    stores: count,
    removes: count,
    invalidations: count,
    refusals: count,
    loadMs: count,
    savedMs: count,
    readMs: count,
    bytes: count,
    sized: count,
    largestBytes: count,
    ttlMs: fc.option(count, { nil: undefined }),
  })
}

const FAMILIES = [
  'product:*',
  'product:new',
  'product:*:reviews',
  'article:first',
  'article:*',
  'menu',
]

/** What one process may have measured. */
export const measures: fc.Arbitrary<Measures> = fc.record({
  alias: fc.constantFrom('default', 'sessions'),
  store: fc.constantFrom('memory', 'redis'),
  at: fc.integer({ min: 1000, max: 2000 }),
  since: fc.integer({ min: 0, max: 1000 }),
  counts,
  refusals: fc.dictionary(fc.constantFrom('too large', 'private'), count, {
    noNullPrototype: true,
  }),
  operations: fc.dictionary(fc.constantFrom('get', 'getOrSet'), operation, {
    noNullPrototype: true,
  }),
  families: fc.subarray(FAMILIES).chain((names) => fc.tuple(...names.map(family))),
  loads: histogram,
  savedMs: count,
  bytesRead: count,
  bytesWritten: count,
  evictions: count,
  near: fc.option(
    fc.record({ hits: count, misses: count, entries: count, bytes: count, maxBytes: count }),
    { nil: undefined },
  ),
  health: fc.record({
    state: fc.constantFrom('up' as const, 'down' as const, 'open' as const, 'probing' as const),
    since: fc.option(count, { nil: undefined }),
    owed: count,
    loadsRunning: count,
    loadsQueued: count,
  }),
  slowLoads: fc.array(
    fc.record({ key: fc.string(), durationMs: count, at: count, failed: fc.boolean() }),
    { maxLength: 3 },
  ),
})
