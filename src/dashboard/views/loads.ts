import type { Measures } from '../../base/measures.ts'
import { html, type Html } from '../markup.ts'
import { ago, count, counted, duration, percent, timeOfDay } from '../words.ts'
import { type Ask, aliasOf } from './ask.ts'
import { aliasChips, badge, code, empty, keyLink, panel, table, tile } from './parts.ts'

export function loads(ask: Ask): Html {
  const { board } = ask
  const alias = aliasOf(ask)
  const measures = board.measures.filter((each) => alias === undefined || each.alias === alias)
  const sum = (of: (each: Measures) => number): number =>
    measures.reduce((all, each) => all + of(each), 0)
  const ran = sum(({ counts }) => counts.loads)
  const failed = sum(({ counts }) => counts.loadErrors)
  const joined = sum(({ counts }) => counts.joined)
  const waits = sum(({ counts }) => counts.waits)
  return html` <div class="heading">
      <h1>Loads</h1>
      <div class="choices">${aliasChips(ask, 'loads')}</div>
    </div>
    <dl class="tiles">
      ${tile('Running now', count(sum(({ health }) => health.loadsRunning)), queuedNote(sum(({ health }) => health.loadsQueued)))}
      ${tile('Have run', count(ran), `${duration(sum((each) => each.loads.sumMs))} together`)}
      ${tile('Failed', count(failed), ran === 0 ? undefined : `${percent(failed / ran)} of all`)}
      ${tile('Stampedes prevented', count(joined + waits), `${count(joined)} here, ${count(waits)} across processes`)}
    </dl>
    ${ran > 0 && panel('How long they take', histogram(measures))}
    ${panel('Slowest of the last hour', slowLoads(ask, measures, 50))}
    ${panel('Failed lately', failures(ask))}`
}

function queuedNote(queued: number): string {
  return queued === 0
    ? 'none waits for a place'
    : `${counted(queued, 'waits', 'wait')} for a place (maxConcurrentLoads)`
}

export function slowLoads(ask: Ask, measures: readonly Measures[], most: number): Html {
  const slow = measures
    .flatMap(({ alias, slowLoads }) => slowLoads.map((each) => ({ alias, ...each })))
    .toSorted((a, b) => b.durationMs - a.durationMs)
    .slice(0, most)
  if (slow.length === 0)
    return empty(
      'No slow loads',
      'What getOrSet had to load appears here, slowest first, with how long it took.',
    )
  return table(
    'Slowest loads',
    [{ title: 'Key' }, { title: 'Took', number: true }, { title: 'When', number: true }],
    slow.map(({ alias, at, durationMs, failed, key }) => [
      html`${keyLink(ask, alias, key, 60)}${failed && html` ${badge('failed', 'bad')}`}`,
      duration(durationMs),
      html`<time datetime="${new Date(at).toISOString()}"
        >${ago(Math.max(0, ask.board.now - at))}</time
      >`,
    ]),
  )
}

function failures(ask: Ask): Html {
  const { board } = ask
  const errors = board.recorder.lately('error', 30)
  if (errors.length === 0)
    return empty(
      'Nothing has failed',
      'Loads that throw in the background, and acts that a store could not do, are listed here.',
    )
  return table(
    'What has failed lately',
    [
      { title: 'What' },
      { title: 'Key', wide: true },
      { title: 'Cache' },
      { title: 'Time (UTC)', number: true },
    ],
    errors.map(({ alias, at, key, text }) => [
      html`<span class="prose">${board.settings.redaction.text(text ?? 'unknown')}</span>`,
      key === undefined ? '–' : keyLink(ask, alias, key, 60),
      code(alias),
      timeOfDay(at),
    ]),
  )
}

/** Bars, since each bound is ten or so times the one before it: a line would say nothing. */
function histogram(measures: readonly Measures[]): Html {
  const { bounds } = measures[0]?.loads ?? { bounds: [] }
  const counts = [...bounds, Infinity].map((_, at) =>
    measures.reduce((sum, { loads }) => sum + (loads.counts[at] ?? 0), 0),
  )
  const all = counts.reduce((sum, each) => sum + each, 0)
  const highest = Math.max(1, ...counts)
  const first = counts.findIndex((each) => each > 0)
  const last = counts.findLastIndex((each) => each > 0)
  const shown = counts.slice(first, last + 1)
  return html`<ol class="bars">
    ${shown.map((number, at) => {
      const bound = bounds[first + at]
      const name =
        bound === undefined ? `more than ${duration(bounds.at(-1))}` : `up to ${duration(bound)}`
      return html`<li>
        <span class="bar-name">${name}</span
        ><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect
            class="fill"
            width="${Math.round((number / highest) * 1000) / 10}"
            height="8"
          ></rect></svg
        ><span class="bar-value">${count(number)} <small>${percent(number / all)}</small></span>
      </li>`
    })}
  </ol>`
}
