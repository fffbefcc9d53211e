import { readsOf, type Rule } from '../evidence.ts'
import { linkOf } from '../finding.ts'
import { count, percent } from '../words.ts'

const CODE = 'never-read-again'

/** Values, pages above all, that are stored and never asked for again. */
export const neverReadAgain: Rule = (
  { alias, measures, lives },
  { fewest, fewestSampled, share },
) =>
  measures.families.flatMap((family) => {
    const seen = lives(family)
    if (family.stores < fewest || seen.ended < fewestSampled) return []
    // Where more is written than read another rule speaks.
    if (seen.unread / seen.ended < share || family.stores > readsOf(family)) return []
    return [
      {
        code: CODE,
        severity: 'hint' as const,
        alias,
        family: family.family,
        title: `Most of ${family.family} is never asked for again`,
        evidence: `Of ${count(seen.ended)} values followed to their end, ${percent(seen.unread / seen.ended)} were not read once.`,
        remedy:
          'Do not store what one visitor asks for once (deep pages, rare searches, crawlers): store on the second miss, or say `when`.',
        link: linkOf(CODE),
      },
    ]
  })
