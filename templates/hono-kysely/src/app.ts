import { rowTags } from 'breakwater/data'
import { dashboard } from 'breakwater/dashboard'
import { cachePage } from 'breakwater/hono'
import { tag } from 'breakwater/http'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { adminOf, authorize } from './admin.ts'
import { caches } from './cache.ts'
import { findProduct, listProducts, priceIn, priceOf, productId, setPrice } from './products.ts'

// Parameters that no view reads, such as those that newsletters add, lead to the same page.
const productPage = cachePage(caches.pages, '15m', { allowQuery: [] })
const basePath = '/cache'
export const board = dashboard({ caches, basePath, authorize, pages: { product: productPage } })

export const app = new Hono()

app.get('/', async (c) => {
  const items = (await listProducts()).map(
    (product) =>
      html`<li><a href="/products/${product.id}">${product.name}</a> ${priceOf(product)} €</li>`,
  )
  return c.html(
    html`<h1>Lamps</h1>
      <ul>
        ${items}
      </ul>`,
  )
})

app.get('/products/:id', productPage, async (c) => {
  const id = productId(c.req.param('id'))
  if (id === undefined) return c.notFound()
  // Whoever changes this row, by whatever SQL, takes the page away; those of other products stay.
  tag(...rowTags('products', id))
  const product = await findProduct(id)
  return product
    ? c.html(
        html`<h1>${product.name}</h1>
          <p>${priceOf(product)} €</p>`,
      )
    : c.notFound()
})

app.post('/products/:id/price', async (c) => {
  if (!adminOf(c.req.header('Authorization'))) return c.text('For admins only.\n', 401)
  // A form of another site can send no JSON: nobody is led to change a price.
  if (!c.req.header('Content-Type')?.startsWith('application/json')) return c.body(null, 415)
  const cents = priceIn(await c.req.json().catch(() => undefined))
  const id = productId(c.req.param('id'))
  if (cents === undefined) return c.text('{"cents": 1900} is expected.\n', 400)
  return id !== undefined && (await setPrice(id, cents)) ? c.body(null, 204) : c.notFound()
})

app.get(basePath, (c) => c.redirect(`${basePath}/`))
app.all(`${basePath}/*`, (c) => board.fetch(c.req.raw, c))
