import type { Rule } from '../evidence.ts'
import { linkOf } from '../finding.ts'
import { count } from '../words.ts'

const CODE = 'refused-often'

/** Values that are loaded again and again because they are never stored. */
export const refusedOften: Rule = ({ alias, measures }, { fewest }) =>
  measures.families.flatMap(({ family, loads, loadErrors, refusals, stores }) => {
    // After a refusal some loads run without being judged each time.
    const lost = loads - loadErrors - stores
    if (refusals === 0 || lost < fewest || lost <= stores) return []
    const reasons = Object.entries(measures.refusals)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 3)
      .map(([reason, times]) => `${reason} (${count(times)})`)
    return [
      {
        code: CODE,
        severity: 'warning' as const,
        alias,
        family,
        title: `${family} is loaded and then not stored`,
        evidence: `Of ${count(loads)} loads ${count(stores)} were stored. Refused in this alias: ${reasons.join(', ')}.`,
        remedy:
          'Make the values storable (smaller, without functions or class instances), or leave the cache out: each of these reads pays for both.',
        link: linkOf(CODE),
      },
    ]
  })
