import { type Difference, hitRateOf, quantileOf } from '../metrics/index.ts'
import { bar, bytes, count, duration, percent, perSecond, sparkline } from './numbers.ts'
import type { Paint } from './paint.ts'
import { hitPaint, readsOf } from './stats-report.ts'
import { type Cell, type Column, tableOf } from './table.ts'
import type { Frame, Row, TopModel } from './top-model.ts'
import { visible, widthOf } from './visible.ts'

const BAR = 10
const TREND = 16
const TOTAL_TREND = 30

const MEASURED: readonly Column[] = [
  { title: 'READS', align: 'right' },
  { title: 'HIT RATE' },
  { title: '', align: 'right' },
  { title: 'MISSES', align: 'right' },
  { title: 'LOADS', align: 'right' },
  { title: 'PER LOAD', align: 'right' },
  { title: 'SAVED', align: 'right' },
]
const BY_FAMILY: readonly Column[] = [
  { title: 'FAMILY', gives: true },
  ...MEASURED,
  { title: 'SIZE', align: 'right' },
  { title: 'TREND' },
]
const BY_PROCESS: readonly Column[] = [
  { title: 'PROCESS', gives: true },
  ...MEASURED,
  { title: 'UP', align: 'right' },
  { title: 'STORE' },
  { title: 'TREND' },
]

export interface Size {
  readonly columns: number
  /** `undefined` shows all rows. */
  readonly rows: number | undefined
}

/** One picture of the fleet, as lines of a terminal of this size. */
export function topLines(model: TopModel, size: Size, paint: Paint): string[] {
  const frame = model.frame()
  const head = [...titleLines(frame, size.columns, paint), '']
  const room = size.rows === undefined ? Infinity : size.rows - head.length - 3
  const shown = frame.rows.slice(0, Math.max(1, room))
  const byFamily = frame.hasSeveralAliases ? [{ title: 'CACHE' }, ...BY_FAMILY] : BY_FAMILY
  const columns = model.byProcess ? BY_PROCESS : byFamily
  const table = tableOf(
    columns,
    shown.map((row) => rowOf(row, frame, paint)),
    { columns: size.columns, title: paint.dim },
  )
  const more = frame.rows.length - shown.length
  return [...head, ...table, ...(more > 0 ? [paint.dim(`and ${count(more)} more`)] : [])]
}

/** What the keys do. */
export function keysLine(model: TopModel, paint: Paint): string {
  const key = (name: string, does: string): string => `${paint.inverse(` ${name} `)} ${does}`
  return [
    key('q', 'quit'),
    key('s', `sorted by ${model.sort}${model.isReversed ? ', reversed' : ''}`),
    key('r', 'reverse'),
    key('p', model.byProcess ? 'families' : 'processes'),
  ].join('  ')
}

function titleLines(frame: Frame, columns: number, paint: Paint): string[] {
  const { at, durationMs, history, processes, total } = frame
  const hosts = new Set(processes.map(({ host }) => host)).size
  const size = `${processes.length} ${processes.length === 1 ? 'process' : 'processes'} on ${hosts} ${hosts === 1 ? 'host' : 'hosts'}`
  const clock = new Date(at).toTimeString().slice(0, 8)
  const left = `breakwater top  ${size}`
  const gap = ' '.repeat(Math.max(2, columns - widthOf(left) - clock.length))
  const title = `${paint.bold('breakwater top')}  ${size}${gap}${paint.dim(clock)}`
  if (total === undefined) return [title, paint.dim('Waiting for a second look …'), '']
  return [title, ...totalLines(total, durationMs, history, paint)]
}

function totalLines(
  total: Difference,
  ms: number,
  history: readonly number[],
  paint: Paint,
): string[] {
  const { counts, health, loads, near, savedMs } = total
  const rate = hitRateOf(counts)
  const failed =
    counts.loadErrors > 0 ? paint.red(`  ${perSecond(counts.loadErrors, ms)} failed`) : ''
  const outages = counts.outages > 0 ? paint.red(`  ${count(counts.outages)} acts failed`) : ''
  const state = health.state === 'up' ? paint.green('up') : paint.red(health.state)
  const nearRate = near && hitRateOf({ hits: near.hits, misses: near.misses, stale: 0 })
  const lines = [
    [
      ['reads', perSecond(readsOf(counts), ms)],
      ['', paint.cyan(sparkline(history, TOTAL_TREND))],
      ['hits', `${hitPaint(rate, paint)(bar(rate, 20))} ${percent(rate)}`],
    ],
    [
      [
        'loads',
        `${perSecond(counts.loads, ms)}  99 % within ${duration(quantileOf(loads, 0.99))}${failed}`,
      ],
      ['saves', `${duration((savedMs * 1000) / Math.max(1, ms))} of loading a second`],
      ...(nearRate === undefined ? [] : [['near', percent(nearRate)]]),
      ['store', `${state}${outages}`],
    ],
  ]
  return lines.map((parts) => {
    return parts
      .map(([name = '', text = '']) => (name === '' ? text : `${paint.dim(name)} ${text}`))
      .join('   ')
  })
}

function rowOf(row: Row, frame: Frame, paint: Paint): (string | Cell)[] {
  const { durationMs } = frame
  const measured = [
    perSecond(row.reads, durationMs),
    { text: bar(row.hitRate, BAR), paint: hitPaint(row.hitRate, paint) },
    percent(row.hitRate),
    perSecond(row.misses, durationMs),
    { text: perSecond(row.loads, durationMs), ...(row.loadErrors > 0 && { paint: paint.red }) },
    row.loads === 0 ? '-' : duration(row.loadMs / row.loads),
    durationMs === 0 ? '-' : `${duration((row.savedMs * 1000) / durationMs)}/s`,
  ]
  const trend = { text: sparkline(row.history, TREND), paint: paint.cyan }
  const name = visible(row.name)
  if (row.process === undefined) {
    const alias = frame.hasSeveralAliases
      ? [{ text: visible(row.alias ?? ''), paint: paint.dim }]
      : []
    return [...alias, name, ...measured, bytes(row.bytes), trend]
  }
  const up = duration(Math.max(0, row.process.seenAt - row.process.startedAt))
  const isUp = row.state === undefined || row.state === 'up'
  const state = { text: row.state ?? '-', paint: isUp ? paint.green : paint.red }
  return [name, ...measured, up, state, trend]
}
