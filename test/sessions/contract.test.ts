// One contract for the adapters, on real servers, visited by clients that keep cookies as browsers do.
import { type Cache, type Clock, createCaches, memory } from 'breakwater'
import { sessionStore } from 'breakwater/sessions'
import { chaosStore, type ChaosStore } from 'breakwater/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { Browser } from './browser.ts'
import { type Site, SITES } from './sites.ts'

const MAX_AGE_MS = 30 * 60_000
/** That of the libraries, which tests set back. */
const clock: Clock = { now: () => Date.now(), after: (...parts) => systemClock.after(...parts) }

/** Lets several requests stand at one place, and go on when a test says so. */
class Gate {
  waiting = 0
  #open: Promise<void> = Promise.resolve()
  #release: () => void = () => {}

  close(): void {
    this.waiting = 0
    this.#open = new Promise((resolve) => (this.#release = resolve))
  }

  open(): void {
    this.#release()
    this.#open = Promise.resolve()
  }

  async pass(): Promise<void> {
    this.waiting++
    await this.#open
  }
}

describe.each(SITES)('%s', (_name, start) => {
  const gate = new Gate()
  let chaos: ChaosStore
  let cache: Cache
  let site: Site

  beforeAll(async () => {
    chaos = chaosStore(memory(), { seed: 1 })
    cache = createCaches({ default: { store: chaos, clock } }).default
    const store = sessionStore(cache, { ttl: '30m' })
    site = await start({ store, maxAgeMs: MAX_AGE_MS, gate: () => gate.pass() })
  })
  afterEach(() => {
    vi.useRealTimers()
    chaos.up()
    gate.open()
  })
  afterAll(async () => {
    await site.stop()
    await cache.close()
  })

  async function loggedIn(user: string): Promise<Browser> {
    const browser = new Browser(site.port)
    await browser.visit('/slow?name=cart&value=pear')
    await browser.visit(`/login?user=${user}`, { method: 'POST' })
    return browser
  }

  it('keeps somebody logged in who has logged in, under a new id', async () => {
    const browser = new Browser(site.port)
    await browser.visit('/slow?name=cart&value=pear')
    const before = browser.cookie(site.cookie)

    await browser.visit('/login?user=alice', { method: 'POST' })

    expect(await browser.json('/me')).toEqual({ user: 'alice' })
    expect(await browser.json('/all')).toEqual({ cart: 'pear', user: 'alice' })
    expect(before).toBeDefined()
    expect(browser.cookie(site.cookie)).not.toBe(before)
    const thief = new Browser(site.port)
    thief.plant(site.cookie, before as string)
    expect(await thief.json('/all')).toEqual({})
  })

  it('shows its cookie to no script, and sends it with no form of another site', async () => {
    const browser = await loggedIn('alice')

    expect(browser.seenByScripts).not.toContain(site.cookie)
    expect(await browser.json('/me', { from: 'link elsewhere' })).toEqual({ user: 'alice' })
    expect(await browser.json('/me', { from: 'form elsewhere' })).toEqual({ user: null })
  })

  it('never lets two browsers meet', async () => {
    const [alice, bob] = await Promise.all([loggedIn('alice'), loggedIn('bob')])

    const seen = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        return await (index % 2 === 0 ? alice : bob).json('/me')
      }),
    )

    expect(seen).toEqual(
      Array.from({ length: 40 }, (_, index) => ({ user: index % 2 === 0 ? 'alice' : 'bob' })),
    )
  })

  it('loses no write of 200 parallel requests on one session', async () => {
    const browser = await loggedIn('alice')
    gate.close()

    const visits = Array.from({ length: 200 }, (_, index) =>
      browser.visit(`/slow?name=k${index}&value=${index}`),
    )
    await vi.waitFor(() => expect(gate.waiting).toBe(200), { timeout: 10_000 })
    gate.open()
    const answers = await Promise.all(visits)

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const all = (await browser.json('/all')) as object
    expect(Object.keys(all).filter((key) => key.startsWith('k'))).toHaveLength(200)
  }, 20_000)

  it('lets nobody come back through a slow request that ends after he has logged out', async () => {
    const browser = await loggedIn('alice')
    const cookie = browser.cookie(site.cookie) as string
    gate.close()
    const slow = browser.visit('/slow?name=report&value=done')
    await vi.waitFor(() => expect(gate.waiting).toBe(1))

    await browser.visit('/logout', { method: 'POST' })
    gate.open()
    expect((await slow).status).toBe(site.whenEnded)

    expect(await browser.json('/me')).toEqual({ user: null })
    const thief = new Browser(site.port)
    thief.plant(site.cookie, cookie)
    expect(await thief.json('/all')).toEqual({})
    // Nor is the dead id taken over by whoever brings it.
    await thief.visit('/slow?name=mine&value=1')
    expect(thief.cookie(site.cookie)).not.toBe(cookie)
    const other = new Browser(site.port)
    other.plant(site.cookie, cookie)
    expect(await other.json('/all')).toEqual({})
  })

  it('stores nothing for requests that change nothing', async () => {
    const browser = await loggedIn('alice')
    const { stores } = await cache.stats()

    for (let visits = 0; visits < 5; visits++) await browser.visit('/me')

    expect((await cache.stats()).stores).toBe(stores)
  })

  it('ends a session so long after it was last used', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const browser = await loggedIn('alice')

    for (let visits = 0; visits < 3; visits++) {
      vi.setSystemTime(Date.now() + 20 * 60_000)
      expect(await browser.json('/me')).toEqual({ user: 'alice' })
    }
    const cookie = browser.cookie(site.cookie) as string
    vi.setSystemTime(Date.now() + 31 * 60_000)

    expect(browser.cookie(site.cookie)).toBeUndefined()
    browser.plant(site.cookie, cookie)
    expect(await browser.json('/me')).toEqual({ user: null })
  })

  it('survives clear() of the cache', async () => {
    const browser = await loggedIn('alice')

    await cache.clear()

    expect(await browser.json('/me')).toEqual({ user: 'alice' })
  })

  it('takes nobody for logged out while its store is away', async () => {
    const browser = await loggedIn('alice')
    const cookie = browser.cookie(site.cookie)
    chaos.down()

    const { status } = await browser.visit('/me')

    expect(status).toBe(503)
    chaos.up()
    expect(browser.cookie(site.cookie)).toBe(cookie)
    expect(await browser.json('/me')).toEqual({ user: 'alice' })
  })

  it.each([
    ['nothing', ''],
    ['a guess', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['a guess that claims to be signed', 's%3AAAAAAAAAAAAAAAAAAAAAAAAA.x'],
    ['a name of objects', '__proto__'],
    ['control characters', '%00%0a%1b'],
    ['ten thousand letters', 'A'.repeat(10_000)],
  ])('begins anew for a cookie with %s', async (_, value) => {
    const browser = new Browser(site.port)
    browser.plant(site.cookie, value)

    expect(await browser.json('/me')).toEqual({ user: null })
    await browser.visit('/slow?name=cart&value=pear')

    expect(browser.cookie(site.cookie)).not.toBe(value)
    expect(await browser.json('/all')).toEqual({ cart: 'pear' })
  })

  it('begins anew for a signature that was changed', async () => {
    const browser = await loggedIn('alice')
    const cookie = browser.cookie(site.cookie) as string
    const forger = new Browser(site.port)
    forger.plant(site.cookie, `${cookie.slice(0, -2)}${cookie.endsWith('AA') ? 'BB' : 'AA'}`)

    expect(await forger.json('/me')).toEqual({ user: null })
  })

  it('keeps names that could become prototypes out of sessions', async () => {
    const browser = await loggedIn('alice')

    await browser.visit('/slow?name=__proto__&value=evil').then(
      (answer) => answer.arrayBuffer(),
      () => undefined,
    )
    await browser.visit('/slow?name=constructor&value=mine')

    expect(await browser.json('/me')).toEqual({ user: 'alice' })
    expect({}.constructor).toBe(Object)
  })
})
