import { rowTags } from 'breakwater/data'
import { dashboard } from 'breakwater/dashboard'
import { cachePage } from 'breakwater/fastify'
import { tag } from 'breakwater/http'
import fastify, { type RouteHandlerMethod, type onRequestHookHandler } from 'fastify'
import { adminOf, authorize } from './admin.ts'
import { caches } from './cache.ts'
import { closeDatabase } from './database.ts'
import { escape } from './html.ts'
import { findProduct, listProducts, priceIn, priceOf, productId, setPrice } from './products.ts'

interface ById {
  Params: { id: string }
}

// Parameters that no view reads, such as those that newsletters add, lead to the same page.
const productPage = cachePage(caches.pages, '15m', { allowQuery: [] })
const basePath = '/cache'
const board = dashboard({ caches, basePath, authorize, pages: { product: productPage } })

export const app = fastify()
app.addHook('onClose', async () => {
  board.close()
  await closeDatabase()
  await caches.close()
})

app.get('/', async (_, reply) => {
  const items = (await listProducts()).map(
    (product) =>
      `<li><a href="/products/${product.id}">${escape(product.name)}</a> ${priceOf(product)} €</li>`,
  )
  return reply.type('text/html; charset=utf-8').send(`<h1>Lamps</h1><ul>${items.join('')}</ul>`)
})

app.get<ById>('/products/:id', { preHandler: productPage }, async (request, reply) => {
  const id = productId(request.params.id)
  if (id === undefined) return reply.callNotFound()
  // Whoever changes this row, by whatever SQL, takes the page away; those of other products stay.
  tag(...rowTags('products', id))
  const product = await findProduct(id)
  if (product === undefined) return reply.callNotFound()
  const page = `<h1>${escape(product.name)}</h1><p>${priceOf(product)} €</p>`
  return reply.type('text/html; charset=utf-8').send(page)
})

const adminsOnly: onRequestHookHandler = (request, reply, done) => {
  if (adminOf(request.headers.authorization)) done()
  else reply.code(401).send('For admins only.\n')
}

app.post<ById>('/products/:id/price', { onRequest: adminsOnly }, async (request, reply) => {
  // Fastify takes JSON and plain text; a text is no price, and a form of another site can send no JSON.
  const cents = priceIn(request.body)
  const id = productId(request.params.id)
  if (cents === undefined) return reply.code(400).send('{"cents": 1900} is expected.\n')
  if (id === undefined || !(await setPrice(id, cents))) return reply.callNotFound()
  return reply.code(204).send()
})

// The dashboard answers by itself, before a body is parsed.
const toBoard: onRequestHookHandler = (request, reply) => {
  reply.hijack()
  void board.node(request.raw, reply.raw, request)
}
const nothing: RouteHandlerMethod = () => {}
app.all(basePath, { onRequest: toBoard }, nothing)
app.all(`${basePath}/*`, { onRequest: toBoard }, nothing)
