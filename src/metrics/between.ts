import type { FamilyMeasures, Measures } from '../base/measures.ts'
import { homes, mostUsedFirst } from './families.ts'
import {
  combineCounts,
  combineFamily,
  combineHistograms,
  combineOperations,
  combineRecords,
} from './sums.ts'

const grown = (before: number, after: number): number => after - before

/** What one alias has done in an interval. */
export interface Difference extends Measures {
  /** Milliseconds of the interval: from `before`, or from when the counting began anew, to `after`. */
  readonly durationMs: number
  /** The process, or the alias in it, was started anew in between: what was counted from `before` until then is lost. */
  readonly restarted: boolean
}

/**
 * What was counted between two measures of one alias in one process: `between(before, after)`. What is no count (health,
 * what is near, slow loads) is as `after` has it; `since` is where the interval begins. A family that has become a part of
 * another is taken from that one.
 *
 * A process that was started anew counts from 0: then it is all that `after` has, and `restarted` is true.
 */
export function between(before: Measures, after: Measures): Difference {
  if (before.since !== after.since || before.at > after.at) {
    return { ...after, durationMs: after.at - after.since, restarted: true }
  }
  return {
    ...after,
    since: before.at,
    durationMs: after.at - before.at,
    restarted: false,
    counts: combineCounts(before.counts, after.counts, grown),
    refusals: combineRecords(before.refusals, after.refusals, grown),
    operations: combineOperations(before.operations, after.operations, grown),
    families: familiesBetween(before.families, after.families),
    loads: combineHistograms(before.loads, after.loads, grown),
    savedMs: after.savedMs - before.savedMs,
    bytesRead: after.bytesRead - before.bytesRead,
    bytesWritten: after.bytesWritten - before.bytesWritten,
    evictions: after.evictions - before.evictions,
    near: after.near && {
      ...after.near,
      hits: after.near.hits - (before.near?.hits ?? 0),
      misses: after.near.misses - (before.near?.misses ?? 0),
    },
  }
}

function familiesBetween(
  before: readonly FamilyMeasures[],
  after: readonly FamilyMeasures[],
): FamilyMeasures[] {
  const left = new Map(after.map((measured) => [measured.family, measured]))
  const home = homes([before, after])
  for (const measured of before) {
    const family = left.has(measured.family) ? measured.family : home.get(measured.family)
    const now = family === undefined ? undefined : left.get(family)
    if (now !== undefined)
      left.set(now.family, combineFamily({ ...measured, family: now.family }, now, grown))
  }
  return mostUsedFirst([...left.values()])
}
