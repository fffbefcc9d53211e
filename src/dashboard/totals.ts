import { type Counts, type Histogram, type Measures, NO_COUNTS } from '../base/measures.ts'

/** What charts are made of: running totals of one alias, or of several together. All of them only grow. */
export interface Totals extends Counts {
  bytesRead: number
  bytesWritten: number
  savedMs: number
  loadMs: number
  evictions: number
  /** Of reads, by the bounds of {@link READ_BOUNDS}. */
  latency: number[]
}

/** The methods whose latency is what a request feels; those that only write are none of its business. */
const READS = ['get', 'getOrSet', 'getMany', 'getOrSetMany', 'lookup', 'has'] as const

const COUNTS = Object.keys(NO_COUNTS) as (keyof Counts)[]

const NUMBERS = [
  ...COUNTS,
  'bytesRead',
  'bytesWritten',
  'savedMs',
  'loadMs',
  'evictions',
] as const satisfies readonly (keyof Totals)[]

export function noTotals(): Totals {
  const totals: Record<string, number> = {}
  for (const name of NUMBERS) totals[name] = 0
  return { ...(totals as unknown as Omit<Totals, 'latency'>), latency: [] }
}

export function totalsOf(measures: Measures): Totals {
  const { bytesRead, bytesWritten, counts, evictions, loads, savedMs } = measures
  const numbers = { bytesRead, bytesWritten, evictions, savedMs, loadMs: loads.sumMs }
  return { ...counts, ...numbers, latency: readLatency(measures).counts.slice() }
}

/** Of all reads together. */
export function readLatency({ operations }: Measures): Histogram {
  const reads = READS.flatMap((name) => operations[name] ?? [])
  const [first] = reads
  if (first === undefined) return { bounds: [], counts: [], sumMs: 0 }
  const { bounds } = first.latency
  const counts = [...bounds, Infinity].map(() => 0)
  let sumMs = 0
  for (const { calls, latency } of reads) {
    let timed = 0
    for (const [at, number] of latency.counts.entries()) {
      counts[at] = (counts[at] as number) + number
      timed += number
    }
    // What was not timed was answered from this process's memory: faster than any bound.
    counts[0] = (counts[0] as number) + Math.max(0, calls - timed)
    sumMs += latency.sumMs
  }
  return { bounds, counts, sumMs }
}

export function add(into: Totals, more: Totals): void {
  for (const name of NUMBERS) into[name] += more[name]
  for (const [at, number] of more.latency.entries())
    into.latency[at] = (into.latency[at] ?? 0) + number
}

/** What happened in between. A total that has shrunk began anew, as that of a process that was restarted. */
export function difference(before: Totals | undefined, after: Totals): Totals {
  const restarted = before !== undefined && NUMBERS.some((name) => after[name] < before[name])
  if (before === undefined || restarted) return after
  const totals = noTotals()
  for (const name of NUMBERS) totals[name] = after[name] - before[name]
  totals.latency = after.latency.map((number, at) =>
    Math.max(0, number - (before.latency[at] ?? 0)),
  )
  return totals
}

export function readsOf({
  hits,
  misses,
  stale,
}: Pick<Counts, 'hits' | 'misses' | 'stale'>): number {
  return hits + misses + stale
}
