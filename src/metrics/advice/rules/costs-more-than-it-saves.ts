import { readsOf, type Rule } from '../evidence.ts'
import { linkOf } from '../finding.ts'
import { count, span } from '../words.ts'

const CODE = 'costs-more-than-it-saves'

/** Hits that take longer than loading would. */
export const costsMoreThanItSaves: Rule = ({ alias, measures }, { fewest }) =>
  measures.families.flatMap((family) => {
    const reads = readsOf(family)
    // What was never loaded here has an unknown cost, not none.
    if (reads < fewest || family.loads === 0 || family.readMs <= family.savedMs) return []
    return [
      {
        code: CODE,
        severity: 'warning' as const,
        alias,
        family: family.family,
        title: `Reading ${family.family} from the cache takes longer than it saves`,
        evidence: `${count(reads)} reads took ${span(family.readMs)} together and spared ${span(family.savedMs)} of loading; one load takes ${span(family.loadMs / family.loads)}.`,
        remedy:
          'Do not cache what is as quick to compute; or give the alias a near cache, so that a hit does not leave the process.',
        link: linkOf(CODE),
      },
    ]
  })
