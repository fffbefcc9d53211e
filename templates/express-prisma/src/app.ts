import { rowTags } from 'breakwater/data'
import { dashboard } from 'breakwater/dashboard'
import { cachePage } from 'breakwater/express'
import { tag } from 'breakwater/http'
import express, { type NextFunction, type Request, type Response } from 'express'
import { adminOf, authorize } from './admin.ts'
import { caches } from './cache.ts'
import { escape } from './html.ts'
import { findProduct, listProducts, priceIn, priceOf, productId, setPrice } from './products.ts'

type ById = { id: string }

// Parameters that no view reads, such as those that newsletters add, lead to the same page.
const productPage = cachePage<Request<ById>>(caches.pages, '15m', { allowQuery: [] })
export const board = dashboard({ caches, authorize, pages: { product: productPage } })

export const app = express()

app.get('/', async (_, response) => {
  const items = (await listProducts()).map(
    (product) =>
      `<li><a href="/products/${product.id}">${escape(product.name)}</a> ${priceOf(product)} €</li>`,
  )
  response.send(`<h1>Lamps</h1><ul>${items.join('')}</ul>`)
})

app.get<ById>('/products/:id', productPage, async (request, response, next) => {
  const id = productId(request.params.id)
  if (id === undefined) return next()
  // Whoever changes this row, by whatever SQL, takes the page away; those of other products stay.
  tag(...rowTags('products', id))
  const product = await findProduct(id)
  if (product === null) return next()
  response.send(`<h1>${escape(product.name)}</h1><p>${priceOf(product)} €</p>`)
})

function adminsOnly(request: Request<ById>, response: Response, next: NextFunction): void {
  if (adminOf(request.headers.authorization)) next()
  else response.status(401).send('For admins only.\n')
}

// The body is JSON or nothing: a form of another site can send none, so nobody is led to change a price.
app.post<ById>(
  '/products/:id/price',
  adminsOnly,
  express.json(),
  async (request, response, next) => {
    const cents = priceIn(request.body)
    const id = productId(request.params.id)
    if (cents === undefined) return response.status(400).send('{"cents": 1900} is expected.\n')
    if (id === undefined || !(await setPrice(id, cents))) return next()
    response.status(204).end()
  },
)

app.use('/cache', board.node)
