import type { Findings, TraceStep } from './checker.ts'
import type { Section } from './configurations.ts'
import { judge } from './verdict.ts'

/** What was found in each row, by its id. */
export type Results = ReadonlyMap<string, Findings>

/** The table as text: one section after the other, columns aligned over all of them. */
export function table(sections: readonly Section[], results: Results): string {
  const lines: string[] = []
  const nameWidth = Math.max(...sections.flatMap(({ rows }) => rows.map(({ name }) => name.length)))
  for (const { title, rows } of sections) {
    const counts = `${'states'.padStart(10)}${'time'.padStart(9)}`
    lines.push('', title, `  ${''.padEnd(nameWidth)}${counts}  verdict`)
    for (const row of rows) {
      const findings = results.get(row.id)
      if (findings === undefined) continue
      const states = findings.states.toLocaleString('en-US').padStart(10)
      const time = seconds(findings.ms).padStart(9)
      const { good, text } = judge(row, findings)
      lines.push(`${good ? ' ' : '!'} ${row.name.padEnd(nameWidth)}${states}${time}  ${text}`)
    }
  }
  return lines.join('\n')
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
}

/** A trace as numbered sentences; what the store holds is shown where it has changed. */
export function narrate(trace: readonly TraceStep[], fault: string): string {
  const lines: string[] = []
  const width = String(trace.length - 1).length
  let last = ''
  for (const [at, { label, after }] of trace.entries()) {
    lines.push(`${String(at).padStart(width)}. ${label}`)
    if (after !== last) lines.push(`${''.padEnd(width)}    [${after}]`)
    last = after
  }
  lines.push('', fault)
  return lines.join('\n')
}
