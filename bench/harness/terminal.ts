import { styleText } from 'node:util'
import type { Question } from './question.ts'
import { medianOf, type NodeRun, ratio, short, shortSpread } from './report.ts'

const BAR = 28
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A table with bars, for one Node. */
export function terminalTable(question: Question, run: NodeRun): string {
  const { entrants, limit, measures, ours, title } = question
  const [first, ...others] = measures
  if (first === undefined) return ''
  const most = Math.max(...entrants.map(({ label }) => medianOf(run, label, first.name) || 0))
  const head = ['', `${first.name}, ${first.unit}`, '', 'of limit', 'of ours']
  head.push(...others.map(({ name, unit }) => `${name}, ${unit}`))
  const rows = entrants
    .filter(({ label }) => run.results[label] !== undefined)
    .map(({ label }) => [
      label,
      cell(run, label, first.name),
      bar(medianOf(run, label, first.name) / most),
      limit === undefined ? '' : ratio(question, run, label, limit),
      ratio(question, run, label, ours),
      ...others.map(({ name }) => cell(run, label, name)),
    ])
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at]!.length)))
  widths[2] = BAR
  const line = (row: readonly string[]): string =>
    row
      .map((text, at) => text.padEnd(widths[at]!))
      .join('  ')
      .trimEnd()
  const colour = (label: string): Parameters<typeof styleText>[0] =>
    label === ours ? 'cyan' : label === limit ? 'dim' : 'reset'
  return [
    styleText('bold', `${title}  ·  Node ${run.node}  ·  ${first.better} is better`),
    styleText('dim', line(head)),
    ...rows.map((row) => styleText(colour(row[0]!), line(row))),
    '',
  ].join('\n')
}

function cell(run: NodeRun, label: string, measure: string): string {
  const found = run.results[label]?.[measure]
  if (found === undefined) return ''
  return typeof found === 'string' ? found : shortSpread(found)
}

/** @param share of the longest, from 0 to 1 */
export function bar(share: number): string {
  if (!(share > 0)) return ''
  const eighths = Math.max(1, Math.round(share * BAR * 8))
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')
}

/** Lines of a question that has them, with how steep they are. */
export function slopesOf(question: Question, run: NodeRun, slope: Slope): string {
  return (question.lines ?? [])
    .map(({ label, points }) => {
      const drawn = points.map(
        ({ at, measure }) => [at, medianOf(run, question.ours, measure)] as const,
      )
      const from = short(drawn[0]?.[1] ?? NaN)
      const to = short(drawn.at(-1)?.[1] ?? NaN)
      return `${label}: ${from} to ${to}, slope ${slope(drawn).toFixed(2)}\n`
    })
    .join('')
}

type Slope = (points: readonly (readonly [number, number])[]) => number
