// What each subpath has, and whom its words take for somebody.
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { H3, toNodeHandler } from 'h3'
import { Hono } from 'hono'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import * as onExpress from '../../../src/http/adapters/express/index.ts'
import * as onFastify from '../../../src/http/adapters/fastify/index.ts'
import * as onH3 from '../../../src/http/adapters/h3/index.ts'
import * as onHono from '../../../src/http/adapters/hono/index.ts'
import * as onKoa from '../../../src/http/adapters/koa/index.ts'
import * as onNest from '../../../src/http/adapters/nest/index.ts'
import * as onNode from '../../../src/http/adapters/node/index.ts'
import * as onWeb from '../../../src/http/index.ts'
import { type App, onServer, Site } from './sites/site.ts'

const WORDS: readonly string[] = [
  'cacheControl',
  'conditional',
  'neverCache',
  'siteCache',
  'varyOnCookie',
  'varyOnHeaders',
]

describe.each<readonly [string, object]>([
  ['express', onExpress],
  ['fastify', onFastify],
  ['h3', onH3],
  ['hono', onHono],
  ['koa', onKoa],
  ['nest', onNest],
  ['node', onNode],
])('breakwater/%s', (_, module) => {
  it('has every word, and cachePage', () => {
    expect(Object.keys(module)).toEqual(expect.arrayContaining(['cachePage', ...WORDS]))
  })
})

describe('breakwater/http', () => {
  it('has every word', () => {
    expect(Object.keys(onWeb)).toEqual(expect.arrayContaining([...WORDS]))
  })
})

const same = { etag: (): string => 'v7' }

/** A layer finds out who is asking from the header X-User; all pages have one tag. */
const SIGNED_IN: readonly (readonly [string, () => App | Promise<App>])[] = [
  [
    'Express, on its request',
    () => {
      const app = express().use((req, _res, next) => {
        Object.assign(req, { user: req.get('x-user') })
        next()
      })
      return onServer(app.use(onExpress.conditional(same), (_req, res) => res.send('page')))
    },
  ],
  [
    'Koa, in its state',
    () => {
      const app = new Koa()
      app.use(async (ctx, next) => {
        ctx.state['user'] = ctx.get('x-user') || undefined
        await next()
      })
      app.use(onKoa.conditional(same))
      app.use((ctx) => {
        ctx.body = 'page'
      })
      return onServer(app.callback())
    },
  ],
  [
    'Hono, in its variables',
    () => {
      const app = new Hono<{ Variables: { user: string | undefined } }>()
      app.use(async (c, next) => {
        c.set('user', c.req.header('x-user'))
        await next()
      })
      app.get('/', onHono.conditional(same), (c) => c.text('page'))
      return onServer(getRequestListener(app.fetch))
    },
  ],
  [
    'h3, in its context',
    () => {
      const app = new H3({ silent: true })
      app.use((event) => {
        Object.assign(event.context, { user: event.req.headers.get('x-user') })
      })
      app.get('/', () => 'page', { middleware: [onH3.conditional(same)] })
      return onServer(toNodeHandler(app))
    },
  ],
  [
    'Fastify, on its request',
    async () => {
      const app = fastify()
      app.decorateRequest('user', null)
      app.addHook('onRequest', async (request) => {
        const bag = request as unknown as Record<string, unknown>
        bag['user'] = request.headers['x-user']
      })
      app.get('/', { preHandler: onFastify.conditional(same) }, () => 'page')
      await app.ready()
      await app.listen({ port: 0, host: '127.0.0.1' })
      return { server: app.server, close: () => app.close() }
    },
  ],
]

describe.each(SIGNED_IN)('conditional on %s', (_, open) => {
  it('tells somebody a tag that nobody has', async () => {
    const site = await Site.open(await open())
    const headers = { 'x-user': 'ann', cookie: 'sid=a' }

    const nobody = await site.get('/')
    const ann = await site.get('/', { headers })
    const tag = ann.field('etag') as string
    const again = await site.get('/', { headers: { ...headers, 'if-none-match': tag } })
    const later = await site.get('/', { headers: { 'if-none-match': tag } })
    await site.close()

    expect(nobody.field('etag')).toBe('"v7"')
    expect(tag).not.toBe('"v7"')
    expect([again.status, later.status]).toEqual([304, 200])
  })
})
