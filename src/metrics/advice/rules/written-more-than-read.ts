import { readsOf, type Rule } from '../evidence.ts'
import { linkOf } from '../finding.ts'
import { count } from '../words.ts'

const CODE = 'written-more-than-read'

/** Values that are stored more often than anyone asks for them. */
export const writtenMoreThanRead: Rule = ({ alias, measures }, { fewest }) =>
  measures.families
    .filter((family) => family.stores >= fewest && family.stores > readsOf(family))
    .map((family) => ({
      code: CODE,
      severity: 'warning',
      alias,
      family: family.family,
      title: `${family.family} is written more often than it is read`,
      evidence: `${count(family.stores)} values were stored and ${count(readsOf(family))} reads made.`,
      remedy:
        'Store on the first read with getOrSet, and on a write only invalidate; or do not cache these values.',
      link: linkOf(CODE),
    }))
