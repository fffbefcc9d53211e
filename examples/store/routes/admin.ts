import type { Hono } from 'hono'
import { renderAdmin } from '../pages/admin.ts'
import { renderMails } from '../pages/mails.ts'
import { idFrom, sendMessage, sendPage } from '../shop.ts'
import type { Env, Shop } from '../shop.ts'

export function addAdmin(app: Hono<Env>, shop: Shop): void {
  const { catalogue, jobs, mails } = shop

  app.use('/admin/*', async (c, next) => {
    const user = c.get('session')?.user
    if (user?.isAdmin) return await next()
    if (!user) return c.redirect('/login?next=/admin', 303)
    return await sendMessage(c, shop, {
      status: 403,
      title: 'Not yours',
      text: 'Only the shopkeeper may change prices.',
    })
  })

  app.get('/admin', async (c) => {
    const words = (c.req.query('q') ?? '').trim().slice(0, 80)
    const products = words
      ? (await catalogue.search.get(words, 1)).products
      : await catalogue.featured.get()
    return await sendPage(c, shop, {
      title: 'Prices',
      main: renderAdmin({ products, changed: idFrom(c.req.query('changed')) }),
    })
  })

  app.post('/admin/products/:id', async (c) => {
    const form = await c.req.parseBody()
    const id = idFrom(c.req.param('id'))
    const cents = Math.round(Number(form.price) * 100)
    if (id === undefined || !(cents >= 1 && cents <= 10_000_000)) return c.redirect('/admin', 303)
    const changed = await catalogue.changePrice(id, cents)
    if (changed) jobs.priceChanged(new URL(c.req.url).origin, id)
    return c.redirect(changed ? `/admin?changed=${id}` : '/admin', 303)
  })

  app.get('/admin/mails', async (c) => {
    return await sendPage(c, shop, { title: 'Mails', main: renderMails(mails.delivered) })
  })
}
