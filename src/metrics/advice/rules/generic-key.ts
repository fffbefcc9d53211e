import type { Rule } from '../evidence.ts'
import { linkOf } from '../finding.ts'
import { count } from '../words.ts'

const CODE = 'generic-key'
const FEWEST_STORES = 20
const FEWEST_SIZES = 4

/** One key for what each user has their own of. */
export const genericKey: Rule = ({ alias, generic }) =>
  generic
    .filter(({ stores, sizes }) => stores >= FEWEST_STORES && sizes.size >= FEWEST_SIZES)
    .map(({ key, stores, sizes }) => ({
      code: CODE,
      severity: 'error',
      alias,
      family: key,
      title: `${key} looks like one key for many users`,
      evidence: `Its name says that it is personal and not whose; it was stored ${count(stores)} times, in at least ${sizes.size} sizes.`,
      remedy: `Put the user into the key, such as ['${key.replaceAll("'", "\\'")}', user.id], or do not cache it: one user may see what is another's.`,
      link: linkOf(CODE),
    }))
