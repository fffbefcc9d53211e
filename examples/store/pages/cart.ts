import { MOST_OF_ONE } from '../data/carts.ts'
import type { CartItem } from '../data/carts.ts'
import type { Rates } from '../data/rates.ts'
import type { Settings } from '../data/settings.ts'
import { html } from '../html.ts'
import type { Html } from '../html.ts'
import { count, price, productPath } from './format.ts'
import { picture } from './picture.ts'

const DELIVERY_CENTS = 490

export function renderCart(view: {
  items: readonly CartItem[]
  settings: Settings
  rates: Rates
  soldOut: boolean
}): Html {
  const { items, settings, rates } = view
  if (items.length === 0) {
    return html`<header class="heading">
      <h1>Your cart</h1>
      <p>It is empty. <a href="/">Have a look around</a>.</p>
    </header>`
  }
  const goods = items.reduce((sum, item) => sum + item.priceCents * item.quantity, 0)
  const delivery = goods >= settings.freeDeliveryFromCents ? 0 : DELIVERY_CENTS
  const dollars = ((goods + delivery) / 100) * (rates.USD ?? 1)
  return html`<header class="heading">
      <h1>Your cart</h1>
      <p>${count(items.length, 'product')}</p>
    </header>
    ${view.soldOut && html`<p class="alert" role="alert">Somebody was faster: we do not have that many any more. Please change the number.</p>`}
    <ul class="cart-items">
      ${items.map(renderItem)}
    </ul>
    <section class="total">
      <dl>
        <dt>Goods</dt>
        <dd>${price(goods)}</dd>
        <dt>Delivery</dt>
        <dd>${delivery === 0 ? 'free' : price(delivery)}</dd>
        <dt>Total</dt>
        <dd>
          <strong>${price(goods + delivery)}</strong> <small>about $${dollars.toFixed(0)}</small>
        </dd>
      </dl>
      <form method="post" action="/checkout"><button class="button">Place the order</button></form>
    </section>`
}

function renderItem(item: CartItem): Html {
  const id = `quantity-${item.productId}`
  return html`<li>
    ${picture({ id: item.productId, categoryId: item.categoryId })}
    <div>
      <a href="${productPath({ id: item.productId, slug: item.slug })}">${item.name}</a>
      <p>
        ${price(item.priceCents)} each ·
        ${
          item.available < item.quantity
            ? html`<span class="stock out">only ${item.available} left</span>`
            : `${item.available} in stock`
        }
      </p>
    </div>
    <form method="post" action="/cart/${item.productId}">
      <label for="${id}" class="visually-hidden">Number of ${item.name}</label
      ><input
        id="${id}"
        name="quantity"
        type="number"
        min="0"
        max="${MOST_OF_ONE}"
        value="${item.quantity}"
      /><button class="quiet">Change</button>
    </form>
    <strong>${price(item.priceCents * item.quantity)}</strong>
  </li>`
}

export function renderThanks(orderId: number): Html {
  return html`<header class="heading">
    <h1>Thank you</h1>
    <p>Order ${orderId} is on its way to the packing table. <a href="/">Back to the shop</a></p>
  </header>`
}
