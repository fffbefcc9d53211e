import { PAGE_SIZE } from '../data/products.ts'
import type { Card } from '../data/products.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { renderCards, renderPaging } from './cards.ts'
import { count } from './format.ts'

export function renderSearch(
  words: string,
  found: { count: number; products: readonly Card[] },
  page: number,
): Html {
  return html`<header class="heading">
      <h1>${words ? html`“${words}”` : 'Search'}</h1>
      <p>${words ? count(found.count, 'product') : 'What are you looking for?'}</p>
    </header>
    ${
      words && found.count === 0
        ? html`<p>Nothing by that name. Try fewer words, or start from a department above.</p>`
        : renderCards(found.products)
    }
    ${renderPaging({
      page,
      pages: Math.ceil(found.count / PAGE_SIZE),
      path: (to) => `/search?${new URLSearchParams({ q: words, page: String(to) }).toString()}`,
    })}`
}
