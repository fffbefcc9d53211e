import type { Phase } from './measure.ts'

const columns: readonly (readonly [title: string, cell: (phase: Phase) => string])[] = [
  ['', (phase) => `${phase.name}, ${phase.cache ? 'with cache' : 'without cache'}`],
  ['offered/s', (phase) => whole(phase.offeredPerSecond)],
  ['served/s', (phase) => whole(phase.servedPerSecond)],
  ['p50', (phase) => `${milliseconds(phase.p50)} ms`],
  ['p99', (phase) => `${milliseconds(phase.p99)} ms`],
  ['errors', (phase) => `${((phase.errors / Math.max(1, phase.requests)) * 100).toFixed(1)} %`],
  ['database queries/s', (phase) => whole(phase.queriesPerSecond)],
  [
    'hit rate',
    (phase) => (phase.hitRate === undefined ? '' : `${(phase.hitRate * 100).toFixed(1)} %`),
  ],
]

/** One line per phase, numbers flush right. */
export function toTable(phases: readonly Phase[]): string {
  const rows = [
    columns.map(([title]) => title),
    ...phases.map((phase) => columns.map(([, cell]) => cell(phase))),
  ]
  const widths = columns.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('   ')
        .trimEnd(),
    )
    .join('\n')
}

export interface Verdict {
  readonly claim: string
  readonly holds: boolean
}

/** The launch goal, checked against what was measured. */
export function toVerdicts(phases: readonly Phase[]): Verdict[] {
  const find = (name: string, cache: boolean): Phase | undefined =>
    phases.find((phase) => phase.name === name && phase.cache === cache)
  const ordinary = find('normal day', false)
  const bare = find('launch', false)
  const cached = find('launch', true)
  if (!ordinary || !bare || !cached) return []
  return [
    { claim: 'With the cache, the launch keeps p99 under 200 ms', holds: cached.p99 < 200 },
    { claim: 'With the cache, no request of the launch fails', holds: cached.errors === 0 },
    {
      claim: 'With the cache, the launch asks the database no more than a normal day does without',
      holds: cached.queriesPerSecond <= ordinary.queriesPerSecond,
    },
    {
      claim: 'Without it, the same machine does not survive the launch',
      holds: bare.p99 >= 1_000 || bare.errors > 0,
    },
  ]
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en-IE')
}

function milliseconds(number: number): string {
  return number < 10 ? number.toFixed(1) : whole(number)
}
