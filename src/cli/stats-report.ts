import { type FamilyMeasures, hitRateOf, type Measures, quantileOf } from '../metrics/index.ts'
import type { Snapshot } from './fleet-view.ts'
import { bar, bytes, count, duration, percent, perSecond } from './numbers.ts'
import type { Paint } from './paint.ts'
import type { ServerStats } from './stats.ts'
import { type Column, tableOf } from './table.ts'
import type { Terminal } from './terminal.ts'
import { visible } from './visible.ts'

const MOST_FAMILIES = 12
const BAR = 20

const FAMILIES: readonly Column[] = [
  { title: 'FAMILY', gives: true },
  { title: 'READS', align: 'right' },
  { title: 'HITS', align: 'right' },
  { title: 'MISSES', align: 'right' },
  { title: 'LOADS', align: 'right' },
  { title: 'PER LOAD', align: 'right' },
  { title: 'SAVED', align: 'right' },
  { title: 'SIZE', align: 'right' },
]

export interface StatsParts {
  readonly snapshot: Snapshot
  readonly measures: readonly Measures[]
  readonly servers: readonly ServerStats[]
}

/** What `breakwater stats` prints for people. */
export function statsReport(parts: StatsParts, terminal: Terminal): string {
  const { measures, servers, snapshot } = parts
  const { paint } = terminal
  const rows: string[] = []
  for (const each of measures) {
    const server = servers.find(({ alias }) => alias === each.alias)
    rows.push(
      '',
      headOf(each, snapshot, paint),
      ...countsOf(each, paint),
      ...serverOf(server, paint),
    )
    if (each.families.length > 0) rows.push('', ...familiesOf(each, terminal))
  }
  for (const server of servers) {
    if (measures.some(({ alias }) => alias === server.alias)) continue
    rows.push('', `${paint.bold(server.alias)}  ${server.store}`, ...serverOf(server, paint))
  }
  return `${rows.join('\n')}\n`
}

function headOf({ alias, at, since, store }: Measures, snapshot: Snapshot, paint: Paint): string {
  const told = snapshot.processes.filter(({ measures }) =>
    measures.some((each) => each.alias === alias),
  )
  const hosts = new Set(told.map(({ host }) => host)).size
  const processes = `${told.length} ${told.length === 1 ? 'process' : 'processes'}`
  const where = hosts > 1 ? `${processes} on ${hosts} hosts` : processes
  return `${paint.bold(visible(alias))}  ${visible(store)}  ${paint.dim(`${where}, ${duration(at - since)}`)}`
}

function countsOf(measures: Measures, paint: Paint): string[] {
  const { at, bytesRead, bytesWritten, counts, health, loads, near, refusals, savedMs, since } =
    measures
  const ms = at - since
  const reads = counts.hits + counts.stale + counts.misses
  const rate = hitRateOf(counts)
  const isWell = health.state === 'up'
  const reasons = Object.entries(refusals).map(
    ([reason, times]) => `${visible(reason)} ${count(times)}`,
  )
  const rows: (readonly [string, string])[] = [
    ['reads', `${count(reads)}  ${paint.dim(perSecond(reads, ms))}`],
    [
      'hit rate',
      `${percent(rate)}  ${hitPaint(rate, paint)(bar(rate, BAR))}${some(counts.stale, 'stale')}`,
    ],
    [
      'loads',
      `${count(counts.loads)}${counts.loads === 0 ? '' : paint.dim(`  half within ${duration(quantileOf(loads, 0.5))}, 99 % within ${duration(quantileOf(loads, 0.99))}`)}${some(counts.loadErrors, 'failed', paint.red)}${some(counts.joined, 'callers joined one')}${some(counts.waits, 'waited for another process')}`,
    ],
    ['saved', `${duration(savedMs)} of loading`],
    [
      'stored',
      `${count(counts.stores)}${some(counts.invalidations, 'invalidations')}${some(counts.removes, 'removed')}`,
    ],
    ['bytes', `${bytes(bytesRead)} read, ${bytes(bytesWritten)} written`],
  ]
  if (counts.refusals > 0)
    rows.push(['refused', `${count(counts.refusals)}  ${paint.dim(reasons.join(', '))}`])
  if (near !== undefined) {
    const share = hitRateOf({ hits: near.hits, misses: near.misses, stale: 0 })
    rows.push(['near', `${percent(share)} hits, ${bytes(near.bytes)} of ${bytes(near.maxBytes)}`])
  }
  if (counts.outages > 0 || !isWell || health.owed > 0) {
    const state = isWell ? 'up' : paint.red(health.state)
    rows.push([
      'store',
      `${state}${some(counts.outages, 'acts failed')}${some(health.owed, 'invalidations owed')}`,
    ])
  }
  return rows.map(([name, value]) => `  ${paint.dim(name.padEnd(9))} ${value}`)
}

function some(
  times: number,
  what: string,
  paint: (text: string) => string = (text) => text,
): string {
  return times === 0 ? '' : `, ${paint(`${count(times)} ${what}`)}`
}

function serverOf(server: ServerStats | undefined, paint: Paint): string[] {
  if (server === undefined) return []
  const parts = server.reachable
    ? [
        server.maxBytes === undefined
          ? bytes(server.bytes)
          : `${bytes(server.bytes)} of ${bytes(server.maxBytes)}`,
        ...known(server.entries, 'entries'),
        ...known(server.clients, 'clients'),
        ...known(server.evictions, 'evictions'),
      ]
    : [paint.red('does not answer')]
  return [`  ${paint.dim('server'.padEnd(9))} ${parts.join(', ')}`]
}

function known(value: number | undefined, what: string): string[] {
  return value === undefined ? [] : [`${count(value)} ${what}`]
}

function familiesOf({ families }: Measures, terminal: Terminal): string[] {
  const { columns, paint } = terminal
  const rows = families.slice(0, MOST_FAMILIES).map((family) => {
    const rate = hitRateOf(family)
    return [
      visible(family.family),
      count(readsOf(family)),
      { text: percent(rate), paint: hitPaint(rate, paint) },
      count(family.misses),
      count(family.loads),
      family.loads === 0 ? '-' : duration(family.loadMs / family.loads),
      duration(family.savedMs),
      family.sized === 0 ? '-' : bytes(family.bytes / family.sized),
    ]
  })
  const width = columns === undefined ? undefined : columns - 2
  const lines = tableOf(FAMILIES, rows, { columns: width, title: paint.dim }).map(
    (line) => `  ${line}`,
  )
  const more = families.length - MOST_FAMILIES
  return more > 0 ? [...lines, paint.dim(`  and ${count(more)} more`)] : lines
}

export function readsOf({
  hits,
  misses,
  stale,
}: Pick<FamilyMeasures, 'hits' | 'misses' | 'stale'>): number {
  return hits + stale + misses
}

/** Green for what pays, yellow for what might, red for what does not. */
export function hitPaint(rate: number | undefined, paint: Paint): (text: string) => string {
  if (rate === undefined) return paint.dim
  return rate >= 0.8 ? paint.green : rate >= 0.5 ? paint.yellow : paint.red
}
