import type { Category } from '../data/categories.ts'
import type { Product } from '../data/products.ts'
import type { Rates } from '../data/rates.ts'
import { REVIEWS_PER_PAGE } from '../data/reviews.ts'
import type { Review } from '../data/reviews.ts'
import { html, raw } from '../html.ts'
import type { Html } from '../html.ts'
import { renderPaging } from './cards.ts'
import { renderPath } from './category.ts'
import { count, day, price, productPath, stars } from './format.ts'
import { picture } from './picture.ts'

export interface ProductView {
  readonly product: Product
  readonly categories: readonly Category[]
  readonly rates: Rates
  readonly recommendations: Html
  readonly reviews: readonly Review[]
  readonly reviewPage: number
}

/** Stands where the number in stock goes: everything around it may be kept, the number may not. */
const STOCK_GOES_HERE = '<!--stock-->'

/** The page without its stock. */
export function renderProduct(view: ProductView): Html {
  const { product, rates } = view
  return html`${renderPath(view.categories, product.categoryId)}
    <article class="product">
      <div class="stage">${picture(product, product.name)}</div>
      <div class="facts">
        <h1>${product.name}</h1>
        <p class="rating">
          ${stars(product.stars)} <a href="#reviews">${count(product.reviewCount, 'review')}</a>
        </p>
        <p class="price">
          ${price(product.priceCents)} <small>about ${abroad(product.priceCents, rates)}</small>
        </p>
        <p class="description">${product.description}</p>
        ${raw(STOCK_GOES_HERE)}
        <form method="post" action="/cart">
          <input type="hidden" name="product" value="${product.id}" /><button class="button">
            Add to cart
          </button>
        </form>
        <ul class="promises">
          <li>Free delivery from €60</li>
          <li>Thirty days to change your mind</li>
          <li>Repairs for as long as we are here</li>
        </ul>
      </div>
    </article>
    <section id="reviews">
      <h2>Reviews</h2>
      ${renderReviews(view)}
    </section>
    <section>
      <h2>For about the same</h2>
      ${view.recommendations}
    </section>`
}

/** Puts the number in, on the way out to whoever asked. */
export function putStock(page: string, quantity: number): string {
  const [state, words] =
    quantity === 0
      ? ['out', 'Sold out for now']
      : quantity < 6
        ? ['low', `Only ${quantity} left`]
        : ['in', `In stock: ${quantity}, sent today`]
  return page.replace(STOCK_GOES_HERE, `<p class="stock ${state}">${words}</p>`)
}

/** What visitors from abroad are shown. Made once: a formatter costs more than a page. */
const currencies = ['USD', 'GBP'].map((currency) => ({
  currency,
  format: new Intl.NumberFormat('en-IE', { style: 'currency', currency, maximumFractionDigits: 0 }),
}))

function abroad(cents: number, rates: Rates): string {
  return currencies
    .flatMap(({ currency, format }) => {
      const rate = rates[currency]
      return rate === undefined ? [] : [format.format((cents / 100) * rate)]
    })
    .join(' or ')
}

function renderReviews({ product, reviews, reviewPage }: ProductView): Html {
  if (product.reviewCount === 0) return html`<p>Nobody has said anything about it yet.</p>`
  return html`<div class="reviews">
    <table class="histogram">
      <caption>
        ${product.stars.toFixed(1)}
        <small>of 5</small>
      </caption>
      <tbody>
        ${product.starCounts
          .map((counted, index) => ({
            counted,
            share: Math.round((counted / product.reviewCount) * 100),
            label: index + 1,
          }))
          .toReversed()
          .map(
            ({ counted, share, label }) =>
              html`<tr>
                <th scope="row">${label} ★</th>
                <td><span style="--share:${share}%"></span></td>
                <td>${counted}</td>
              </tr>`,
          )}
      </tbody>
    </table>
    <div>
      <ul class="opinions">
        ${reviews.map(
          (review) =>
            html`<li>
              <h3>${review.title}</h3>
              <p>${review.body}</p>
              <p class="by">${stars(review.stars)} ${review.author}, ${day(review.writtenOn)}</p>
            </li>`,
        )}
      </ul>
      ${renderPaging({
        page: reviewPage,
        pages: Math.ceil(product.reviewCount / REVIEWS_PER_PAGE),
        path: (page) => `${productPath(product)}?reviews=${page}#reviews`,
      })}
    </div>
  </div>`
}
