// Our own middleware for Hono: what it does with the cookie, with outages, and beside a page cache.
import { type Cache, createCaches, memory } from 'breakwater'
import { cachePage } from 'breakwater/hono'
import { sessionStore } from 'breakwater/sessions'
import { type HonoSessionsOptions, sessions, type SessionVariables } from 'breakwater/sessions/hono'
import { chaosStore, type ChaosStore } from 'breakwater/testing'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SECRET } from './sites.ts'

let cache: Cache
let chaos: ChaosStore

beforeEach(() => {
  chaos = chaosStore(memory(), { seed: 1 })
  cache = createCaches({ default: { store: chaos } }).default
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cache.close()
})

type App = Hono<{ Variables: SessionVariables<{ user: string; notice: string }> }>

function appWith(options: Partial<HonoSessionsOptions> = {}): App {
  const app: App = new Hono()
  app.onError((error, c) => {
    const { status = 500 } = error as { status?: number }
    return c.json({ code: (error as { code?: string }).code }, status as 500)
  })
  app.use(sessions(sessionStore(cache), { secret: SECRET, ...options }))
  app.post('/set/:user', (c) => {
    c.get('session').set('user', c.req.param('user'))
    return c.text('ok')
  })
  app.get('/me', (c) => c.text(c.get('session').get('user') ?? 'nobody'))
  app.get('/plain', (c) => c.text('the same for all'))
  app.post('/fail', (c) => {
    c.get('session').set('user', 'mallory')
    return c.text('failed', 500)
  })
  app.post('/notice', (c) => {
    c.get('session').set('notice', 'saved')
    return c.text('ok')
  })
  app.get('/notice', (c) => c.text(c.get('session').take('notice') ?? 'none'))
  return app
}

const lineOf = (answer: Response): string => answer.headers.getSetCookie()[0] ?? ''
const pairOf = (answer: Response): string => lineOf(answer).split(';')[0] as string
const as = (cookie: string): { readonly headers: { readonly cookie: string } } => ({
  headers: { cookie },
})

describe('sessions() of Hono', () => {
  it('sends no cookie and stores nothing until something is set', async () => {
    const answer = await appWith().request('/me')

    expect(await answer.text()).toBe('nobody')
    expect(answer.headers.getSetCookie()).toEqual([])
    expect((await cache.stats()).stores).toBe(0)
  })

  it('says that the answer depends on the cookie where the session was used, and only there', async () => {
    const app = appWith()

    expect((await app.request('/me')).headers.get('vary')).toBe('Cookie')
    expect((await app.request('/plain')).headers.get('vary')).toBeNull()
  })

  it('sends a cookie that scripts and other sites do not get, over HTTPS alone in production', async () => {
    const development = await appWith().request('/set/ada', { method: 'POST' })
    vi.stubEnv('NODE_ENV', 'production')
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const production = await appWith().request('/set/ada', { method: 'POST' })
    warned.mockRestore()

    expect(lineOf(development)).toMatch(
      /^session=[\w-]{32}\.[\w-]{43}; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    expect(lineOf(production)).toMatch(/; HttpOnly; Secure; SameSite=Lax$/)
  })

  it('accepts what an older secret has signed, and signs with the newest', async () => {
    const old = pairOf(await appWith().request('/set/ada', { method: 'POST' }))
    const app = appWith({ secret: ['another secret of thirty-two letters!', SECRET] })

    expect(await (await app.request('/me', as(old))).text()).toBe('ada')
    const next = pairOf(await app.request('/set/bob', { method: 'POST', ...as(old) }))
    expect(next.slice(0, 40)).toBe(old.slice(0, 40))
    expect(next).not.toBe(old)
    expect(await (await appWith().request('/me', as(next))).text()).toBe('nobody')
  })

  it('takes the cookie that it has signed, of several with its name', async () => {
    const app = appWith()
    const pair = pairOf(await app.request('/set/ada', { method: 'POST' }))

    const answer = await app.request('/me', as(`session=planted; session=x.y; ${pair}`))

    expect(await answer.text()).toBe('ada')
  })

  it('shows once what is taken', async () => {
    const app = appWith()
    const pair = pairOf(await app.request('/notice', { method: 'POST' }))

    expect(await (await app.request('/notice', as(pair))).text()).toBe('saved')
    expect(await (await app.request('/notice', as(pair))).text()).toBe('none')
  })

  it('stores nothing of a request that has failed', async () => {
    const app = appWith()
    const pair = pairOf(await app.request('/set/ada', { method: 'POST' }))

    await app.request('/fail', { method: 'POST', ...as(pair) })

    expect(await (await app.request('/me', as(pair))).text()).toBe('ada')
  })

  it('refuses while its store is away, and leaves the cookie as it is', async () => {
    const app = appWith()
    const pair = pairOf(await app.request('/set/ada', { method: 'POST' }))
    chaos.down()

    const answer = await app.request('/me', as(pair))

    expect(answer.status).toBe(503)
    expect(answer.headers.getSetCookie()).toEqual([])
    // Who has no session needs no store.
    expect((await app.request('/plain')).status).toBe(200)
  })

  it('goes on with an empty session that cannot be changed, where it is told to', async () => {
    const app = appWith({ onOutage: 'read-only' })
    const pair = pairOf(await app.request('/set/ada', { method: 'POST' }))
    chaos.down()

    expect(await (await app.request('/me', as(pair))).text()).toBe('nobody')
    const refused = await app.request('/set/bob', { method: 'POST', ...as(pair) })
    expect(await refused.json()).toEqual({ code: 'E_STORE_DOWN' })
    expect(refused.headers.getSetCookie()).toEqual([])

    chaos.up()
    expect(await (await app.request('/me', as(pair))).text()).toBe('ada')
  })

  it.each<[object, RegExp]>([
    [{ secret: 'too short' }, /secret/],
    [{ secret: [] }, /secret/],
    [{ secret: undefined }, /secret/],
    [{ onOutage: 'bypass' }, /onOutage/],
    [{ cookie: { name: 'a b' } }, /cookie.name/],
    [{ cookie: { path: '/; Domain=evil' } }, /cookie.path/],
    [{ cookie: { domain: 'a\r\nb' } }, /cookie.domain/],
    [{ cookie: { sameSite: 'none', secure: false } }, /secure/],
    [{ cookie: { sameSite: 'Lax' } }, /sameSite/],
    [{ cookie: { name: '__Host-s', secure: false } }, /secure/],
    [{ cookie: { name: '__Host-s', secure: true, path: '/shop' } }, /__Host-/],
    [{ cookie: { maxage: '1d' } }, /maxAge/],
  ])('refuses %o while the application is built', (options, message) => {
    expect(() => appWith(options)).toThrow(message)
  })
})

describe('a page cache beside sessions', () => {
  it('never shows one visitor a page that was made of another one’s session', async () => {
    const pages = createCaches({ default: { store: memory() } }).default
    const views: string[] = []
    const app = appWith()
    app.get('/shared', cachePage(pages, '1m'), (c) => {
      views.push('shared')
      return c.text('the same for all')
    })
    app.get('/hello', cachePage(pages, '1m'), (c) => {
      const user = c.get('session').get('user') ?? 'nobody'
      views.push(user)
      return c.text(`Hello, ${user}`)
    })
    const ada = pairOf(await app.request('/set/ada', { method: 'POST' }))
    const bob = pairOf(await app.request('/set/bob', { method: 'POST' }))

    const seen: string[] = []
    for (const cookie of [ada, bob, 'session=none', ada, bob])
      seen.push(await (await app.request('/hello', as(cookie))).text())
    for (const cookie of [ada, bob]) await app.request('/shared', as(cookie))

    expect(seen).toEqual(['ada', 'bob', 'nobody', 'ada', 'bob'].map((user) => `Hello, ${user}`))
    expect(views.filter((view) => view === 'shared')).toHaveLength(1)
    await pages.close()
  })
})
