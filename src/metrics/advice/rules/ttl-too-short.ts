import { readsOf, type Rule } from '../evidence.ts'
import { linkOf } from '../finding.ts'
import { percent, span } from '../words.ts'

const CODE = 'ttl-too-short'
const LONGER = 4

/** Values that are asked for again soon after they have expired. */
export const ttlTooShort: Rule = (
  { alias, measures, reuse, lives },
  { fewest, fewestSampled, share },
) =>
  measures.families.flatMap((family) => {
    const { ttlMs } = family
    const reads = readsOf(family)
    const seen = lives(family)
    if (ttlMs === undefined || reads < fewest) return []
    const { missAges } = seen
    if (missAges.total < fewestSampled) return []
    const late = missAges.upTo(ttlMs * LONGER) - missAges.upTo(ttlMs)
    const spared = Math.min(1, late / (family.misses * reuse.rate))
    const misses = family.misses / reads
    if (spared < share || misses < 0.2) return []
    return [
      {
        code: CODE,
        severity: 'hint' as const,
        alias,
        family: family.family,
        title: `${family.family} expires just before it is asked for again`,
        evidence: `${percent(misses)} of its reads miss, and ${percent(spared)} of these come within ${LONGER} lifetimes of storing (ttl ${span(ttlMs)}).`,
        remedy: `If the data allow it, give it a ttl of ${span(ttlMs * LONGER)} and invalidate it when it changes; or serve it stale while it is refreshed.`,
        link: linkOf(CODE),
      },
    ]
  })
