import type { PageExplanation } from '../../http/explain.ts'
import type { PageCounts, PageStats } from '../../http/journal.ts'
import { wordsOf } from '../../http/reasons.ts'
import { html, type Html, type Piece } from '../markup.ts'
import { bytes, count, duration } from '../words.ts'
import { type Ask, given } from './ask.ts'
import {
  badge,
  choice,
  code,
  empty,
  field,
  link,
  panel,
  prose,
  shareBar,
  table,
  tile,
  type Tone,
} from './parts.ts'

export async function pages(ask: Ask): Promise<Html> {
  const { board, params } = ask
  const all = Object.entries(board.settings.pages)
  if (all.length === 0) {
    return html`<div class="heading"><h1>Pages</h1></div>
      ${empty(
        'No page caches were given',
        html`Hand over what <code>cachePage</code>, <code>siteCache</code> or
          <code>pageCache</code> returned:
          <code>dashboard({ caches, pages: { products } })</code>.`,
      )}`
  }
  const url = given(params, 'url')
  return html` <div class="heading"><h1>Pages</h1></div>
    ${panel(
      'Why is this page not cached?',
      html`<form class="bar inside" method="get" action="pages">
          ${
            all.length > 1 &&
            choice(
              'Page cache',
              'cache',
              all.map(([name]) => name),
              params.get('cache') ?? undefined,
            )
          }
          ${field('Address', 'url', url ?? '', { required: true, placeholder: 'https://shop.example/product/7' })}
          <button class="primary">Explain</button>
        </form>
        ${url !== undefined && (await explained(ask, url))}`,
    )}
    ${all.map(([name, signs]) => journal(ask, name, signs.stats(), all.length > 1))}`
}

async function explained({ board, params }: Ask, url: string): Promise<Html> {
  const { pages } = board.settings
  const named = new Map(Object.entries(pages)).get(params.get('cache') ?? '')
  const signs = named ?? Object.values(pages)[0]
  const route = given(params, 'route')
  if (signs === undefined) return html``
  const it = await signs.explainUrl({ url, ...(route === undefined ? {} : { route }) })
  return html`<div class="explanation" role="status">
    <p>${badge(it.fate, FATES[it.fate])} ${it.reason !== undefined && code(it.reason)}</p>
    <p class="prose">${prose(board.settings.redaction.text(it.text))}</p>
    ${found(it)}
  </div>`
}

const FATES: Readonly<Record<PageExplanation['fate'], Tone>> = {
  hit: 'good',
  stale: 'warn',
  miss: 'warn',
  pass: 'bad',
  bypass: 'bad',
  write: 'quiet',
}

function found({ found, key, variants, varies }: PageExplanation): Html | undefined {
  if (key === undefined) return undefined
  const isPage = found?.kind === 'page'
  return html`<dl class="facts">
    <dt>Key</dt>
    <dd>${code(`${key.scheme}://${key.authority}${key.path}${key.query}`, 300)}</dd>
    ${
      varies.length > 0 &&
      html`<dt>Varies on</dt>
        <dd>
          ${varies.map(([name]) => name).join(', ')}${variants > 1 && `, ${count(variants)} variants known`}
        </dd>`
    }
    ${
      isPage &&
      html`<dt>Kept</dt>
        <dd>
          ${bytes(found.bytes)}, ${duration(found.ageMs)} old,
          ${found.freshForMs > 0 ? `fresh for ${duration(found.freshForMs)}` : `stale for ${duration(-found.freshForMs)}`}
        </dd>`
    }
    ${
      isPage &&
      found.tags.length > 0 &&
      html`<dt>Tags</dt>
        <dd>${found.tags.slice(0, 20).map((tag) => html`${code(tag, 80)} `)}</dd>`
    }
  </dl>`
}

function journal(ask: Ask, name: string, stats: PageStats, several: boolean): Html {
  const { events } = stats
  const routes = Object.entries(stats.routes).toSorted(
    ([, a], [, b]) => requestsOf(b) - requestsOf(a),
  )
  const refused = (events.pass ?? 0) + (events.bypass ?? 0)
  return html` ${several && html`<h2 class="part">${name}</h2>`}
    <dl class="tiles">
      ${tile('Requests', count(requestsOf(stats)), 'since the process began')}
      ${tile('From the cache', count(served(stats)), shareBar(rateOf(stats)))}
      ${tile('Made', count(events.miss ?? 0), `${count(events.collapsed ?? 0)} more shared one that was being made`)}
      ${tile('Past the cache', count(refused), `${count(events.refuse ?? 0)} pages were not kept`)}
    </dl>
    <div class="columns">
      ${panel(
        'Routes',
        routes.length === 0
          ? empty('No requests yet', 'Routes appear here with their first request.')
          : table(
              'Routes',
              [
                { title: 'Route' },
                { title: 'Requests', number: true },
                { title: 'From the cache' },
                { title: 'Not kept', number: true, wide: true },
              ],
              routes
                .slice(0, 50)
                .map(([route, counts]) => [
                  routeName(ask, route),
                  count(requestsOf(counts)),
                  shareBar(rateOf(counts)),
                  count(
                    (counts.events.refuse ?? 0) +
                      (counts.events.pass ?? 0) +
                      (counts.events.bypass ?? 0),
                  ),
                ]),
            ),
      )}
      ${panel('Why pages were not kept', reasons(stats))}
    </div>`
}

function routeName({ board }: Ask, route: string): Piece {
  if (board.settings.readOnly) return code(route, 80)
  return html`<a href="${link('tags', { route })}" title="Purge this route">${code(route, 80)}</a>`
}

function reasons(stats: PageCounts): Html {
  const all = Object.entries(stats.reasons).toSorted(([, a], [, b]) => b - a)
  if (all.length === 0)
    return empty(
      'No reasons',
      'When a page is not kept, or a request goes past the cache, the reason and its remedy stand here.',
    )
  return html`<ul class="reasons">
    ${all.slice(0, 12).map(([reason, times]) => {
      const { remedy, why } = wordsOf(reason)
      return html`<li>
        <p>${code(reason)} <span class="count">${count(times)}</span></p>
        <p class="prose">${prose(why)}</p>
        <p class="prose remedy">${prose(remedy)}</p>
      </li>`
    })}
  </ul>`
}

function served({ events }: PageCounts): number {
  return (events.hit ?? 0) + (events.stale ?? 0) + (events.collapsed ?? 0)
}

/** Each request is one of the first six. */
function requestsOf(counts: PageCounts): number {
  const { bypass = 0, miss = 0, pass = 0 } = counts.events
  return served(counts) + miss + pass + bypass
}

function rateOf(counts: PageCounts): number | undefined {
  const requests = requestsOf(counts)
  return requests === 0 ? undefined : served(counts) / requests
}
