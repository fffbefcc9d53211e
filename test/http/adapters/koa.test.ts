import { Readable } from 'node:stream'
import Koa from 'koa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachePage } from '../../../src/http/adapters/koa/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'
import { onServer, Site } from './sites/site.ts'

describe('cachePage of breakwater/koa', () => {
  let clock: FakeClock
  let store: CachedPages
  let site: Site

  beforeEach(() => {
    clock = new FakeClock()
    store = new CachedPages(clock)
  })
  afterEach(async () => {
    await site.close()
    await store.close()
  })

  async function see(path: string): Promise<string> {
    const got = await site.get(path)
    await store.quiet()
    return got.body.toString()
  }

  it('hides the parameters that allowQuery leaves out also from a stream that is still being made', async () => {
    const app = new Koa()
    app.use(cachePage(store, '60s', { clock, allowQuery: ['page'] }))
    app.use((ctx) => {
      ctx.type = 'text'
      ctx.body = Readable.from(
        (async function* late() {
          yield 'for '
          await new Promise((resolve) => setTimeout(resolve, 5))
          yield `${ctx.originalUrl} ${ctx.querystring}`
        })(),
      )
    })
    site = await Site.open(onServer(app.callback()))

    expect(await see('/a?name=ann&page=2')).toBe('for /a?page=2 page=2')
    expect(await see('/a?name=bob&page=2')).toBe('for /a?page=2 page=2')
  })

  it('hides them wherever Koa has the address', async () => {
    const app = new Koa()
    app.use(cachePage(store, '60s', { clock, allowQuery: ['page'] }))
    app.use((ctx) => {
      ctx.body = [ctx.url, ctx.originalUrl, ctx.href, ctx.search, ctx.URL.search, ctx.req.url]
      ctx.body = `${String(ctx.body)} ${JSON.stringify([ctx.query, ctx])}`
    })
    site = await Site.open(onServer(app.callback()))

    expect(await see('/a?name=ann&page=2')).not.toContain('ann')
  })

  it('gives layers outside the whole query back when the view has its page, or failed', async () => {
    const seen: string[] = []
    const app = new Koa()
    app.silent = true
    app.use(async (ctx, next) => {
      try {
        await next()
      } finally {
        seen.push(ctx.originalUrl)
      }
    })
    app.use(cachePage(store, '60s', { clock, allowQuery: ['page'] }))
    app.use((ctx) => {
      if (ctx.path === '/fails') throw new Error('The view failed.')
      ctx.body = 'page'
    })
    site = await Site.open(onServer(app.callback()))

    await see('/a?name=ann&page=2')
    await see('/fails?name=ann&page=2')

    expect(seen).toEqual(['/a?name=ann&page=2', '/fails?name=ann&page=2'])
  })
})
