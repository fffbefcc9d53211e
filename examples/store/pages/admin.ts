import type { Card } from '../data/products.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { price, productPath } from './format.ts'
import { picture } from './picture.ts'

export function renderAdmin(view: {
  products: readonly Card[]
  changed: number | undefined
}): Html {
  return html`<header class="heading">
      <h1>Prices</h1>
      <p>A new price shows everywhere at once: whatever was kept of the old one is dropped.</p>
    </header>
    ${view.changed !== undefined && html`<p class="alert good" role="status">The price of product ${view.changed} is changed.</p>`}
    <ul class="cart-items">
      ${view.products.map(
        (product) =>
          html`<li>
            ${picture(product)}
            <div>
              <a href="${productPath(product)}">${product.name}</a>
              <p>now ${price(product.priceCents)}</p>
            </div>
            <form method="post" action="/admin/products/${product.id}">
              <label class="visually-hidden" for="price-${product.id}"
                >New price of ${product.name} in euros</label
              ><input
                id="price-${product.id}"
                name="price"
                type="number"
                min="0.01"
                max="100000"
                step="0.01"
                value="${(product.priceCents / 100).toFixed(2)}"
              /><button class="quiet">Change</button>
            </form>
          </li>`,
      )}
    </ul>
    <form class="search" action="/admin" role="search">
      <label for="find">Find a product to change</label
      ><input id="find" name="q" type="search" /><button>Find</button>
    </form>`
}
