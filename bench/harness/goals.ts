import { medianOf, type Report, short } from './report.ts'

/** What a release must keep. "Gate": below it none goes out. "Aim": what the limit allows. */
interface Goal {
  readonly what: string
  readonly gate: number
  readonly aim: number
  /** Of gate, aim and what is measured. */
  readonly unit: string
  /** Whether little or much is wanted. */
  readonly better: 'less' | 'more'
  readonly measured: (of: Median) => number
}

/** Of a question, on the Node that counts; NaN where it was not measured. */
type Median = (question: string, label: string, measure: string) => number

const US = 'breakwater'
const HIT = 'near-hit'
const ZIPF = 'two-tiers-zipf'
const MANY = 'raw MGET, Map'

const GOALS: readonly Goal[] = [
  less('A hit in memory, of `Map.get` and `await`', 3, 1.6, '×', (of) =>
    over(of, HIT, 'hit', US, 'Map + await'),
  ),
  more('A hit in memory, async-cache-dedupe costs', 2.5, 4.6, '× ours', (of) =>
    over(of, HIT, 'hit', 'async-cache-dedupe', US),
  ),
  more('A hit in memory, bentocache costs', 10, 20, '× ours', (of) =>
    over(of, HIT, 'hit', 'bentocache', US),
  ),
  less(
    'A tagged hit in memory, of one without tags',
    1.3,
    1.1,
    '×',
    (of) => of(HIT, US, 'tagged hit') / of(HIT, US, 'hit'),
  ),
  less('A hit in Redis at 64 callers, of a raw GET', 2.5, 2, '×', (of) =>
    over(of, 'shared-hit', 'hit', US, 'raw socket'),
  ),
  more('A hit in Redis, the best peer with two tiers costs', 2.5, 3.5, '× ours', (of) =>
    Math.min(
      ...['bentocache', 'cacheable', 'cache-manager'].map((peer) =>
        over(of, 'shared-hit', 'hit', peer, US),
      ),
    ),
  ),
  less('A miss, two tiers, 64 callers', 25, 15, 'µs', (of) => of('miss', US, 'miss')),
  less('A miss, commands to Redis', 2, 2, '', (of) => of('miss', US, 'commands')),
  more('Zipf 0.99, two tiers, of bentocache', 2.5, 3.5, '× its calls', (of) =>
    over(of, ZIPF, 'calls', US, 'bentocache'),
  ),
  more('Zipf 0.99, two tiers, of a raw GET each', 1.5, 2, '× its calls', (of) =>
    over(of, ZIPF, 'calls', US, 'raw socket'),
  ),
  less(
    'Zipf 0.99, delay of the event loop beyond that of raw GETs',
    4,
    2,
    'ms',
    (of) => of(ZIPF, US, 'loop delay') - of(ZIPF, 'raw socket', 'loop delay'),
  ),
  less('A cold key, 64 callers in one process', 1, 1, 'loads', (of) =>
    of('cold-key', US, 'one process'),
  ),
  less('A cold key, four processes of 64 callers', 1.02, 1, 'loads', (of) =>
    of('cold-key', US, 'four processes'),
  ),
  less('Waiting for a load of 50 ms, p50', 60, 54, 'ms', (of) => of('cold-key', US, 'wait p50')),
  less('Waiting for a load of 50 ms, p99', 80, 60, 'ms', (of) => of('cold-key', US, 'wait p99')),
  less('getMany of 100 in Redis, of a raw MGET', 1.5, 1.1, '×', (of) =>
    over(of, 'get-many', 'cold', US, MANY),
  ),
  more('getMany of 100 in memory, cacheable costs', 50, 90, '× ours', (of) =>
    over(of, 'get-many', 'warm', 'cacheable', US),
  ),
  less('Invalidating a tag of 10,000 entries', 2, 0.5, 'ms', (of) => of('tags', US, '10k entries')),
  less('Invalidating a tag of 1,000,000 entries', 2, 0.5, 'ms', (of) =>
    of('tags', US, '1M entries'),
  ),
  less('Invalidating a tag, commands to Redis', 2, 2, '', (of) => of('tags', US, 'commands')),
  less('A page in front of Express, of `end(buffer)`', 1.15, 1.02, '×', (of) =>
    over(of, 'pages', 'page', 'breakwater, in front of Express', 'node:http, end(buffer)'),
  ),
  less('A page within Express, of `end(buffer)`', 1.5, 1.38, '×', (of) =>
    over(of, 'pages', 'page', 'breakwater, within Express', 'node:http, end(buffer)'),
  ),
  less('A page within Express, of apicache', 1, 0.9, '×', (of) =>
    over(of, 'pages', 'page', 'breakwater, within Express', 'apicache, within Express'),
  ),
]

/** The goals as a table, with what was measured. */
export function goalsTable(reports: readonly Report[]): string {
  const known = new Map(reports.map((each) => [each.question, each]))
  const of: Median = (question, label, measure) =>
    medianOf(known.get(question)?.runs[0], label, measure)
  const rows = GOALS.map((goal) => {
    const { aim, better, gate, measured, unit, what } = goal
    const sign = better === 'less' ? '≤' : '≥'
    const figure = (number: number): string => `${short(number)} ${unit}`.trim()
    const reached = measured(of)
    return `| ${what} | ${sign} ${figure(gate)} | ${sign} ${figure(aim)} | ${figure(reached)} | ${verdict(goal, reached)} |`
  })
  return ['| goal | gate | aim | measured | |', '| --- | --: | --: | --: | --- |', ...rows].join(
    '\n',
  )
}

export function verdict(
  { aim, better, gate }: Pick<Goal, 'aim' | 'better' | 'gate'>,
  reached: number,
): string {
  if (Number.isNaN(reached)) return 'not measured'
  const keeps = (goal: number): boolean => (better === 'less' ? reached <= goal : reached >= goal)
  if (!keeps(gate)) return '**not met**'
  return keeps(aim) ? 'met, and the aim' : 'met'
}

function less(
  what: string,
  gate: number,
  aim: number,
  unit: string,
  measured: Goal['measured'],
): Goal {
  return { what, gate, aim, unit, better: 'less', measured }
}

function more(
  what: string,
  gate: number,
  aim: number,
  unit: string,
  measured: Goal['measured'],
): Goal {
  return { what, gate, aim, unit, better: 'more', measured }
}

function over(of: Median, question: string, measure: string, label: string, to: string): number {
  return of(question, label, measure) / of(question, to, measure)
}
