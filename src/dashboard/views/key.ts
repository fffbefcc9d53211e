import { inspectKey, type InspectedEntry, setupOf } from '../../cache/inspection.ts'
import { html, type Html, type Piece } from '../markup.ts'
import { previewOf } from '../preview.ts'
import type { Recorded } from '../recorder.ts'
import { visibleText } from '../visible.ts'
import { ago, bytes, count, duration, timeOfDay } from '../words.ts'
import { type Ask, aliasOf, given } from './ask.ts'
import { viewOf } from './keys.ts'
import { badge, banner, code, empty, link, panel, table, type Tone } from './parts.ts'

/** What is shown at first, and what is shown of the largest value. */
const FIRST = 4096
const MOST = 262_144

export async function keyPage(ask: Ask): Promise<Html> {
  const { board, params } = ask
  const alias = aliasOf(ask) ?? board.aliases[0]
  const key = params.get('key') ?? ''
  const namespace = given(params, 'ns')
  if (alias === undefined || key === '')
    return html`<h1>Key</h1>
      ${empty('No key was asked for', html`Look for one among the <a href="${link('keys')}">keys</a>.`)}`
  const cache = board.cache(alias)
  board.recorder.watch(board.settings.caches.opened())
  const entry = await inspectKey(viewOf(cache, namespace), key)
  const { redaction, readOnly } = board.settings
  const shown = redaction.key(alias, key)
  const target = { alias, key, ns: namespace }
  return html` <p class="crumbs">
      <a href="${link('keys', { alias })}">Keys of ${alias}</a
      >${namespace !== undefined && html` › ${code(namespace)}`}
    </p>
    <div class="heading">
      <h1 class="key-title">${code(shown, 300)}</h1>
      ${
        !readOnly &&
        html`<div class="choices acts">
          <a class="button" href="${link('confirm', { act: 'touch', ...target })}" data-dialog
            >Extend…</a
          >
          <a class="button" href="${link('confirm', { act: 'invalidate', ...target })}" data-dialog
            >Invalidate…</a
          >
          <a
            class="button danger"
            href="${link('confirm', { act: 'delete', ...target })}"
            data-dialog
            >Delete…</a
          >
        </div>`
      }
    </div>
    ${
      entry === undefined
        ? empty(
            'Nothing lies under this key',
            'It was never stored, has expired, or was invalidated. A load that runs at this moment would not be seen here.',
          )
        : html`<div class="columns uneven">
            ${value(ask, { alias, key, namespace }, entry)}${facts(ask, alias, entry)}
          </div>`
    }
    ${panel('What happened to it', history(board.recorder.of(alias, key), board.now), html`<small>in this process, while it was looked at</small>`)}`
}

interface Where {
  readonly alias: string
  readonly key: string
  readonly namespace: string | undefined
}

function value(
  { board, params }: Ask,
  { alias, key, namespace }: Where,
  entry: InspectedEntry,
): Html {
  const { redaction } = board.settings
  if (setupOf(board.cache(alias)).encrypts)
    return panel(
      'Value',
      banner(
        'quiet',
        'Encrypted',
        'What this alias keeps is encrypted in the store, and not shown here.',
      ),
    )
  if (redaction.hidesValue(alias, key))
    return panel(
      'Value',
      banner(
        'quiet',
        'Hidden',
        'By its key or its alias, this value is nobody’s to see. Option `redact` decides.',
      ),
    )
  const asked = params.get('show') === 'more' ? MOST : FIRST
  const { isCut, kind, text } = previewOf(entry.value, redaction, asked)
  const more =
    isCut && asked === FIRST
      ? html`<a href="${link('key', { alias, key, ns: namespace, show: 'more' })}">Show more</a>`
      : isCut && html`<small>The rest is not shown: it is more than ${bytes(MOST)}.</small>`
  return panel(
    'Value',
    html`<pre
        class="value"
        tabindex="0"
        aria-label="Value"
      ><bdi>${visibleText(text)}${isCut && '…'}</bdi></pre>
      ${more && html`<p class="more">${more}</p>`}`,
    html`<small>${kind}</small>`,
  )
}

function facts({ board }: Ask, alias: string, entry: InspectedEntry): Html {
  const { bytes: size, deadAt, freshUntil, loadMs, storedAt, tags } = entry
  const left = freshUntil - board.now
  const isStale = left <= 0
  return panel(
    'Entry',
    html`<dl class="facts">
      <dt>State</dt>
      <dd>${isStale ? badge('stale', 'warn') : badge('fresh', 'good')}</dd>
      <dt>${isStale ? 'Stale for' : 'Fresh for'}</dt>
      <dd
        ${
          Number.isFinite(freshUntil) &&
          !isStale &&
          html`data-until="${freshUntil}" data-now="${board.now}"`
        }
      >
        ${duration(Math.abs(left))}
      </dd>
      ${
        deadAt > freshUntil &&
        html`<dt>Kept for</dt>
          <dd>${duration(Math.max(0, deadAt - board.now))}</dd>`
      }
      <dt>Stored</dt>
      <dd>
        <time datetime="${new Date(storedAt).toISOString()}"
          >${ago(Math.max(0, board.now - storedAt))}</time
        >
      </dd>
      <dt>Its load took</dt>
      <dd>${loadMs === 0 ? 'nothing: it was set by hand' : duration(loadMs)}</dd>
      <dt>Size</dt>
      <dd>${size === undefined ? 'not known' : `${bytes(size)} encoded`}</dd>
      <dt>Tags</dt>
      <dd>${tags.length === 0 ? 'none' : tagLinks(alias, tags)}</dd>
    </dl>`,
  )
}

const MOST_TAGS = 40

function tagLinks(alias: string, tags: readonly string[]): Html {
  return html`<ul class="taglist">
    ${tags
      .slice(0, MOST_TAGS)
      .map(
        (tag) =>
          html`<li><a href="${link('tags', { alias, tags: tag })}">${code(tag, 60)}</a></li>`,
      )}${tags.length > MOST_TAGS && html`<li>and ${count(tags.length - MOST_TAGS)} more</li>`}
  </ul>`
}

const TONES: Readonly<Partial<Record<Recorded['what'], Tone>>> = {
  hit: 'good',
  miss: 'warn',
  stale: 'warn',
  error: 'bad',
  refuse: 'bad',
}

function history(events: readonly Recorded[], now: number): Html {
  if (events.length === 0)
    return empty(
      'Nothing yet',
      'Loads and invalidations are remembered from the start; hits and misses from the moment that somebody opens a page like this. Reload to see what has come.',
    )
  return table(
    'What happened to this key',
    [
      { title: 'What' },
      { title: 'More' },
      { title: 'When', number: true },
      { title: 'Time (UTC)', number: true, wide: true },
    ],
    events
      .slice(0, 50)
      .map((event) => [
        badge(event.what, TONES[event.what] ?? 'quiet'),
        details(event),
        ago(Math.max(0, now - event.at)),
        timeOfDay(event.at),
      ]),
  )
}

function details({ ageMs, bytes: size, durationMs, text }: Recorded): Piece {
  const parts = [
    durationMs !== undefined && `took ${duration(durationMs)}`,
    ageMs !== undefined && `${duration(ageMs)} old`,
    size !== undefined && bytes(size),
    text,
  ].filter((part) => part !== undefined && part !== false)
  return parts.join(', ') || '–'
}
