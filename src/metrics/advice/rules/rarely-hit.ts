import { readsOf, type Rule } from '../evidence.ts'
import { linkOf } from '../finding.ts'
import { count, percent } from '../words.ts'

const CODE = 'rarely-hit'

/** Reads that the cache seldom answers: each of them pays for the look, and for the memory of what nobody asks for again. */
export const rarelyHit: Rule = ({ alias, measures, reuse, lives }, { fewest, hitRate, share }) =>
  measures.families.flatMap((family) => {
    const reads = readsOf(family)
    const rate = (family.hits + family.stale) / reads
    if (reads < fewest || rate >= hitRate) return []
    // Other rules speak where more is written than read, nothing is stored, or all comes again too late.
    const late = lives(family).missAges.total / (family.misses * reuse.rate)
    if (family.stores > reads || family.stores < family.loads / 2 || late > share) return []
    return [
      {
        code: CODE,
        severity: 'warning' as const,
        alias,
        family: family.family,
        title: `${family.family} is seldom found in the cache`,
        evidence: `${percent(rate)} of ${count(reads)} reads were answered.`,
        remedy:
          'Leave out of the key what the value does not depend on (times, random ids, unsorted filters), give it a longer ttl, or do not cache it.',
        link: linkOf(CODE),
      },
    ]
  })
