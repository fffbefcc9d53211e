import { type Context, Hono } from 'hono'
import { stream } from 'hono/streaming'
import { beforeEach, describe, expect, it } from 'vitest'
import { cachePage } from '../../../src/http/adapters/hono/index.ts'
import { tag } from '../../../src/http/index.ts'
import { FakeClock } from '../fake-clock.ts'
import { MemoryPages } from '../memory-pages.ts'

describe('cachePage of breakwater/hono', () => {
  let clock: FakeClock
  let store: MemoryPages
  let views: number

  beforeEach(() => {
    clock = new FakeClock()
    store = new MemoryPages(clock)
    views = 0
  })

  async function ask(
    app: Hono,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const got = await app.request(`http://shop.test${path}`, { headers })
    const body = got.body === null ? null : await got.arrayBuffer()
    const whole = new Response(body, got)
    await store.quiet()
    return whole
  }

  it('gives options Hono’s context, and tags from the view', async () => {
    const app = new Hono()
    const tags = (c: Context): string[] => [`category:${c.req.param('slug') ?? ''}`]
    app.get('/category/:slug', cachePage(store, '60s', { clock, tags }), (c) => {
      views++
      tag('products')
      return c.html(`${c.req.param('slug')} ${views}`)
    })
    const text = async (): Promise<string> => await (await ask(app, '/category/tea')).text()

    expect([await text(), await text()]).toEqual(['tea 1', 'tea 1'])
    await store.invalidateTags(['category:tea'])
    expect(await text()).toBe('tea 2')
    await store.invalidateTags(['products'])
    expect(await text()).toBe('tea 3')
  })

  it('may be told with no types at all', async () => {
    const app = new Hono()
    const options = { clock, when: (c: { req: { path: string } }) => c.req.path !== '/cart' }
    app.get('*', cachePage(store, '60s', options), (c) => c.text(`page ${++views}`))

    expect(await (await ask(app, '/cart')).text()).toBe('page 1')
    expect(await (await ask(app, '/cart')).text()).toBe('page 2')
  })

  it('does not keep the page that onError makes, whatever its status', async () => {
    const app = new Hono()
    app.onError((_error, c) => c.text('We are sorry.', 200))
    app.get('/a', cachePage(store, '60s', { clock }), () => {
      views++
      throw new Error('The view failed.')
    })

    await ask(app, '/a')
    await ask(app, '/a')

    expect(views).toBe(2)
  })

  it('lets layers outside see and change every answer, and keeps what layers inside add', async () => {
    const app = new Hono()
    let asked = 0
    app.use(async (c, next) => {
      await next()
      c.header('X-Request', String(++asked))
    })
    app.use('/a', cachePage(store, '60s', { clock }))
    app.use('/a', async (c, next) => {
      await next()
      c.header('X-Inner', 'yes')
    })
    app.get('/a', (c) => c.json({ views: ++views }))

    const first = await ask(app, '/a')
    const second = await ask(app, '/a')

    expect([first.headers.get('x-request'), second.headers.get('x-request')]).toEqual(['1', '2'])
    expect(second.headers.get('x-inner')).toBe('yes')
    expect(second.headers.get('content-type')).toBe('application/json')
    expect(await second.text()).toBe('{"views":1}')
  })

  it('answers 304 from the store and hides If-None-Match from a view that makes the page', async () => {
    const app = new Hono()
    app.get('/a', cachePage(store, '60s', { clock }), (c) => {
      views++
      return c.req.header('if-none-match') === undefined ? c.text('a page') : c.body(null, 304)
    })

    expect((await ask(app, '/a', { 'if-none-match': '"x"' })).status).toBe(200)
    const etag = (await ask(app, '/a')).headers.get('etag') as string
    expect((await ask(app, '/a', { 'if-none-match': etag })).status).toBe(304)
    expect(views).toBe(1)
  })

  it('gives nobody the page of another whose cookie its stream reads while it is sent', async () => {
    const app = new Hono()
    app.get('/a', cachePage(store, '60s', { clock }), (c) => {
      return stream(c, async (out) => {
        await out.write('for ')
        await out.sleep(1)
        await out.write(c.req.header('cookie') ?? 'nobody')
      })
    })
    const see = async (headers: Record<string, string>): Promise<string> => {
      const text = await (await ask(app, '/a', headers)).text()
      await store.quiet()
      return text
    }

    for (let round = 0; round < 2; round++) {
      expect(await see({ cookie: 'ann' })).toBe('for ann')
      expect(await see({ cookie: 'bob' })).toBe('for bob')
      expect(await see({})).toBe('for nobody')
    }
  })

  it('is not told apart by what layers outside read after it', async () => {
    const app = new Hono()
    const seen: unknown[] = []
    app.use(async (c, next) => {
      await next()
      seen.push(c.req.header('x-trace'), c.req.header('if-none-match'))
    })
    app.get('/a', cachePage(store, '60s', { clock }), (c) => c.text(`page ${++views}`))

    await ask(app, '/a', { 'x-trace': '1', 'if-none-match': '"x"' })
    const second = await ask(app, '/a', { 'x-trace': '2' })

    expect(await second.text()).toBe('page 1')
    expect(seen).toEqual(['1', '"x"', '2', undefined])
  })

  it('does not keep a page when a layer inside sets a cookie', async () => {
    const app = new Hono()
    app.get('/a', cachePage(store, '60s', { clock, cacheStatus: 'shop' }), (c) => {
      c.header('Set-Cookie', `sid=${++views}`)
      return c.text('a page')
    })

    const first = await ask(app, '/a')
    const second = await ask(app, '/a')

    expect([first, second].map((got) => got.headers.get('set-cookie'))).toEqual(['sid=1', 'sid=2'])
    expect(second.headers.get('cache-status')).toBe('shop; fwd=bypass; detail="set-cookie"')
  })

  it.each(['user', 'jwtPayload', 'session', 'language'])(
    'does not give one visitor’s page to the next who read it from c.get(%j) or c.var',
    async (name) => {
      const app = new Hono<{ Variables: Record<string, unknown> }>()
      app.use(async (c, next) => {
        const who = c.req.header('cookie')
        if (who !== undefined) c.set(name, who)
        await next()
      })
      const cached = cachePage(store, '60s', { clock })
      app.get('/get', cached, (c) => c.text(`for ${String(c.get(name))}`))
      app.get('/var', cached, (c) => c.text(`for ${String(c.var[name])}`))
      app.get('/spread', cached, (c) => c.text(`for ${String({ ...c.var }[name])}`))

      for (const path of ['/get', '/var', '/spread']) {
        for (const who of ['ann', 'bob', 'ann']) {
          const got = await ask(app as unknown as Hono, path, { cookie: who })
          expect(await got.text()).toBe(`for ${who}`)
        }
      }
    },
  )

  it('keeps a page by the cookie from which a layer inside has found the user', async () => {
    const app = new Hono<{ Variables: { user: string } }>()
    app.use(cachePage(store, '60s', { clock }))
    app.use(async (c, next) => {
      c.set('user', c.req.header('cookie') ?? 'nobody')
      await next()
    })
    app.get('/a', (c) => c.text(`${c.get('user')} ${++views}`))
    const text = async (cookie: string): Promise<string> => {
      return await (await ask(app as unknown as Hono, '/a', { cookie })).text()
    }

    expect(await text('ann')).toBe('ann 1')
    expect(await text('bob')).toBe('bob 2')
    expect(await text('ann')).toBe('ann 1')
  })

  it('does not keep a page that shows the client’s address', async () => {
    const app = new Hono<{ Bindings: { incoming: { socket: { remoteAddress: string } } } }>()
    app.get('/a', cachePage(store, '60s', { clock }), (c) => {
      return c.text(c.env.incoming.socket.remoteAddress)
    })
    const from = async (remoteAddress: string): Promise<string> => {
      const got = await app.request('/a', {}, { incoming: { socket: { remoteAddress } } })
      const text = await got.text()
      await store.quiet()
      return text
    }

    expect([await from('::1'), await from('::2')]).toEqual(['::1', '::2'])
  })
})
