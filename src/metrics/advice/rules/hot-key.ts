import type { Rule } from '../evidence.ts'
import { linkOf } from '../finding.ts'
import { count, percent } from '../words.ts'

const CODE = 'hot-key'

/** One key that takes a large share of all reads to one server. */
export const hotKey: Rule = ({ alias, measures, remote, hot, reads }, { fewest, hotShare }) => {
  // With a near cache a hot key is what it is there for.
  if (!remote || measures.near !== undefined || reads < fewest * 10) return []
  return hot
    .filter((key) => (key.count - key.error) / reads > hotShare)
    .map((key) => ({
      code: CODE,
      severity: 'warning',
      alias,
      family: key.key,
      title: `${key.key} alone takes ${percent(key.count / reads)} of the reads`,
      evidence: `${count(key.count)} of ${count(reads)} reads, each of them a round trip to the one node that holds it.`,
      remedy:
        "Give the alias a near cache (near: { maxBytes: '64mb' }), so that this key is read from memory.",
      link: linkOf(CODE),
    }))
}
