/** What happened, counted where it happens and never guessed from outside; since the alias was opened, in this process. */
export interface Counts {
  /** Reads answered with a fresh value. */
  hits: number
  /** Reads that found nothing that they may give. */
  misses: number
  /** Reads answered with a stale value, while it was refreshed or because its load failed. */
  stale: number
  /** Loaders that ran. */
  loads: number
  /** Loads that failed. */
  loadErrors: number
  /** Callers of `getOrSet` who shared a load that another caller had begun. */
  joined: number
  /** Times that a load of this process waited for one in another process instead of running beside it. */
  waits: number
  /** Values stored, by hand or by a load. */
  stores: number
  /** Values deleted. */
  removes: number
  /** Calls that invalidated keys, tags, or everything. */
  invalidations: number
  /** Values that were not stored: too large, not encodable, skipped by their loader, or overtaken by an invalidation. */
  refusals: number
  /** Payloads that could not be decoded; each is also a miss. */
  undecodable: number
  /** Acts that the store could not do. */
  outages: number
}

/** What is counted before anything has happened. Its names are those of all counts. */
export const NO_COUNTS: Readonly<Counts> = Object.freeze({
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
})

/**
 * How often something took how long. `counts[i]` took at most `bounds[i]` milliseconds and more than `bounds[i - 1]`; the
 * last count, one more than there are bounds, is of what took longer than all of them. Not cumulative.
 */
export interface Histogram {
  /** The upper bounds of the buckets, in milliseconds. */
  readonly bounds: readonly number[]
  /** How many were in each bucket, one more than there are bounds: the last has no bound. */
  readonly counts: readonly number[]
  /** Of all together, in milliseconds. */
  readonly sumMs: number
}

/** What one operation, such as `get` or `setMany`, has done. */
export interface OperationMeasures {
  /** Calls, whether they succeeded or not. */
  readonly calls: number
  /** Calls of the store that failed. */
  readonly errors: number
  /**
   * How long calls took. Of what is answered from this process's memory only one call in 61 is timed, since a clock costs
   * more than the answer, and counts for all: shares and quantiles are right, the sum of the counts is near that of the calls.
   */
  readonly latency: Histogram
}

/** What was done with the keys of one family, as `product:*`. */
export interface FamilyMeasures extends Readonly<
  Pick<
    Counts,
    | 'hits'
    | 'misses'
    | 'stale'
    | 'loads'
    | 'loadErrors'
    | 'joined'
    | 'stores'
    | 'removes'
    | 'invalidations'
    | 'refusals'
  >
> {
  /** A pattern: `product:*`, `product:*:reviews`; a key without parts is its own family. `'(others)'` where there are too many. */
  readonly family: string
  /** Milliseconds that its loaders ran, together. */
  readonly loadMs: number
  /** Milliseconds of loading that its hits spared: of each hit, what its value had cost to load. */
  readonly savedMs: number
  /** Milliseconds that its reads from the store took, together: what its hits cost. */
  readonly readMs: number
  /** Encoded bytes of the values that were stored and measured, and how many were. */
  readonly bytes: number
  /** Of how many values the size was measured. */
  readonly sized: number
  /** The largest of those measured, encoded. */
  readonly largestBytes: number
  /** Of the last value stored: the lifetime that it was given, in milliseconds; `undefined` for ever or unknown. */
  readonly ttlMs: number | undefined
}

/** A load that took long. */
export interface SlowLoad {
  /** What was loaded. */
  readonly key: string
  /** How long the load took. */
  readonly durationMs: number
  /** Milliseconds since the Unix epoch, when it ended. */
  readonly at: number
  /** Whether it failed in the end. */
  readonly failed: boolean
}

/** Whether the store answers, and what is owed to it. */
export interface Health {
  /** `down`: the last act found it away. `open` and `probing`: it answers too late and is spared (circuit breaker). */
  readonly state: 'up' | 'down' | 'open' | 'probing'
  /** Milliseconds since the Unix epoch, when that began; `undefined` while it has always been up. */
  readonly since: number | undefined
  /** Invalidations that could not be sent and wait in the journal until the store is back. */
  readonly owed: number
  /** Loads that run in this process, and those that wait for a place. */
  readonly loadsRunning: number
  /** Loads that wait for a place: see `maxConcurrentLoads`. */
  readonly loadsQueued: number
}

/** One alias measured in one process at one moment: numbers only, without asking the store. Can be sent as JSON. */
export interface Measures {
  /** The alias of these numbers. */
  readonly alias: string
  /** The store's kind: `memory`, `redis`. */
  readonly store: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** Milliseconds since the Unix epoch, when the counting began. */
  readonly since: number
  /** What has happened since the start. */
  readonly counts: Readonly<Counts>
  /** Of `counts.refusals`, how many for which reason. */
  readonly refusals: Readonly<Record<string, number>>
  /** By name of the method: `get`, `getOrSet`, `set`, … */
  readonly operations: Readonly<Record<string, OperationMeasures>>
  /** Most used first; bounded. */
  readonly families: readonly FamilyMeasures[]
  /** How long loads took. */
  readonly loads: Histogram
  /** Milliseconds of loading that hits spared. */
  readonly savedMs: number
  /** Encoded bytes of the values that were read from the store and written to it. */
  readonly bytesRead: number
  /** Encoded bytes sent to the store. */
  readonly bytesWritten: number
  /** Values that this process dropped from its memory to make room. */
  readonly evictions: number
  /** Of the near cache, where there is one. */
  readonly near:
    | {
        readonly hits: number
        readonly misses: number
        readonly entries: number | undefined
        readonly bytes: number | undefined
        readonly maxBytes: number | undefined
      }
    | undefined
  /** How the store and the loads are now. */
  readonly health: Health
  /** The slowest of the last hour, slowest first; bounded. */
  readonly slowLoads: readonly SlowLoad[]
}

/** What exporters need to know of a cache. */
export interface Measured {
  /** The alias that is measured. */
  readonly alias: string
  /** All numbers of now. Costs nothing until it is asked. */
  measures(): Measures
}
