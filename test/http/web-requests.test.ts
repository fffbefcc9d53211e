// Requests of a web server that are not as the platform would make them.
import { beforeEach, describe, expect, it } from 'vitest'
import { pageCache, type PageHandler } from '../../src/http/index.ts'
import { FakeClock } from './fake-clock.ts'
import { MemoryPages } from './memory-pages.ts'

describe('pageCache', () => {
  let store: MemoryPages
  let pages: PageHandler

  beforeEach(() => {
    const clock = new FakeClock()
    store = new MemoryPages(clock)
    pages = pageCache(store, '60s', { clock, cacheStatus: true })
  })

  async function ask(
    request: Request,
    view: (given: Request) => string,
  ): Promise<{ text: string; status: string | null }> {
    const got = await pages(request, (given) => new Response(view(given)))
    const text = await got.text()
    await store.quiet()
    return { text, status: got.headers.get('cache-status') }
  }

  it('answers an address with a user in it by its view, though the platform makes no such request', async () => {
    const request = new Request('http://site.test/a')
    Object.defineProperty(request, 'url', { value: 'http://evil@site.test/a' })

    const got = await ask(request, (given) => given.url)

    expect(got.text).toBe('http://evil@site.test/a')
    expect(got.status).toBe('breakwater; fwd=bypass; detail="target"')
  })

  it.each([
    ['content-length', '4'],
    ['transfer-encoding', 'chunked'],
  ])(
    'does not keep the page of a GET that came with a body, which %s tells',
    async (name, value) => {
      const request = new Request('http://site.test/a', { headers: { [name]: value } })

      const got = await ask(request, (given) => String(given.headers.get(name)))

      expect(got.text).toBe(value)
      expect(got.status).toBe('breakwater; fwd=bypass; detail="request body"')
    },
  )

  it('does not give the page of one Host to another that the address hides', async () => {
    for (const host of ['site.test', 'SITE.test', 'evil.test', 'site.test']) {
      const request = new Request('http://site.test/a', { headers: { host } })
      expect((await ask(request, (given) => String(given.headers.get('host')))).text).toBe(host)
    }
  })

  it('keeps for visitors the page that the application asks itself for, without a Host', async () => {
    const view = (): string => 'warm'
    await ask(new Request('http://site.test/a'), view)

    const got = await ask(
      new Request('http://site.test/a', { headers: { host: 'site.test' } }),
      view,
    )

    expect(got.status).toMatch(/; hit/)
  })

  it('but not if its view looked for the Host', async () => {
    const view = (given: Request): string => String(given.headers.get('host'))
    await ask(new Request('http://site.test/a'), view)

    const got = await ask(
      new Request('http://site.test/a', { headers: { host: 'site.test' } }),
      view,
    )

    expect(got.text).toBe('site.test')
  })

  it('does not give nobody’s page to a user whom a layer sets only when there is one', async () => {
    for (const user of [undefined, 'ann', 'bob', undefined]) {
      const request = new Request('http://site.test/a')
      if (user !== undefined) Object.assign(request, { user })
      const view = (given: Request): string => String((given as { user?: string }).user)
      expect((await ask(request, view)).text).toBe(String(user))
    }
  })
})
