import { html } from '../html.ts'
import type { Html } from '../html.ts'

const charts = [
  ['requests', 'Requests a second'],
  ['queries', 'Database queries a second'],
  ['hitRate', 'Hit rate'],
] as const

const numbers = [
  ['hits', 'Hits'],
  ['misses', 'Misses'],
  ['stale', 'Served stale'],
  ['loads', 'Loads'],
  ['entries', 'Entries'],
  ['bytes', 'Memory'],
  ['budget', 'Of what it may take'],
  ['clients', 'Connected clients'],
  ['rates', 'Calls to the rates API'],
] as const

const queues = [
  ['mails', 'Order mails'],
  ['warming', 'Pages warmed'],
] as const
const states = ['waiting', 'active', 'completed', 'failed'] as const

/** An empty frame; assets/cache-stats.js fills it from /cache-stats.json once a second. */
export function renderCacheStats(): Html {
  return html`<header class="heading">
      <h1>What the cache does</h1>
      <p>Live from this server, once a second. Store: <strong data-number="store">…</strong></p>
    </header>
    <div class="charts">
      ${charts.map(
        ([name, label]) =>
          html`<figure class="chart">
            <figcaption>${label}</figcaption>
            <output data-number="${name}">…</output
            ><svg
              data-chart="${name}"
              viewBox="0 0 300 80"
              preserveAspectRatio="none"
              role="img"
              aria-label="${label}, the last minute"
            ></svg>
          </figure>`,
      )}
    </div>
    <dl class="numbers">
      ${numbers.map(
        ([name, label]) =>
          html`<div>
            <dt>${label}</dt>
            <dd data-number="${name}">…</dd>
          </div>`,
      )}
    </dl>
    <table class="jobs">
      <caption>
        Jobs, which no visitor waits for
      </caption>
      <thead>
        <tr>
          <td></td>
          ${states.map((state) => html`<th scope="col">${state}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${queues.map(
          ([queue, label]) =>
            html`<tr>
              <th scope="row">${label}</th>
              ${states.map((state) => html`<td data-number="${queue}-${state}">…</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
    <noscript
      ><p>The numbers are also at <a href="/cache-stats.json">/cache-stats.json</a>.</p></noscript
    >`
}
