import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pageCache, readCookie, siteCache, type SiteOptions } from '../../src/http/index.ts'
import { CachedPages } from './cached-pages.ts'
import { FakeClock } from './fake-clock.ts'

describe('siteCache', () => {
  let clock: FakeClock
  let store: CachedPages
  let views: number

  beforeEach(() => {
    clock = new FakeClock()
    store = new CachedPages(clock)
    views = 0
  })

  afterEach(async () => {
    await store.close()
  })

  type Site = (path: string, headers?: Record<string, string>) => Promise<string>

  function serve(
    options: SiteOptions,
    app: (request: Request) => Promise<Response> | Response,
  ): Site {
    const site = siteCache(store, '60s', { clock, cacheStatus: true, ...options })
    return async (path, headers = {}) => {
      const request = new Request(`http://site.test${path}`, { headers })
      const text = await (await site(request, app)).text()
      await store.quiet()
      return text
    }
  }

  it.each<readonly [string, object]>([
    ['except', { except: '/admin' }],
    ['except', { except: ['admin'] }],
    ['except', { except: ['/'] }],
    ['except', { except: ['/admin/*'] }],
    ['except', { except: ['/users/:id'] }],
    ['except', { except: ['/a/../b'] }],
    ['except', { except: ['/;x'] }],
    ['except', { except: [/admin/] }],
    ['allowQuery', { allowQuery: ['page'] }],
    ["Did you mean 'except'?", { exept: ['/admin'] }],
  ])('refuses while building, naming %s, %j', (name, options) => {
    const act = (): unknown => siteCache(store, '60s', options)
    expect(act).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(act).toThrow(name)
  })

  it.each(['/', '/search?q=1'])('keeps the page of %s', async (path) => {
    const ask = serve({}, () => new Response(`page ${++views}`))

    expect([await ask(path), await ask(path)]).toEqual(['page 1', 'page 1'])
  })

  it('takes a page of another address within a page for a part of it', async () => {
    const parts = pageCache(store, '5s', { clock })
    const ask = serve({}, async () => {
      const part = new Request('http://site.test/part')
      const response = await parts(part, () => new Response(`part ${++views}`))
      return new Response(`page with ${await response.text()}`)
    })
    await ask('/a')

    clock.advance(5000)

    expect(await ask('/a')).toBe('page with part 1')
  })

  it('gives the cache of a route the whole of its query, and its own reads', async () => {
    const pages = pageCache(store, '60s', { clock, allowQuery: ['q'], reads: 'strict' })
    const ask = serve({}, async (request) => {
      return await pages(request, (asked) => {
        return new Response(
          `${new URL(asked.url).search} ${readCookie(asked, 'a') ?? ''} ${++views}`,
        )
      })
    })

    expect(await ask('/a?q=1&utm=2', { cookie: 'a=1' })).toBe('?q=1 1 1')
    expect(await ask('/a?q=1&utm=3', { cookie: 'a=2' })).toBe('?q=1 2 2')
  })

  it('asks the cache of a route again for as long as there is one', async () => {
    let routeHasCache = true
    const pages = pageCache(store, '5s', { clock })
    const view = (): Response => new Response(`page ${++views}`)
    const ask = serve({}, async (request) => {
      return routeHasCache ? await pages(request, view) : view()
    })
    await ask('/a')
    routeHasCache = false

    clock.advance(10_001)
    expect(await ask('/a')).toBe('page 2')
    clock.advance(30_000)

    expect(await ask('/a')).toBe('page 2')
  })

  it('within another one has the last word on its part of the site', async () => {
    const inner = siteCache(store, '5s', { clock })
    const ask = serve(
      {},
      async (request) => await inner(request, () => new Response(`page ${++views}`)),
    )
    await ask('/a')

    clock.advance(5000)

    expect([await ask('/a'), await ask('/a')]).toEqual(['page 2', 'page 2'])
  })
})
