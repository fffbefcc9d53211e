// Which pattern each framework names a page's route by.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachePage as cacheExpress } from '../../../src/http/adapters/express/index.ts'
import { cachePage as cacheHono } from '../../../src/http/adapters/hono/index.ts'
import { cachePage as cacheKoa } from '../../../src/http/adapters/koa/index.ts'
import { type PageStats, purge } from '../../../src/http/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'

describe('the route of a page', () => {
  let store: CachedPages
  let server: Server | undefined

  beforeEach(() => {
    store = new CachedPages(new FakeClock())
  })

  afterEach(async () => {
    const open = server
    server = undefined
    if (open !== undefined) {
      open.closeAllConnections()
      await new Promise((resolve) => open.close(resolve))
    }
    await store.close()
  })

  async function get(made: Server, path: string): Promise<void> {
    if (server === undefined) {
      server = made
      await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
    }
    const { port } = made.address() as AddressInfo
    await (await fetch(`http://127.0.0.1:${port}${path}`)).text()
    await store.quiet()
  }

  it('on Express is where its router is mounted and the route’s path, also for a cache before the routes', async () => {
    const app = express()
    const shop = express.Router()
    const pages = cacheExpress(store, '60s', { onError: () => {} })
    let views = 0
    shop.get('/product/:id', (_request, response) => void response.send(`page ${++views}`))
    shop.get('/list', (_request, response) => void response.send('list'))
    // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 waits for handlers.
    app.use(pages)
    app.use('/shop', shop)
    const made = createServer(app)
    for (const path of ['/shop/product/7', '/shop/product/8', '/shop/list']) await get(made, path)

    await purge(store, { route: '/shop/product/:id' })
    for (const path of ['/shop/product/7', '/shop/list']) await get(made, path)

    expect(views).toBe(3)
    const { events }: PageStats = pages.stats()
    expect(events).toMatchObject({ miss: 4, hit: 1 })
  })

  it('on Hono is the whole pattern of the handler, also of a mounted application', async () => {
    const shop = new Hono()
    let views = 0
    shop.get('/product/:id', (c) => c.text(`page ${++views}`))
    const app = new Hono()
    app.use('*', cacheHono(store, '60s', { onError: () => {} }))
    app.route('/shop', shop)
    const made = createServer(getRequestListener(app.fetch))
    await get(made, '/shop/product/7')

    await purge(store, { route: '/shop/product/:id' })
    await get(made, '/shop/product/7')

    expect(views).toBe(2)
  })

  it('on Koa is what the router has matched, as `@koa/router` tells it', async () => {
    const app = new Koa()
    let views = 0
    app.use(cacheKoa(store, '60s', { onError: () => {} }))
    app.use((ctx) => {
      ctx['_matchedRoute'] = '/product/:id'
      ctx.body = `page ${++views}`
    })
    const listener = app.callback()
    const made = createServer((request, response) => void listener(request, response))
    await get(made, '/product/7')

    await purge(store, { route: '/product/:id' })
    await get(made, '/product/7')

    expect(views).toBe(2)
  })
})
