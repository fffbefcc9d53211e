import type { Rule } from '../evidence.ts'
import { linkOf } from '../finding.ts'
import { count, size } from '../words.ts'

const CODE = 'oversized'

/** Values so large that they crowd others out and hold up the connection that they share. */
export const oversized: Rule = ({ alias, measures }, { valueBytes }) =>
  measures.families
    .filter(({ largestBytes }) => largestBytes > valueBytes)
    .map(({ family, largestBytes, bytes, sized }) => ({
      code: CODE,
      severity: 'warning',
      alias,
      family,
      title: `${family} holds very large values`,
      evidence: `The largest of ${count(sized)} measured is ${size(largestBytes)}, the mean ${size(bytes / Math.max(1, sized))}.`,
      remedy:
        'Cache the parts that are used (ids instead of rows, one page of a list), compress them with compressed(json()), or keep them in files.',
      link: linkOf(CODE),
    }))
