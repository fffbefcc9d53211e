import type { Requirement, Section } from './requirement.ts'

type Verdict = 'pass' | 'FAIL' | 'not run'

const PREFACE = `# What HTTP demands, and what the page cache does

This page is written by its own proof: \`npm run conformance\` plays every requirement below over real HTTP, from a client through [the example proxy](../../examples/proxy/README.md) to a scripted view, and writes down how it went. A test fails when the page and a run differ.

Listed is what RFC 9111, RFC 5861, RFC 9211, RFC 9213, RFC 9875, No-Vary-Search and the parts of RFC 9110 that concern a cache demand of a shared cache at the origin, in our own words; numbers in an id are those of the section. *policy* is what a text leaves open and we have decided; what is not ours has its reason beside it.
`

/** The page \`docs/http/conformance.md\`. */
export function report(
  sections: readonly Section[],
  verdicts: ReadonlyMap<string, readonly Verdict[]>,
): string {
  const all = sections.flatMap(({ requirements }) => requirements)
  const parts = [PREFACE, summary(sections, verdicts)]
  for (const { requirements, title } of sections) {
    const rows = requirements.map((each) => row(each, verdicts))
    parts.push(`## ${title}\n`, table(['Id', 'Level', 'Requirement', 'Verdict'], rows))
  }
  const decided = all.filter(({ plays, why }) => plays.length > 0 && why !== undefined)
  parts.push(
    '## Decided otherwise, or beyond the texts\n',
    table(
      ['Id', 'Decision', 'Why'],
      decided.map(({ id, says, why }) => [id, says, why as string]),
    ),
  )
  return parts.join('\n')
}

function summary(
  sections: readonly Section[],
  verdicts: ReadonlyMap<string, readonly Verdict[]>,
): string {
  const rows = sections.map(({ requirements, title }) => {
    const played = requirements.filter(({ plays }) => plays.length > 0)
    const passed = played.filter(({ id }) => passes(verdicts.get(id) ?? []))
    const plays = played.reduce((sum, each) => sum + each.plays.length, 0)
    const rest = requirements.length - played.length
    return [title, String(played.length), String(passed.length), String(plays), String(rest)]
  })
  const totals = [1, 2, 3, 4].map((column) => {
    return String(rows.reduce((sum, each) => sum + Number(each[column]), 0))
  })
  return table(
    ['Section', 'Requirements', 'Passed', 'Courses played', 'Not ours'],
    [...rows, ['**All**', ...totals.map((total) => `**${total}**`)]],
  )
}

function row(
  { id, level, plays, says, why }: Requirement,
  verdicts: ReadonlyMap<string, readonly Verdict[]>,
): readonly string[] {
  if (plays.length === 0) return [id, level, says, `not ours: ${why ?? ''}`]
  const found = verdicts.get(id) ?? []
  const passed = found.filter((each) => each === 'pass').length
  const count = `${passed} of ${plays.length}`
  return [
    id,
    level,
    says,
    passes(found) && passed === plays.length ? `pass (${count})` : `FAIL (${count})`,
  ]
}

function passes(verdicts: readonly Verdict[]): boolean {
  return verdicts.length > 0 && verdicts.every((each) => each === 'pass')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => {
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  }
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`
}
