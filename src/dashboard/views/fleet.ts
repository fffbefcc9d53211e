import type { Measures } from '../../base/measures.ts'
import type { FleetSeen } from '../fleet-glance.ts'
import { html, type Html } from '../markup.ts'
import type { FleetProcess } from '../../fleet/report.ts'
import { hitRateOf } from '../../metrics/hit-rate-of.ts'
import { readsOf } from '../totals.ts'
import { ago, bytes, count, counted, duration, percent } from '../words.ts'
import type { Ask } from './ask.ts'
import { badge, banner, code, empty, link, panel, shareBar, table, tile } from './parts.ts'

/** A process that was started within it stands out. */
const YOUNG_MS = 300_000
/** One that has not told anything for so long is gone, or stuck. */
const SILENT_MS = 30_000

export async function fleet({ board }: Ask): Promise<Html> {
  const heading = html`<div class="heading"><h1>Fleet</h1></div>`
  if (board.fleet === undefined) {
    return html`${heading}${empty(
      'This process shows itself alone',
      html`To see all of them, let each join: <code>const fleet = joinFleet(caches)</code> of
        <code>breakwater/fleet</code>, and give it to <code>dashboard({ caches, fleet })</code>.
        They tell each other through the cache itself, and only while somebody looks.`,
    )}`
  }
  const seen = await board.fleet.look()
  const { failed, processes } = seen
  const trouble =
    failed !== undefined &&
    banner(
      'bad',
      'The fleet cannot be seen',
      html`The others tell of themselves through a store that does not answer: ${failed}`,
    )
  if (processes.length === 0)
    return html`${heading}${trouble}${empty('Nobody has answered yet', 'Processes tell of themselves within a few seconds after somebody looks.')}`
  return html`${heading}${trouble}${together(seen)}${panel('Processes', list(processes, board.now), html`<a href="${link('', { of: 'fleet' })}">Charts of all</a>`)}`
}

function together({ processes }: FleetSeen): Html {
  const all = processes.flatMap(({ measures }) => measures)
  const sum = (of: (each: Measures) => number): number =>
    all.reduce((total, each) => total + of(each), 0)
  const hosts = new Set(processes.map(({ host }) => host)).size
  const counts = {
    hits: sum((each) => each.counts.hits),
    misses: sum((each) => each.counts.misses),
    stale: sum((each) => each.counts.stale),
  }
  return html`<dl class="tiles">
    ${tile('Processes', count(processes.length), `on ${counted(hosts, 'host')}`)}
    ${tile('Hit rate', percent(hitRateOf(counts)), 'of all together')}
    ${tile('Reads', count(readsOf(counts)), 'since each began')}
    ${tile('Load time saved', duration(sum((each) => each.savedMs)))}
    ${tile('Stampedes prevented', count(sum((each) => each.counts.joined + each.counts.waits)), `${count(sum((each) => each.counts.waits))} across processes`)}
    ${tile('Kept in their memories', bytes(sum((each) => each.near?.bytes ?? 0)))}
  </dl>`
}

function list(processes: readonly FleetProcess[], now: number): Html {
  return table(
    'Processes',
    [
      { title: 'Process' },
      { title: 'Running', number: true },
      { title: 'Reads', number: true },
      { title: 'Hit rate' },
      { title: 'Loads', number: true },
      { title: 'Shared', number: true, wide: true },
      { title: 'In memory', number: true, wide: true },
      { title: 'Stores', wide: true },
    ],
    processes
      .toSorted((a, b) => a.host.localeCompare(b.host) || a.pid - b.pid)
      .map((each) => {
        const { host, label, measures, pid, seenAt, startedAt } = each
        const sum = (of: (one: Measures) => number): number =>
          measures.reduce((total, one) => total + of(one), 0)
        const counts = {
          hits: sum((one) => one.counts.hits),
          misses: sum((one) => one.counts.misses),
          stale: sum((one) => one.counts.stale),
        }
        const age = Math.max(0, now - startedAt)
        const silent = Math.max(0, now - seenAt)
        const ill = measures.filter(({ health }) => health.state !== 'up')
        return [
          html`${code(label ?? host, 64)}
            <small>${label === undefined ? '' : `${host} `}${pid}</small
            >${age < YOUNG_MS && html` ${badge('started lately', 'warn')}`}${
              silent > SILENT_MS && html` ${badge(`silent, last seen ${ago(silent)}`, 'bad')}`
            }`,
          duration(age),
          count(readsOf(counts)),
          shareBar(hitRateOf(counts)),
          count(sum((one) => one.counts.loads)),
          count(sum((one) => one.counts.joined + one.counts.waits)),
          bytes(sum((one) => one.near?.bytes ?? 0)),
          ill.length === 0
            ? badge('answer', 'good')
            : badge(`${ill.map(({ alias }) => alias).join(', ')} away`, 'bad'),
        ]
      }),
  )
}
