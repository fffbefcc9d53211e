import { html, type Html, type Piece } from '../markup.ts'
import type { SeenRequest } from '../told.ts'
import { count, duration, timeOfDay } from '../words.ts'
import type { Ask } from './ask.ts'
import { code, empty, table } from './parts.ts'

const MOST = 100
const MOST_REPEATS = 3

export function requests(ask: Ask): Html {
  const { requests } = ask.board.settings
  const heading = html`<div class="heading"><h1>Requests</h1></div>`
  if (requests === undefined) {
    return html`${heading}${empty(
      'No requests are told',
      html`Give what the panel keeps of the last requests:
        <code>dashboard({ caches, requests: () => panel.requests() })</code>.`,
    )}`
  }
  let seen: readonly SeenRequest[]
  try {
    seen = requests().slice(0, MOST)
  } catch {
    return html`${heading}${empty('The requests cannot be told', 'Option requests threw.')}`
  }
  if (seen.length === 0)
    return html`${heading}${empty('No requests yet', 'The next ones appear here by themselves.')}`
  const number = true
  const wide = true
  return html`${heading}
    <div class="panel">
      ${table(
        'The last requests',
        [
          { title: 'Request' },
          { title: 'Status', number, wide },
          { title: 'Took', number },
          { title: 'In caches', number, wide },
          { title: 'Hits', number },
          { title: 'Misses', number },
          { title: 'Loads', number, wide },
          { title: 'Asked for again and again', wide },
          { title: 'Time (UTC)', number, wide },
        ],
        seen.map((each) => row(ask, each)),
      )}
    </div>`
}

function row({ board }: Ask, seen: SeenRequest): readonly Piece[] {
  const { cacheMs, durationMs, hits, loads, method, misses, startedAt, status, url } = seen
  const { redaction } = board.settings
  const repeats = (seen.repeats ?? []).slice(0, MOST_REPEATS)
  return [
    html`<span class="method">${method}</span>
      ${code(redaction.text(url.replace(/\?.*$/s, '')), 70)}`,
    status === undefined ? '–' : String(status),
    duration(durationMs),
    duration(cacheMs),
    count(hits),
    count(misses),
    count(loads),
    repeats.length === 0
      ? '–'
      : repeats.map(
          (each) => html`${code(redaction.key(each.alias, each.name), 40)} ×${count(each.count)} `,
        ),
    timeOfDay(startedAt),
  ]
}
