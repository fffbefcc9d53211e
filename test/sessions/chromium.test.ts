// What a real browser does with the cookies of our sessions.
import { type Cache, createCaches, memory } from 'breakwater'
import { sessionStore } from 'breakwater/sessions'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Site, SITES } from './sites.ts'

const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]
/** Loopback is trusted as HTTPS is, so that browsers keep its secure cookies. */
const SHOWN = SITES.filter(([name]) => name === 'express-session' || name === 'Hono')

let chrome: Browser
const caches: Cache[] = []
const contexts: BrowserContext[] = []

beforeAll(async () => {
  chrome = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: QUIET,
  })
}, 60_000)
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()))
})
afterAll(async () => {
  await chrome?.close()
  await Promise.all(caches.map((cache) => cache.close()))
})

describe.each(SHOWN)('%s in Chromium', (_, start) => {
  let site: Site
  let waiting = 0
  let gate = Promise.resolve()

  beforeAll(async () => {
    const cache = createCaches({ default: { store: memory() } }).default
    caches.push(cache)
    const store = sessionStore(cache, { touchAfter: '0s' })
    const pass = async (): Promise<void> => {
      waiting++
      await gate
    }
    site = await start({ store, maxAgeMs: 3_600_000, gate: pass })
  })
  afterAll(async () => await site.stop())

  const open = async (): Promise<BrowserContext> => {
    const context = await chrome.newContext({ baseURL: `http://127.0.0.1:${site.port}` })
    contexts.push(context)
    const page = await context.newPage()
    await page.goto('/me')
    return context
  }
  /** As a script of its page: with the browser's own cookies. */
  const ask = async (context: BrowserContext, path: string, method = 'GET'): Promise<unknown> =>
    await context.pages()[0]?.evaluate(
      async (given) => {
        const answer = await fetch(given.path, { method: given.method })
        return answer.ok ? await answer.json() : answer.status
      },
      { path, method },
    )
  const cookieOf = async (context: BrowserContext): Promise<{ value: string; expires: number }> =>
    (await context.cookies()).find(({ name }) => name === site.cookie) as never

  it('logs in under a new id, out of the reach of scripts, and out again', async () => {
    const context = await open()
    await ask(context, '/slow?name=cart&value=pear')
    const before = await cookieOf(context)

    await ask(context, '/login?user=alice', 'POST')

    const after = await cookieOf(context)
    expect(after).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
    expect(after.value).not.toBe(before.value)
    expect(await context.pages()[0]?.evaluate('document.cookie')).toBe('')
    expect(await ask(context, '/me')).toEqual({ user: 'alice' })
    await ask(context, '/logout', 'POST')
    expect(await ask(context, '/me')).toEqual({ user: null })
  })

  it('keeps what all tabs of a browser have set at once', async () => {
    const context = await open()
    await ask(context, '/login?user=alice', 'POST')
    const tabs = await Promise.all(Array.from({ length: 4 }, () => context.newPage()))

    await Promise.all(tabs.map((tab, index) => tab.goto(`/slow?name=tab${index}&value=1`)))

    expect(await ask(context, '/all')).toEqual({
      user: 'alice',
      tab0: '1',
      tab1: '1',
      tab2: '1',
      tab3: '1',
    })
  })

  it('leaves a cookie dead whose owner has logged out during a slow request', async () => {
    const context = await open()
    await ask(context, '/login?user=alice', 'POST')
    const old = await cookieOf(context)
    let release = (): void => {}
    gate = new Promise((resolve) => (release = resolve))
    waiting = 0
    const slow = ask(context, '/slow?name=report&value=1')
    await vi.waitFor(() => expect(waiting).toBe(1), { timeout: 10_000 })

    await ask(context, '/logout', 'POST')
    release()
    gate = Promise.resolve()
    await slow

    expect(await ask(context, '/all')).toEqual({})
    const thief = await open()
    await thief.addCookies([
      { name: site.cookie, value: old.value, url: `http://127.0.0.1:${site.port}` },
    ])
    expect(await ask(thief, '/all')).toEqual({})
  })

  it('moves the end of its cookie with every visit', async () => {
    const context = await open()
    await ask(context, '/login?user=alice', 'POST')
    const { expires } = await cookieOf(context)

    await vi.waitFor(
      async () => {
        await ask(context, '/me')
        expect((await cookieOf(context)).expires).toBeGreaterThan(expires)
      },
      { timeout: 10_000, interval: 100 },
    )
  })

  it('never shows one browser what another one has', async () => {
    const [alice, bob] = await Promise.all([open(), open()])
    await Promise.all([
      ask(alice, '/login?user=alice', 'POST'),
      ask(bob, '/login?user=bob', 'POST'),
    ])

    const seen = await Promise.all(
      Array.from({ length: 20 }, (_unused, index) => ask(index % 2 === 0 ? alice : bob, '/me')),
    )

    expect(seen).toEqual(
      seen.map((_unused, index) => ({ user: index % 2 === 0 ? 'alice' : 'bob' })),
    )
  })
})
