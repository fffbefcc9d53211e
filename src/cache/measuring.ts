import type { Measures } from '../base/measures.ts'
import type { CacheCore } from './core.ts'
import { readOperations } from './operations.ts'

/** One alias at this moment, without asking its store. */
export function measuresOf(core: CacheCore): Measures {
  const { alias, clock, health, tally } = core
  const at = clock.now()
  return {
    alias,
    store: core.store.name,
    at,
    since: tally.since,
    counts: tally.counts,
    refusals: tally.refusals,
    operations: readOperations(tally.operations),
    families: tally.readFamilies(),
    loads: tally.loads.read(),
    savedMs: tally.savedMs,
    bytesRead: tally.bytesRead,
    bytesWritten: tally.bytesWritten,
    evictions: tally.evictions,
    near: core.tier.nearStats,
    health,
    slowLoads: tally.slowLoads.read(at),
  }
}
