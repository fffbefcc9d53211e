// Adding and taking away what is counted, member by member.
import { ANY } from '../base/family.ts'
import {
  type Counts,
  type FamilyMeasures,
  type Histogram,
  type Measures,
  NO_COUNTS,
  type OperationMeasures,
} from '../base/measures.ts'

/** Of one process's members and another's: the sum, or how much has come since. */
export type Combine = (a: number, b: number) => number

const FAMILY_SUMS = [
  'hits',
  'misses',
  'stale',
  'loads',
  'loadErrors',
  'joined',
  'stores',
  'removes',
  'invalidations',
  'refusals',
  'loadMs',
  'savedMs',
  'readMs',
  'bytes',
  'sized',
] as const satisfies readonly (keyof FamilyMeasures)[]

export function combineCounts(a: Counts, b: Counts, combine: Combine): Counts {
  const counts: Counts = { ...NO_COUNTS }
  for (const name of Object.keys(NO_COUNTS) as (keyof Counts)[])
    counts[name] = combine(a[name], b[name])
  return counts
}

/** @throws nothing: of histograms with other bounds, as of another version, the second stands */
export function combineHistograms(
  a: Histogram | undefined,
  b: Histogram,
  combine: Combine,
): Histogram {
  if (a === undefined || a.bounds.join() !== b.bounds.join()) return b
  const counts = b.counts.map((count, at) => combine(a.counts[at] as number, count))
  return { bounds: b.bounds, counts, sumMs: combine(a.sumMs, b.sumMs) }
}

export function combineOperations(
  a: Measures['operations'],
  b: Measures['operations'],
  combine: Combine,
): Record<string, OperationMeasures> {
  const all: Record<string, OperationMeasures> = {}
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const one = a[name]
    const other = b[name]
    if (one === undefined || other === undefined) {
      all[name] = (one ?? other) as OperationMeasures
      continue
    }
    all[name] = {
      calls: combine(one.calls, other.calls),
      errors: combine(one.errors, other.errors),
      latency: combineHistograms(one.latency, other.latency, combine),
    }
  }
  return all
}

export function combineRecords(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
  combine: Combine,
): Record<string, number> {
  const all: Record<string, number> = {}
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)]))
    all[name] = combine(a[name] ?? 0, b[name] ?? 0)
  return all
}

/** @param b also says what is no sum: the lifetime of the last value */
export function combineFamily(
  a: FamilyMeasures,
  b: FamilyMeasures,
  combine: Combine,
): FamilyMeasures {
  const sums: Partial<Record<(typeof FAMILY_SUMS)[number], number>> = {}
  for (const name of FAMILY_SUMS) sums[name] = combine(a[name], b[name])
  const largestBytes = Math.max(a.largestBytes, b.largestBytes)
  return { ...b, ...sums, largestBytes, ttlMs: b.ttlMs ?? a.ttlMs }
}

/** Whether all keys of `family` are of `wider`, too: `article:first` and `article:*`. */
export function isWithin(family: string, wider: string): boolean {
  if (family === wider) return false
  let at = 0
  for (let w = 0; w < wider.length; w++) {
    if (wider[w] !== ANY) {
      if (family[at++] !== wider[w]) return false
      continue
    }
    // Up to what parts it from the next.
    const start = at
    while (at < family.length && !SEPARATORS.has(family[at] as string)) at++
    if (at === start) return false
  }
  return at === family.length
}

const SEPARATORS: ReadonlySet<string> = new Set([':', '/', '.', '>', '|'])
