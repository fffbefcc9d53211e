import { cacheControl } from 'breakwater/hono'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { csrf } from 'hono/csrf'
import { HTTPException } from 'hono/http-exception'
import { storeFolder } from './paths.ts'
import { addAccounts } from './routes/account.ts'
import { addAdmin } from './routes/admin.ts'
import { addBrowsing } from './routes/browse.ts'
import { addBuying } from './routes/buy.ts'
import { addCacheStats } from './routes/cache-stats.ts'
import type { StoreNumbers } from './routes/cache-stats.ts'
import { identify, needsSessions } from './routes/session.ts'
import { areAway } from './sessions.ts'
import { sendNotFound, sendSessionsAway } from './shop.ts'
import type { Env, Shop } from './shop.ts'

/** The whole shop as one web-standard function from request to response. */
export function createApp(shop: Shop, numbers: () => Promise<StoreNumbers>): Hono<Env> {
  const app = new Hono<Env>()

  app.use(
    '/assets/*',
    serveStatic({
      root: storeFolder,
      onFound: (_path, c) => c.header('cache-control', 'max-age=3600'),
    }),
  )
  // Forms carry no token, which would make every page a visitor's own; where a form comes from is checked instead.
  app.use(csrf())
  app.use(identify(shop.sessions))
  for (const path of ['/cache', '/cache/*'])
    app.all(path, async (c) => await shop.board.fetch(c.req.raw, c))
  // What browsers keep nobody can invalidate: they ask each time, and are told "not modified" when nothing is new.
  app.use(cacheControl({ private: true, noCache: true }))

  for (const path of ['/cart/*', '/checkout', '/logout', '/admin/*'])
    app.use(path, needsSessions(shop))
  addBrowsing(app, shop)
  addBuying(app, shop)
  addAccounts(app, shop)
  addAdmin(app, shop)
  addCacheStats(app, shop, numbers)

  app.notFound((c) => sendNotFound(c, shop))
  app.onError(async (error, c) => {
    // What the framework refuses, such as a form from another site, says so itself.
    if (error instanceof HTTPException) return error.getResponse()
    if (areAway(error)) return await sendSessionsAway(c, shop)
    console.error(error instanceof Error ? error.message : error)
    // Plain on purpose: a page with navigation would need the database that has just failed.
    return c.text('The shop is too busy to answer. Please try again in a moment.', 503, {
      'retry-after': '5',
    })
  })
  return app
}
