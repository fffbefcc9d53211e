import { html, type Html } from '../markup.ts'
import { type Ask, aliasOf, given } from './ask.ts'
import { banner, choice, field, panel } from './parts.ts'

/** Everything that takes more away than one key. Each form asks first. */
export function tags(ask: Ask): Html {
  const { board, params } = ask
  const alias = aliasOf(ask) ?? board.aliases[0]
  const cache = choice('Cache', 'alias', board.aliases, alias)
  const { readOnly } = board.settings
  const form = (act: string, fields: readonly Html[], button: string, isGrave = false): Html =>
    html`<form class="act" method="get" action="confirm" data-dialog>
      <input type="hidden" name="act" value="${act}" />${cache}${fields}
      <button class="${isGrave ? 'danger' : 'primary'}">${button}</button>
    </form>`
  return html` <div class="heading"><h1>Tags and purge</h1></div>
    ${
      readOnly
        ? banner(
            'quiet',
            'Read only',
            'This dashboard was mounted to look at. Invalidate from the application or the command line.',
          )
        : html`<div class="columns">
            ${panel(
              'Invalidate tags',
              html`<p class="about">
                  Every entry that carries one of these tags is invalid at once, in every process,
                  loads in flight included.
                </p>
                ${form('invalidate-tags', [field('Tags', 'tags', given(params, 'tags') ?? '', { required: true, placeholder: 'product:7, category:3', hint: 'several are separated by commas' })], 'Invalidate…')}`,
            )}
            ${panel(
              'Purge pages',
              html`<p class="about">
                  All variants of one address, all pages of a route, or all pages with a tag.
                </p>
                ${form('purge-url', [field('Address', 'url', given(params, 'url') ?? '', { required: true, placeholder: 'https://shop.example/product/7' })], 'Purge address…')}
                ${form('purge-route', [field('Route', 'route', given(params, 'route') ?? '', { required: true, placeholder: '/product/:id', hint: 'as the framework writes it' })], 'Purge route…')}`,
            )}
            ${panel(
              'Clear a namespace',
              html`<p class="about">
                  Everything in it is invalid at once; what became unreachable is swept in the
                  background.
                </p>
                ${form('clear-namespace', [field('Namespace', 'ns', given(params, 'ns') ?? '', { required: true, placeholder: 'reports', hint: 'as given to namespace(); nested ones are joined by >' })], 'Clear namespace…', true)}`,
            )}
            ${panel(
              'Clear a whole cache',
              html`<p class="about">
                  Everything of one alias, all its versions and namespaces. Other aliases, queues
                  and sessions on the same server stay. The database will feel it: every value is
                  loaded anew.
                </p>
                ${form('clear', [], 'Clear cache…', true)}`,
            )}
          </div>`
    }`
}
