// What the field Cache-Status says: RFC 9211.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type PageHandler,
  type PageOptions,
  type PageSigns,
  pageCache,
} from '../../src/http/index.ts'
import { CachedPages } from './cached-pages.ts'
import { FakeClock } from './fake-clock.ts'

describe('Cache-Status', () => {
  let clock: FakeClock
  let store: CachedPages
  let pages: PageHandler & PageSigns<Request>

  beforeEach(() => {
    clock = new FakeClock()
    store = new CachedPages(clock)
  })

  afterEach(async () => {
    vi.unstubAllEnvs()
    await store.close()
  })

  function open(cacheStatus: PageOptions['cacheStatus']): void {
    pages = pageCache(store, '60s', {
      clock,
      ...(cacheStatus === undefined ? {} : { cacheStatus }),
    })
  }

  async function ask(headers: Record<string, string> = {}): Promise<string | null> {
    const response = await pages(new Request('http://site.test/a', { headers }), () => {
      return new Response('a page', { headers: { ETag: '"1"' } })
    })
    await response.text()
    await store.quiet()
    return response.headers.get('cache-status')
  }

  it('shows the key in the store when asked to', async () => {
    open({ key: true, name: 'shop' })

    const [first, second] = [await ask(), await ask()]

    const [key] = await store.keys()
    expect(first).toBe(`shop; fwd=uri-miss; stored; key="${key}"`)
    expect(second).toBe(`shop; hit; ttl=60; key="${key}"`)
  })

  it('never shows the key in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    open({ key: true })

    expect(await ask()).toBe('breakwater; fwd=uri-miss; stored')
  })

  it('is silent in production unless it is switched on', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    open(undefined)

    expect(await ask()).toBeNull()
  })

  it('says what the view answered where a page that was waited for becomes a 304: §2.3', async () => {
    open(true)
    let finish = (): void => {}
    const finished = new Promise<void>((resolve) => (finish = resolve))
    let start = (): void => {}
    const started = new Promise<void>((resolve) => (start = resolve))
    const first = pages(new Request('http://site.test/a'), async () => {
      start()
      await finished
      return new Response('a page', { headers: { ETag: '"1"' } })
    })
    await started

    const second = ask({ 'if-none-match': '"1"' })
    await store.askedTimes(2)
    finish()

    expect(await second).toBe('breakwater; fwd=uri-miss; fwd-status=200; collapsed')
    await (await first).text()
  })

  it.each<readonly [object | string | null]>([['a b'], [null], [{ key: 'yes' }], [{ keys: true }]])(
    'refuses %j',
    (cacheStatus) => {
      expect(() => open(cacheStatus as never)).toThrow(/cacheStatus/)
    },
  )
})
