import type { Health, Measures } from '../base/measures.ts'
import { mergedFamilies } from './families.ts'
import { combineCounts, combineHistograms, combineOperations, combineRecords } from './sums.ts'

const MOST_SLOW_LOADS = 20
/** The worst first. */
const STATES: readonly Health['state'][] = ['down', 'open', 'probing', 'up']

const add = (a: number, b: number): number => a + b

/**
 * The measures of several processes, or of several aliases, as one: sums, the oldest beginning, the worst health. The order
 * makes no difference. `undefined` for none.
 */
export function merged(all: Iterable<Measures>): Measures | undefined {
  const measures = [...all].toSorted(byBeginning)
  const [first, ...rest] = measures
  if (first === undefined) return undefined
  const families = mergedFamilies(measures.map((each) => each.families))
  return { ...rest.reduce(together, first), families }
}

/** So that what is no sum, such as the lifetime of the last value, does not depend on the order in which they came. */
function byBeginning(a: Measures, b: Measures): number {
  return a.at - b.at || a.since - b.since || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
}

function together(a: Measures, b: Measures): Measures {
  return {
    alias: names(a.alias, b.alias),
    store: names(a.store, b.store),
    at: Math.max(a.at, b.at),
    since: Math.min(a.since, b.since),
    counts: combineCounts(a.counts, b.counts, add),
    refusals: combineRecords(a.refusals, b.refusals, add),
    operations: combineOperations(a.operations, b.operations, add),
    families: [],
    loads: combineHistograms(a.loads, b.loads, add),
    savedMs: a.savedMs + b.savedMs,
    bytesRead: a.bytesRead + b.bytesRead,
    bytesWritten: a.bytesWritten + b.bytesWritten,
    evictions: a.evictions + b.evictions,
    near: near(a.near, b.near),
    health: health(a.health, b.health),
    slowLoads: [...a.slowLoads, ...b.slowLoads]
      .toSorted((x, y) => y.durationMs - x.durationMs || x.at - y.at)
      .slice(0, MOST_SLOW_LOADS),
  }
}

/** Each once. */
function names(a: string, b: string): string {
  return [...new Set([...a.split(', '), ...b.split(', ')])].toSorted().join(', ')
}

function near(a: Measures['near'], b: Measures['near']): Measures['near'] {
  if (a === undefined || b === undefined) return a ?? b
  return {
    hits: a.hits + b.hits,
    misses: a.misses + b.misses,
    entries: sum(a.entries, b.entries),
    bytes: sum(a.bytes, b.bytes),
    maxBytes: sum(a.maxBytes, b.maxBytes),
  }
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a + b
}

function health(a: Health, b: Health): Health {
  const worse = STATES.indexOf(a.state) <= STATES.indexOf(b.state) ? a : b
  const other = worse === a ? b : a
  const since = worse.state === other.state ? earlier(a.since, b.since) : worse.since
  return {
    state: worse.state,
    since,
    owed: a.owed + b.owed,
    loadsRunning: a.loadsRunning + b.loadsRunning,
    loadsQueued: a.loadsQueued + b.loadsQueued,
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}
