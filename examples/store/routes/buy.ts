import type { Hono } from 'hono'
import { addToCart, loadCart, setQuantity } from '../data/carts.ts'
import { placeOrder } from '../data/orders.ts'
import { renderCart, renderThanks } from '../pages/cart.ts'
import { idFrom, sendNotFound, sendPage } from '../shop.ts'
import type { Env, Shop } from '../shop.ts'
import { ensureSession } from './session.ts'

/** Carts, stock and orders: nothing here is ever cached. */
export function addBuying(app: Hono<Env>, shop: Shop): void {
  const { database, catalogue, jobs, parts, sessions } = shop

  app.get('/cart', async (c) => {
    const session = c.get('session')
    const [items, settings, rates] = await Promise.all([
      session ? loadCart(database.query, session.id) : [],
      catalogue.settings.get(),
      catalogue.rates.get(),
    ])
    const soldOut = c.req.query('sold-out') !== undefined
    return await sendPage(c, shop, {
      title: 'Cart',
      main: renderCart({ items, settings, rates, soldOut }),
    })
  })

  app.post('/cart', async (c) => {
    const form = await c.req.parseBody()
    const id = idFrom(form.product)
    if (id !== undefined) {
      const session = await ensureSession(c, sessions)
      await addToCart(database.query, session.id, id)
    }
    return c.redirect('/cart', 303)
  })

  app.post('/cart/:id', async (c) => {
    const form = await c.req.parseBody()
    const session = c.get('session')
    const id = idFrom(c.req.param('id'))
    const quantity = form.quantity === '0' ? 0 : idFrom(form.quantity)
    if (session && id !== undefined && quantity !== undefined) {
      await setQuantity(database.query, session.id, id, quantity)
    }
    return c.redirect('/cart', 303)
  })

  app.post('/checkout', async (c) => {
    const session = c.get('session')
    if (!session) return c.redirect('/cart', 303)
    if (!session.user) return c.redirect('/login?next=/cart', 303)

    const placed = await placeOrder(database, session.id, session.user.id)
    if (placed.outcome === 'placed') {
      jobs.orderPlaced()
      await parts.bought(session.user.id)
      return c.redirect(`/thanks/${placed.orderId}`, 303)
    }
    return c.redirect(placed.outcome === 'soldOut' ? '/cart?sold-out' : '/cart', 303)
  })

  app.get('/thanks/:id', async (c) => {
    const id = idFrom(c.req.param('id'))
    if (id === undefined) return await sendNotFound(c, shop)
    return await sendPage(c, shop, { title: 'Thank you', main: renderThanks(id) })
  })
}
