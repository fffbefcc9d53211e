import { html, type Html, type Piece } from '../markup.ts'
import type { FleetSeen } from '../fleet-glance.ts'
import type { Measures } from '../../base/measures.ts'
import type { Point, Series } from '../series.ts'
import { hitRateOf } from '../../metrics/hit-rate-of.ts'
import { quantileOf } from '../../metrics/quantile-of.ts'
import { readLatency, readsOf } from '../totals.ts'
import { bytes, count, counted, duration, percent, perSecond } from '../words.ts'
import { type Ask, aliasOf } from './ask.ts'
import { chart } from './chart.ts'
import { busiest } from './families.ts'
import { healthBanners } from './health.ts'
import { slowLoads } from './loads.ts'
import { aliasChips, chips, empty, link, panel, table, tile } from './parts.ts'

/** Now is the last minute, so that a number does not jump about with each request. */
const NOW_MS = 60_000
/** And is compared with what went before, for as long. */
const BEFORE_MS = 300_000

/** Whose numbers are shown. */
interface Scope {
  readonly series: Series
  readonly measures: readonly Measures[]
  readonly fleet: FleetSeen | undefined
}

export async function overview(ask: Ask): Promise<Html> {
  const { board } = ask
  const alias = aliasOf(ask)
  const scope = await scopeOf(ask)
  const measures = scope.measures.filter((each) => alias === undefined || each.alias === alias)
  const reads = measures.reduce((sum, { counts }) => sum + readsOf(counts), 0)
  return html` <div class="heading">
      <h1>Overview</h1>
      <div class="choices">${scopeChips(ask, scope)}${aliasChips(ask, '', ofParam(ask))}</div>
    </div>
    ${healthBanners(board, measures)}
    ${reads === 0 && empty('No reads yet', 'As soon as the application asks its cache for something, the numbers here begin to move. Aliases that nobody has used are not opened for this page.')}
    ${tiles(scope.series, measures, alias)} ${charts(ask, scope.series, measures, alias)}
    <div class="columns first">
      ${panel('Busiest families', busiest(ask, measures, 6), html`<a href="${link('families', aliasParam(alias))}">All families</a>`)}
      ${panel('Slowest loads', slowLoads(ask, measures, 6), html`<a href="${link('loads', aliasParam(alias))}">All loads</a>`)}
    </div>`
}

function aliasParam(alias: string | undefined): { alias?: string } {
  return alias === undefined ? {} : { alias }
}

function ofParam({ board, params }: Ask): { of?: string } {
  return board.fleet !== undefined && params.get('of') === 'fleet' ? { of: 'fleet' } : {}
}

async function scopeOf(ask: Ask): Promise<Scope> {
  const { board } = ask
  if (board.fleet === undefined || ofParam(ask).of === undefined)
    return { series: board.series, measures: board.measures, fleet: undefined }
  const fleet = await board.fleet.look()
  const measures = fleet.processes.flatMap((each) => each.measures)
  return { series: board.fleet.series, measures, fleet }
}

function scopeChips(ask: Ask, { fleet }: Scope): Html | undefined {
  if (ask.board.fleet === undefined) return undefined
  const alias = aliasOf(ask)
  const all =
    fleet === undefined
      ? 'All processes'
      : `All ${counted(fleet.processes.length, 'process', 'processes')}`
  return chips('Whose numbers', [
    { title: 'This process', href: link('', aliasParam(alias)), current: fleet === undefined },
    {
      title: all,
      href: link('', { ...aliasParam(alias), of: 'fleet' }),
      current: fleet !== undefined,
    },
  ])
}

function tiles(series: Series, measures: readonly Measures[], alias: string | undefined): Html {
  const now = series.last(NOW_MS, alias)
  const before = now && series.last(BEFORE_MS, alias, now.at - NOW_MS)
  const sum = (of: (each: Measures) => number): number =>
    measures.reduce((all, each) => all + of(each), 0)
  const rate = now && hitRateOf(now.totals)
  const rateBefore = before && hitRateOf(before.totals)
  const reads = now && readsOf(now.totals) / now.seconds
  const readsBefore = before && readsOf(before.totals) / before.seconds
  const joined = sum(({ counts }) => counts.joined)
  const waits = sum(({ counts }) => counts.waits)
  const saved = sum((each) => each.savedMs)
  const loads = now && now.totals.loads / now.seconds
  const failed = sum(({ counts }) => counts.loadErrors)
  const near = sum((each) => each.near?.bytes ?? 0)
  return html`<dl class="tiles">
    ${tile('Hit rate', percent(rate), pointsNote(rate, rateBefore))}
    ${tile('Reads a second', perSecond(reads), changeNote(reads, readsBefore))}
    ${tile('Load time saved', duration(saved), savedNote(saved, measures))}
    ${tile('Stampedes prevented', count(joined + waits), `${count(joined)} here, ${count(waits)} across processes`)}
    ${tile('Loads a second', perSecond(loads), failed === 0 ? 'none has failed' : `${count(failed)} have failed`)}
    ${
      near > 0
        ? tile(
            'Kept in this memory',
            bytes(near),
            `${count(sum((each) => each.evictions))} dropped for room`,
          )
        : tile(
            'Invalidations',
            count(sum(({ counts }) => counts.invalidations)),
            `${count(sum(({ counts }) => counts.stores))} values stored`,
          )
    }
  </dl>`
}

function pointsNote(now: number | undefined, before: number | undefined): Piece {
  if (now === undefined || before === undefined) return 'in the last minute'
  const points = (now - before) * 100
  if (Math.abs(points) < 0.05) return 'as in the 5 minutes before'
  return html`<span class="${points > 0 ? 'better' : 'worse'}"
      >${arrow(points)} ${Math.abs(points).toFixed(1)} points</span
    >
    against 5 minutes before`
}

function changeNote(now: number | undefined, before: number | undefined): Piece {
  if (now === undefined || before === undefined || before === 0) return 'in the last minute'
  const change = now / before - 1
  if (Math.abs(change) < 0.02) return 'as in the 5 minutes before'
  return `${arrow(change)} ${Math.abs(change * 100).toFixed(0)} % against 5 minutes before`
}

function arrow(change: number): string {
  return change > 0 ? '▲' : '▼'
}

/** A great number of hours means more as what it would have kept busy. */
function savedNote(savedMs: number, measures: readonly Measures[]): string {
  const since = Math.min(...measures.map((each) => each.since))
  const until = Math.max(...measures.map((each) => each.at))
  const workers = savedMs / (until - since)
  if (!Number.isFinite(workers) || workers < 0.1) return 'that the database did not work'
  return `the work of ${workers < 9.95 ? workers.toFixed(1) : count(workers)} busy loaders`
}

function charts(
  ask: Ask,
  series: Series,
  measures: readonly Measures[],
  alias: string | undefined,
): Html {
  const { now } = ask.board
  const points = series.points(alias)
  const recent = series.last(10_000, alias)
  const times = points.map(({ at }) => at)
  const rates = (of: (point: Point) => number): (number | undefined)[] =>
    points.map((point) => of(point) / point.seconds)
  const rateNow = (of: (point: Point) => number): string =>
    recent === undefined ? '–' : perSecond(of(recent) / recent.seconds)
  const { bounds } = measures.map(readLatency).find((each) => each.bounds.length > 0) ?? {
    bounds: [],
  }
  const latency =
    (q: number) =>
    (point: Point): number | undefined =>
      quantileOf({ bounds, counts: point.totals.latency, sumMs: 0 }, q)
  const common = { times, now }
  const hitRates = points.map(({ totals }) => hitRateOf(totals))
  const lowest = Math.min(1, ...hitRates.filter((each) => each !== undefined))
  const second = (value: number): string => `${perSecond(value)}/s`
  const told = points.some(({ queries }) => queries !== undefined)
  return html`<div class="charts">
      ${chart({
        ...common,
        title: 'Hit rate',
        value: percent(recent && hitRateOf(recent.totals)),
        lines: [{ name: 'hit rate', tone: 'one', values: hitRates }],
        show: percent,
        top: 1,
        bottom: lowest > 0.8 ? 0.75 : lowest > 0.5 ? 0.5 : 0,
      })}
      ${chart({
        ...common,
        title: 'Reads',
        value: `${rateNow(({ totals }) => readsOf(totals))}/s`,
        lines: [
          { name: 'all', tone: 'one', values: rates(({ totals }) => readsOf(totals)) },
          { name: 'misses', tone: 'two', values: rates(({ totals }) => totals.misses) },
        ],
        show: second,
      })}
      ${chart({
        ...common,
        title: 'Latency of reads, 99 of 100',
        value: duration(recent && latency(0.99)(recent)),
        lines: [
          { name: 'p99', tone: 'two', values: points.map(latency(0.99)) },
          { name: 'p50', tone: 'one', values: points.map(latency(0.5)) },
        ],
        show: duration,
        logarithmic: true,
      })}
      ${chart({
        ...common,
        title: 'Bytes',
        value:
          recent === undefined
            ? '–'
            : `${bytes((recent.totals.bytesRead + recent.totals.bytesWritten) / recent.seconds)}/s`,
        lines: [
          { name: 'read', tone: 'one', values: rates(({ totals }) => totals.bytesRead) },
          { name: 'written', tone: 'two', values: rates(({ totals }) => totals.bytesWritten) },
        ],
        show: (value) => `${bytes(value)}/s`,
      })}
      ${chart({
        ...common,
        title: 'Loads',
        value: `${rateNow(({ totals }) => totals.loads)}/s`,
        lines: [
          { name: 'run', tone: 'one', values: rates(({ totals }) => totals.loads) },
          {
            name: 'spared',
            tone: 'three',
            values: rates(({ totals }) => totals.joined + totals.waits),
          },
          { name: 'failed', tone: 'two', values: rates(({ totals }) => totals.loadErrors) },
        ],
        show: second,
      })}
      ${
        told
          ? chart({
              ...common,
              title: 'Database queries',
              value:
                recent?.queries === undefined
                  ? '–'
                  : `${perSecond(recent.queries / recent.seconds)}/s`,
              lines: [
                {
                  name: 'queries',
                  tone: 'two',
                  values: points.map(({ queries, seconds }) => queries && queries / seconds),
                },
              ],
              show: second,
            })
          : chart({
              ...common,
              title: 'Invalidations',
              value: `${rateNow(({ totals }) => totals.invalidations)}/s`,
              lines: [
                {
                  name: 'invalidations',
                  tone: 'three',
                  values: rates(({ totals }) => totals.invalidations),
                },
              ],
              show: second,
            })
      }
    </div>
    ${minutes(points, bounds)}`
}

/** What the charts show, to be read out or copied. */
function minutes(points: readonly Point[], bounds: readonly number[]): Html | undefined {
  const picked = points.filter((_, at) => (points.length - 1 - at) % 6 === 0).toReversed()
  if (picked.length === 0) return undefined
  const rows = picked.map(({ at, queries, seconds, totals }) => [
    new Date(at).toISOString().slice(11, 19),
    percent(hitRateOf(totals)),
    perSecond(readsOf(totals) / seconds),
    perSecond(totals.misses / seconds),
    perSecond(totals.loads / seconds),
    duration(quantileOf({ bounds, counts: totals.latency, sumMs: 0 }, 0.99)),
    bytes((totals.bytesRead + totals.bytesWritten) / seconds),
    queries === undefined ? '–' : perSecond(queries / seconds),
  ])
  const number = true
  const columns = [
    { title: 'Time (UTC)' },
    { title: 'Hit rate', number },
    { title: 'Reads/s', number },
    { title: 'Misses/s', number },
    { title: 'Loads/s', number },
    { title: 'p99', number },
    { title: 'Bytes/s', number },
    { title: 'Queries/s', number },
  ]
  return html`<details class="numbers">
    <summary>The charts as a table</summary>
    ${table('The last 15 minutes, a sample of each', columns, rows)}
  </details>`
}
