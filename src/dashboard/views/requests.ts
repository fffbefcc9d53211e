import { html, type Html } from '../markup.ts'
import type { SeenRequest } from '../told.ts'
import { count, duration, timeOfDay } from '../words.ts'
import type { Ask } from './ask.ts'
import { code, empty, table } from './parts.ts'

const MOST = 100

export function requests({ board }: Ask): Html {
  const { redaction, requests } = board.settings
  const heading = html`<div class="heading"><h1>Requests</h1></div>`
  if (requests === undefined) {
    return html`${heading}${empty(
      'No requests are told',
      html`Give the panel’s memory of the last requests:
        <code>dashboard({ caches, requests: () => panel.requests() })</code>.`,
    )}`
  }
  let seen: readonly SeenRequest[] = []
  try {
    seen = requests().slice(0, MOST)
  } catch {
    return html`${heading}${empty('The requests cannot be told', 'Option requests threw.')}`
  }
  if (seen.length === 0)
    return html`${heading}${empty('No requests yet', 'The next ones appear here by themselves.')}`
  return html`${heading}
    <div class="panel">
      ${table(
        'The last requests',
        [
          { title: 'Request' },
          { title: 'Status', number: true, wide: true },
          { title: 'Took', number: true },
          { title: 'Page' },
          { title: 'Hits', number: true },
          { title: 'Misses', number: true },
          { title: 'Loads', number: true, wide: true },
          { title: 'Time (UTC)', number: true, wide: true },
        ],
        seen.map(({ at, durationMs, hits, loads, method, misses, page, path, status }) => [
          html`<span class="method">${method}</span> ${code(redaction.text(path), 70)}`,
          status === undefined ? '–' : String(status),
          duration(durationMs),
          page === undefined ? '–' : code(page, 60),
          count(hits),
          count(misses),
          count(loads),
          timeOfDay(at),
        ]),
      )}
    </div>`
}
