// What was found, as a table: hazards by adapters.
import type { AdapterName, Attack, Hazard } from './attack.ts'
import type { Judged, Verdict } from './verdict.ts'

export interface Finding extends Judged {
  readonly adapter: string
  readonly attack: Attack
}

/** `12`, `11 ~1`, `10 ~1 ✗1`. */
interface Cell {
  readonly text: string
  readonly verdict: Verdict | 'none'
}

const MARKS: Readonly<Record<Verdict, string>> = { safe: '✓', lesser: '~', leak: '✗' }

export function mark(verdict: Verdict): string {
  return MARKS[verdict]
}

function cellOf(findings: readonly Finding[]): Cell {
  if (findings.length === 0) return { text: '', verdict: 'none' }
  const count = (verdict: Verdict): number => {
    return findings.filter((each) => each.verdict === verdict).length
  }
  const [safe, lesser, leak] = [count('safe'), count('lesser'), count('leak')]
  const parts = [`${MARKS.safe}${safe}`]
  if (lesser > 0) parts.push(`${MARKS.lesser}${lesser}`)
  if (leak > 0) parts.push(`${MARKS.leak}${leak}`)
  return { text: parts.join(' '), verdict: leak > 0 ? 'leak' : lesser > 0 ? 'lesser' : 'safe' }
}

const COLOURS: Readonly<Record<Cell['verdict'], string>> = {
  safe: '\x1b[32m',
  lesser: '\x1b[33m',
  leak: '\x1b[31m',
  none: '',
}

/** The findings of one hazard, one column for each adapter. */
export function row(
  title: string,
  columns: readonly string[],
  findings: readonly Finding[],
  coloured: boolean,
): string {
  const cells = columns.map((column) => {
    const { text, verdict } = cellOf(findings.filter(({ adapter }) => adapter === column))
    const padded = text.padStart(widthOf(column))
    return coloured ? `${COLOURS[verdict]}${padded}\x1b[0m` : padded
  })
  return `${title.padEnd(TITLE)}${cells.join('')}\n`
}

export function heading(columns: readonly string[]): string {
  return `${''.padEnd(TITLE)}${columns.map((name) => name.padStart(widthOf(name))).join('')}\n`
}

const TITLE = 30

function widthOf(column: string): number {
  return Math.max(column.length, 9) + 2
}

/** The table of docs/http/attacks.md: what was attacked, who was hit by it, and what came of it here. */
export function markdown(
  hazards: readonly Hazard[],
  columns: readonly AdapterName[],
  findings: readonly Finding[],
): string {
  const lines = [
    `| Hazard | What happens to whom | Hit by it | ${columns.join(' | ')} |`,
    `| --- | --- | --- | ${columns.map(() => '---').join(' | ')} |`,
  ]
  for (const { attacks, harm, title } of hazards) {
    const mine = findings.filter(({ attack }) => attacks.includes(attack))
    const cells = columns.map((column) => {
      return cellOf(mine.filter(({ adapter }) => adapter === column)).text
    })
    lines.push(`| ${title} | ${harm} | ${numbersOf(attacks)} | ${cells.join(' | ')} |`)
  }
  return lines.join('\n')
}

function numbersOf(attacks: readonly Attack[]): string {
  return [...new Set(attacks.flatMap(({ cve = [] }) => cve))].toSorted().join(', ')
}

/** Why an answer that is not the view’s own is right, attack by attack. */
export function reasons(findings: readonly Finding[]): string {
  const found = new Map<Attack, string[]>()
  for (const { adapter, attack, verdict } of findings) {
    if (verdict !== 'lesser' || attack.lesser === undefined) continue
    found.set(attack, [...(found.get(attack) ?? []), adapter])
  }
  const alike = new Map<string, string[]>()
  for (const [{ lesser, name }, adapters] of found) {
    const said = `${lesser} (${adapters.join(', ')})`
    alike.set(said, [...(alike.get(said) ?? []), name])
  }
  return [...alike].map(([said, names]) => `- ${namesOf(names)}: ${said}`).join('\n')
}

/** Many with one reason are not all told. */
function namesOf(names: readonly string[]): string {
  const [first, ...others] = names
  return others.length < 3 ? names.join('; ') : `${first}, and ${others.length} like it`
}

/** What must not be: leaks, and pages that are wrong without a reason. */
export function faults(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ attack, verdict }) => {
    return verdict === 'leak' || (verdict === 'lesser' && attack.lesser === undefined)
  })
}
