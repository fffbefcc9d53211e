import type { Card } from '../data/products.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { price, productPath, stars } from './format.ts'
import { picture } from './picture.ts'

export function renderCards(products: readonly Card[]): Html {
  return html`<ul class="cards">
    ${products.map(
      (product) =>
        html`<li class="card">
          <a href="${productPath(product)}"
            >${picture(product)}<span class="name">${product.name}</span></a
          >
          <span class="line"
            ><span class="price">${price(product.priceCents)}</span>${
              product.reviewCount > 0 &&
              html`<span class="rating"
                >${stars(product.stars)} <small>${product.reviewCount}</small></span
              >`
            }</span
          >
        </li>`,
    )}
  </ul>`
}

/** Names only: for beside a list. */
export function renderSidebar(products: readonly Card[]): Html {
  return html`<ol class="chips">
    ${products.map((product) => html`<li><a href="${productPath(product)}">${product.name}</a></li>`)}
  </ol>`
}

/** Links to the pages before and after, and where one is. `path` ends in the parameter to which the number belongs. */
export function renderPaging(paging: {
  page: number
  pages: number
  path: (page: number) => string
}): Html | false {
  const { page, pages, path } = paging
  if (pages <= 1) return false
  return html`<nav class="paging" aria-label="Pages">
    ${
      page > 1 ? html`<a rel="prev" href="${path(page - 1)}">← Previous</a>` : html`<span></span>`
    }<span>Page ${page} of ${pages}</span
    >${page < pages ? html`<a rel="next" href="${path(page + 1)}">Next →</a>` : html`<span></span>`}
  </nav>`
}
