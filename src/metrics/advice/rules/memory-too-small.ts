import type { Rule } from '../evidence.ts'
import { linkOf } from '../finding.ts'
import { count, percent, size } from '../words.ts'

const CODE = 'memory-too-small'
const TIMES = [2, 4, 8]

/** Memory that would answer many more reads if there were more of it. */
export const memoryTooSmall: Rule = ({ alias, measures, memoryBytes, reuse }, { fewest, gain }) => {
  if (memoryBytes === undefined || measures.evictions < fewest || reuse.reads < fewest * 10)
    return []
  const rateAt = (bytes: number): number => reuse.hitRateAt(bytes) ?? 0
  const now = rateAt(memoryBytes)
  // As far as each doubling is worth it.
  let enough = 1
  for (const times of TIMES) {
    if (rateAt(memoryBytes * times) - rateAt((memoryBytes * times) / 2) >= gain) enough = times
  }
  if (enough === 1) return []
  const table = [1, ...TIMES].map(
    (times) => `${size(memoryBytes * times)}: ${percent(rateAt(memoryBytes * times))}`,
  )
  return [
    {
      code: CODE,
      severity: 'hint',
      alias,
      title: `${size(memoryBytes * enough)} of memory would answer ${percent(rateAt(memoryBytes * enough) - now)} more of the reads`,
      evidence: `${count(measures.evictions)} values were dropped to make room. Hit rate by memory, from reuse distances: ${table.join(', ')}.`,
      remedy: `Raise maxBytes to ${size(memoryBytes * enough)} if the process has it to give.`,
      link: linkOf(CODE),
    },
  ]
}
