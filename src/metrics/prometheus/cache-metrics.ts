import type { FamilyMeasures, Histogram, Measures } from '../../base/measures.ts'
import type { Labels, Metric, Sample } from './metric.ts'

/** Reasons of refusals come from loaders too: there may be any number of them. */
const MOST_REASONS = 33
const STATES = ['up', 'down', 'open', 'probing'] as const

type Read = (measures: Measures) => Iterable<readonly [labels: Labels, value: number | undefined]>

interface Plan extends Omit<Metric, 'samples' | 'type'> {
  readonly type: 'counter' | 'gauge'
  readonly read: Read
}

interface HistogramPlan extends Omit<Metric, 'samples' | 'type'> {
  readonly read: (measures: Measures) => Iterable<readonly [Labels, Histogram]>
}

/** Every metric that has one number for each of its series. `docs/metrics/prometheus.md` has the same table; a test compares. */
const PLANS: readonly Plan[] = [
  {
    name: 'requests_total',
    help: 'Reads, by how they were answered.',
    type: 'counter',
    read: ({ counts }) => [
      [{ result: 'hit' }, counts.hits],
      [{ result: 'miss' }, counts.misses],
      [{ result: 'stale' }, counts.stale],
    ],
  },
  {
    name: 'operations_total',
    help: 'Calls, by method.',
    type: 'counter',
    read: ({ operations }) =>
      Object.entries(operations).map(([op, { calls }]) => [{ op }, calls] as const),
  },
  {
    name: 'operation_errors_total',
    help: 'Calls that failed, by method.',
    type: 'counter',
    read: ({ operations }) =>
      Object.entries(operations).map(([op, { errors }]) => [{ op }, errors] as const),
  },
  {
    name: 'fills_total',
    help: 'Loaders that ran.',
    type: 'counter',
    read: ({ counts }) => only(counts.loads),
  },
  {
    name: 'fill_errors_total',
    help: 'Loaders that failed.',
    type: 'counter',
    read: ({ counts }) => only(counts.loadErrors),
  },
  {
    name: 'fills_shared_total',
    help: 'Callers spared a load: they joined one of this process, or waited for one of another.',
    type: 'counter',
    read: ({ counts }) => [
      [{ with: 'process' }, counts.joined],
      [{ with: 'fleet' }, counts.waits],
    ],
  },
  {
    name: 'fill_saved_seconds_total',
    help: 'Time of loading that hits spared.',
    type: 'counter',
    unit: 'seconds',
    read: ({ savedMs }) => only(savedMs / 1000),
  },
  {
    name: 'stores_total',
    help: 'Values stored, by hand or by a load.',
    type: 'counter',
    read: ({ counts }) => only(counts.stores),
  },
  {
    name: 'removes_total',
    help: 'Values removed by hand.',
    type: 'counter',
    read: ({ counts }) => only(counts.removes),
  },
  {
    name: 'invalidations_total',
    help: 'Invalidations of keys, tags, namespaces or everything.',
    type: 'counter',
    read: ({ counts }) => only(counts.invalidations),
  },
  {
    name: 'refusals_total',
    help: 'Values that were not stored, by reason.',
    type: 'counter',
    read: ({ refusals }) =>
      Object.entries(refusals)
        .slice(0, MOST_REASONS)
        .map(([reason, count]) => [{ reason }, count] as const),
  },
  {
    name: 'evictions_total',
    help: 'Values that this process dropped from its memory to make room.',
    type: 'counter',
    read: ({ evictions }) => only(evictions),
  },
  {
    name: 'undecodable_total',
    help: 'Stored values that could not be decoded; each is also a miss.',
    type: 'counter',
    read: ({ counts }) => only(counts.undecodable),
  },
  {
    name: 'outages_total',
    help: 'Acts that the store could not do.',
    type: 'counter',
    read: ({ counts }) => only(counts.outages),
  },
  {
    name: 'read_bytes_total',
    help: 'Encoded bytes read from the store.',
    type: 'counter',
    unit: 'bytes',
    read: ({ bytesRead }) => only(bytesRead),
  },
  {
    name: 'written_bytes_total',
    help: 'Encoded bytes written to the store.',
    type: 'counter',
    unit: 'bytes',
    read: ({ bytesWritten }) => only(bytesWritten),
  },
  {
    name: 'near_requests_total',
    help: 'Reads that asked the near cache.',
    type: 'counter',
    read: ({ near }) => [
      [{ result: 'hit' }, near?.hits],
      [{ result: 'miss' }, near?.misses],
    ],
  },
  {
    name: 'entries',
    help: 'Values that the near cache holds.',
    type: 'gauge',
    read: ({ near }) => [[{ tier: 'near' }, near?.entries]],
  },
  {
    name: 'size_bytes',
    help: 'Bytes that the near cache holds.',
    type: 'gauge',
    unit: 'bytes',
    read: ({ near }) => [[{ tier: 'near' }, near?.bytes]],
  },
  {
    name: 'limit_bytes',
    help: 'Bytes that the near cache may hold.',
    type: 'gauge',
    unit: 'bytes',
    read: ({ near }) => [[{ tier: 'near' }, near?.maxBytes]],
  },
  {
    name: 'fills_running',
    help: 'Loads that run in this process.',
    type: 'gauge',
    read: ({ health }) => only(health.loadsRunning),
  },
  {
    name: 'fills_queued',
    help: 'Loads that wait for a place.',
    type: 'gauge',
    read: ({ health }) => only(health.loadsQueued),
  },
  {
    name: 'invalidations_owed',
    help: 'Invalidations that wait for the store to come back.',
    type: 'gauge',
    read: ({ health }) => only(health.owed),
  },
  {
    name: 'circuit_state',
    help: 'Whether the store answers: 1 for the state that it is in, 0 for the others.',
    type: 'gauge',
    read: ({ health }) =>
      STATES.map((state) => [{ state }, state === health.state ? 1 : 0] as const),
  },
  {
    name: 'info',
    help: 'Always 1; its label says what kind of store it is.',
    type: 'gauge',
    read: ({ store }) => [[{ store }, 1]],
  },
]

const HISTOGRAMS: readonly HistogramPlan[] = [
  {
    name: 'operation_duration_seconds',
    help: 'How long calls took; of those answered from memory a sample.',
    unit: 'seconds',
    read: ({ operations }) =>
      Object.entries(operations).map(([op, { latency }]) => [{ op }, latency] as const),
  },
  {
    name: 'fill_duration_seconds',
    help: 'How long loaders took.',
    unit: 'seconds',
    read: ({ loads }) => [[{}, loads]],
  },
]

const FAMILY_RESULTS = [
  ['hit', 'hits'],
  ['miss', 'misses'],
  ['stale', 'stale'],
] as const satisfies readonly (readonly [string, keyof FamilyMeasures])[]

/**
 * Every metric, also those that have nothing to tell.
 *
 * @param prefix what every name begins with
 * @param families how many families of each alias are told, the most used ones
 */
export function cacheMetrics(
  all: readonly Measures[],
  { prefix, families }: { readonly prefix: string; readonly families: number },
): Metric[] {
  const plain = PLANS.map(({ read, name, ...plan }): Metric => {
    const samples = all.flatMap((measures) =>
      [...read(measures)].flatMap(([labels, value]) => plainSample(measures, labels, value)),
    )
    return { ...plan, name: prefix + name, samples }
  })
  const histograms = HISTOGRAMS.map(({ read, name, ...plan }): Metric => {
    const samples = all.flatMap((measures) =>
      [...read(measures)].flatMap(([labels, histogram]) =>
        bucketSamples({ cache: measures.alias, ...labels }, histogram),
      ),
    )
    return { ...plan, type: 'histogram', name: prefix + name, samples }
  })
  const byFamily = families > 0 ? [familyMetric(all, prefix, families)] : []
  return [...plain, ...histograms, ...byFamily]
}

// Those beyond the limit are left out and not added up: which they are changes, and a sum over them would fall.
function familyMetric(all: readonly Measures[], prefix: string, families: number): Metric {
  const samples = all.flatMap((measures) =>
    measures.families
      .slice(0, families)
      .flatMap((family) =>
        FAMILY_RESULTS.flatMap(([result, count]) =>
          plainSample(measures, { family: family.family, result }, family[count]),
        ),
      ),
  )
  const help = 'Reads of the most used families of keys, by how they were answered.'
  return { name: `${prefix}family_requests_total`, help, type: 'counter', samples }
}

function plainSample(measures: Measures, labels: Labels, value: number | undefined): Sample[] {
  if (value === undefined) return []
  return [{ suffix: '', labels: { cache: measures.alias, ...labels }, value }]
}

function only(value: number): readonly (readonly [Labels, number])[] {
  return [[{}, value]]
}

/** Cumulative, in seconds, as Prometheus counts. */
function bucketSamples(labels: Labels, { bounds, counts, sumMs }: Histogram): Sample[] {
  let below = 0
  const buckets = counts.map((count, index): Sample => {
    below += count
    const bound = bounds[index]
    const le = bound === undefined ? '+Inf' : numberText(bound / 1000)
    return { suffix: '_bucket', labels: { ...labels, le }, value: below }
  })
  return [
    ...buckets,
    { suffix: '_sum', labels, value: sumMs / 1000 },
    { suffix: '_count', labels, value: below },
  ]
}

/** As both formats write numbers. */
export function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return String(value)
}
