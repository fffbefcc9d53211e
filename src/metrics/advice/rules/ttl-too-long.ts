import type { Rule } from '../evidence.ts'
import { linkOf } from '../finding.ts'
import { span } from '../words.ts'

const CODE = 'ttl-too-long'

/** Values that stay long after they are last asked for. */
export const ttlTooLong: Rule = (
  { alias, measures, watchedMs, lives },
  { fewestSampled, ttlTimes },
) =>
  measures.families.flatMap((family) => {
    const seen = lives(family)
    const oldest = seen.hitAges.quantile(0.99)
    if (oldest === undefined || seen.hitAges.total < fewestSampled) return []
    const ttlMs = family.ttlMs ?? Infinity
    // Ages that a short watch could not have seen say nothing.
    if (ttlMs < oldest * ttlTimes || watchedMs < oldest * ttlTimes) return []
    return [
      {
        code: CODE,
        severity: 'hint' as const,
        alias,
        family: family.family,
        title: `${family.family} is kept far longer than it is used`,
        evidence: `99 % of its hits came within ${span(oldest)} of storing; it lives ${ttlMs === Infinity ? 'for ever' : span(ttlMs)}. Watched for ${span(watchedMs)}.`,
        remedy: `A ttl of about ${span(oldest * 2)} would keep nearly all hits and free the memory.`,
        link: linkOf(CODE),
      },
    ]
  })
