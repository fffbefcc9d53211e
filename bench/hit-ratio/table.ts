import { type Cell, type PolicyName, POLICIES, summarize } from './measure.ts'

export const TITLES: Readonly<Record<PolicyName, string>> = {
  lru: 'LRU',
  sieve: 'SIEVE',
  arc: 'ARC',
  tinyLfu: 'W-TinyLFU',
  ours: 'Breakwater',
  belady: 'Belady',
}
const NAMES = Object.keys(POLICIES) as readonly PolicyName[]

/** What a release fails above, and what it is held to aim at. */
export const GOALS = {
  againstLru: { gate: 0.94, aim: 0.935 },
  worst: { gate: 1.1, aim: 1.1 },
} as const

/** Hit ratios in percent, a row for each trace and size. */
export function hitRatios(cells: readonly Cell[]): string {
  const head = ['trace', 'kept', ...NAMES.map((name) => TITLES[name]), 'our misses, of LRU’s']
  const rows = cells.map((cell) => {
    const { misses, requests, share, trace } = cell
    const best = Math.min(...NAMES.filter((name) => name !== 'belady').map((name) => misses[name]))
    const ratios = NAMES.map((name) => {
      const text = (100 * (1 - misses[name] / requests)).toFixed(1)
      return misses[name] === best && name !== 'belady' ? `**${text}**` : text
    })
    return [trace, `${100 * share} %`, ...ratios, (misses.ours / misses.lru).toFixed(3)]
  })
  return markdown(head, rows)
}

/** One row for each policy. */
export function summaries(cells: readonly Cell[]): string {
  const head = ['policy', 'misses, of LRU’s', 'worst', 'where', 'share of the possible hits']
  const rows = NAMES.map((name) => {
    const { againstLru, shareOfBelady, worst, worstCell } = summarize(cells, name)
    const where = name === 'lru' ? '' : `${worstCell.trace}, ${100 * worstCell.share} %`
    return [TITLES[name], againstLru.toFixed(3), worst.toFixed(2), where, shareOfBelady.toFixed(3)]
  })
  return markdown(head, rows)
}

/** Of all misses that LRU has in all cells, how many we have. */
function totalAgainstLru(cells: readonly Cell[]): number {
  const total = (name: PolicyName): number =>
    cells.reduce((sum, { misses }) => sum + misses[name], 0)
  return total('ours') / total('lru')
}

interface Verdict {
  readonly text: string
  readonly isKept: boolean
}

export function verdicts(applications: readonly Cell[], all: readonly Cell[]): Verdict[] {
  const { againstLru } = summarize(applications, 'ours')
  const { worst } = summarize(all, 'ours')
  const total = totalAgainstLru(applications)
  const { againstLru: mean, worst: most } = GOALS
  return [
    verdict(`Misses against LRU, mean of ${applications.length} cells`, againstLru, mean),
    verdict(`The worst of ${all.length} cells`, worst, most),
    {
      text: `· All misses of these cells, of LRU’s: ${total.toFixed(3)} (no goal: two long traces have nearly all of them)`,
      isKept: true,
    },
  ]
}

function verdict(
  what: string,
  value: number,
  { aim, gate }: { aim: number; gate: number },
): Verdict {
  const isKept = value <= gate
  const text = `${isKept ? '✓' : '✗'} ${what}: ${value.toFixed(3)} (gate ${gate}, aim ${aim})`
  return { text, isKept }
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('')
}
