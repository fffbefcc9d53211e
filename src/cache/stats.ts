import { isOutage } from '../base/errors.ts'
import type { StoreStats } from '../base/store.ts'
import type { NearStats } from '../tiers/look.ts'
import type { CacheCore } from './core.ts'
import type { Counts, Measures } from '../base/measures.ts'
import { measuresOf } from './measuring.ts'

/** One alias, measured. */
export interface CacheStats extends Counts {
  /** The alias of these numbers. */
  readonly alias: string
  /** The kind of its store. */
  readonly store: string
  /** `(hits + stale) / (hits + stale + misses)`; `undefined` before the first read. */
  readonly hitRate: number | undefined
  /** Loads that this process runs at this moment, a batch counting as one. */
  readonly loadsRunning: number
  /** Loads of this process that wait for one of `maxConcurrentLoads` places. */
  readonly loadsQueued: number
  /** The store answers. */
  readonly reachable: boolean
  /** Memory that the store uses, in bytes, everybody's keys included where it is shared; `undefined` when it cannot say. */
  readonly bytes: number | undefined
  /** Its bound, where it has one and tells it. */
  readonly maxBytes: number | undefined
  /** How many values are there, where the store can tell. */
  readonly entries: number | undefined
  /** How many values had to go to make room, where the store can tell. */
  readonly evictions: number | undefined
  /** Connections that the server has, from anyone. */
  readonly clients: number | undefined
  /** What else this kind of store says of itself. */
  readonly detail: Readonly<Record<string, string | number>>
  /** What is counted natively, whole: families of keys, operations, latencies. */
  readonly measures: Measures
  /** What the near cache has done; `undefined` where there is none. */
  readonly near: NearStats | undefined
}

const UNREACHABLE: StoreStats = {
  entries: undefined,
  bytes: undefined,
  maxBytes: undefined,
  evictions: undefined,
  clients: undefined,
  detail: {},
}

export async function statsOf(core: CacheCore): Promise<CacheStats> {
  const measures = measuresOf(core)
  const { counts } = measures
  let store = UNREACHABLE
  let reachable = true
  try {
    store = await core.tier.stats()
  } catch (error) {
    if (!isOutage(error)) throw error
    reachable = false
  }
  const served = counts.hits + counts.stale
  const reads = served + counts.misses
  const hitRate = reads === 0 ? undefined : served / reads
  const loads = { loadsRunning: core.slots.running, loadsQueued: core.slots.queued }
  const { alias } = core
  const judged = { hitRate, reachable, near: core.tier.nearStats, measures }
  return { alias, store: core.store.name, ...counts, ...loads, ...store, ...judged }
}
