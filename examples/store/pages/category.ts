import { pathTo } from '../data/categories.ts'
import type { Category } from '../data/categories.ts'
import { PAGE_SIZE, sorts } from '../data/products.ts'
import type { Card, Facets, Sort } from '../data/products.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { renderCards, renderPaging } from './cards.ts'
import { count, price } from './format.ts'

export interface CategoryView {
  readonly categories: readonly Category[]
  readonly category: Category
  readonly facets: Facets
  readonly products: readonly Card[]
  readonly sort: Sort
  readonly page: number
  /** What sells best. */
  readonly sidebar: Html
}

export function renderCategory(view: CategoryView): Html {
  const { category, facets, sort, page } = view
  const here = `/categories/${category.slug}`
  const children = view.categories.filter((candidate) => candidate.parentId === category.id)
  return html`${renderPath(view.categories, category.id)}
    <header class="heading">
      <h1>${category.name}</h1>
      <p>${category.blurb}</p>
    </header>
    ${
      children.length > 0 &&
      html`<ul class="chips">
        ${children.map((child) => html`<li><a href="/categories/${child.slug}">${child.name}</a></li>`)}
      </ul>`
    }
    <div class="toolbar">
      <p>
        ${count(facets.count, 'product')} · ${price(facets.minCents)} to ${price(facets.maxCents)}
      </p>
      <ul class="chips" aria-label="Sort by">
        ${(Object.keys(sorts) as Sort[]).map(
          (name) =>
            html`<li>
              <a href="${here}?sort=${name}" ${name === sort && html`aria-current="true"`}
                >${sorts[name]}</a
              >
            </li>`,
        )}
      </ul>
    </div>
    ${renderCards(view.products)}
    ${renderPaging({ page, pages: Math.ceil(facets.count / PAGE_SIZE), path: (to) => `${here}?sort=${sort}&page=${to}` })}
    <aside>
      <h2>Best sellers</h2>
      ${view.sidebar}
    </aside>`
}

/** Breadcrumbs from the front door down to a category. */
export function renderPath(categories: readonly Category[], id: number): Html {
  return html`<nav class="path" aria-label="You are here">
    <a href="/">Home</a>${pathTo(categories, id).map(
      (category) =>
        html` <span aria-hidden="true">/</span>
          <a href="/categories/${category.slug}">${category.name}</a>`,
    )}
  </nav>`
}
