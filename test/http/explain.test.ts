// A page cache says why: what it would do with a request, what lies there, and what to do about it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type PageHandler,
  type PageOptions,
  type PageSigns,
  pageCache,
  readCookie,
  tag,
} from '../../src/http/index.ts'
import { CachedPages } from './cached-pages.ts'
import { FakeClock } from './fake-clock.ts'

type View = (request: Request) => Response

let clock: FakeClock
let store: CachedPages
let pages: PageHandler & PageSigns<Request>

beforeEach(() => {
  clock = new FakeClock()
  store = new CachedPages(clock)
})

afterEach(async () => {
  await store.close()
})

function open(options: PageOptions = {}): void {
  pages = pageCache(store, '60s', { clock, onError: () => {}, ...options })
}

function request(path: string, headers: Record<string, string> = {}, method = 'GET'): Request {
  return new Request(`http://site.test${path}`, { headers, method })
}

async function ask(made: Request, view: View = () => new Response('a page')): Promise<void> {
  const response = await pages(made, view)
  await response.text()
  await store.quiet()
}

describe('explain', () => {
  it('says miss for a page that nobody has asked for, and runs no view', async () => {
    open()

    const it = await pages.explain(request('/a?x=1'))

    expect(it).toMatchObject({
      fate: 'miss',
      reason: undefined,
      remedy: undefined,
      found: undefined,
      varies: [],
      variants: 0,
      key: { scheme: 'http', authority: 'site.test', path: '/a', query: '?x=1', authorized: false },
    })
    expect(it.text).toBe('This request runs its view, and its page is kept if it may be.')
    expect(await store.size()).toBe(0)
  })

  it('says hit for a page that is there: its age, the life it has left, its tags', async () => {
    open({ tags: ['products'], route: '/:name' })
    await ask(request('/a'), () => {
      tag('product:7')
      return new Response('a page')
    })
    clock.advance(12_000)

    const it = await pages.explain(request('/a'))

    expect(it.fate).toBe('hit')
    expect(it.found).toMatchObject({ kind: 'page', bytes: 6, ageMs: 12_000, freshForMs: 48_000 })
    expect(it.text).toContain('The page of 6 bytes is 12 s old and is fresh for 48 s.')
    expect(it.text).toMatch(/Its tags: products, page-url:\S+, product:7, page-route:\/:name\./)
  })

  it('says stale for one that may be served while it is refreshed, and miss for one that may not', async () => {
    open({ stale: '1h' })
    await ask(request('/a'))
    await ask(request('/b'), () => {
      return new Response('b', { headers: { 'Cache-Control': 'max-age=60, must-revalidate' } })
    })
    clock.advance(90_000)

    const a = await pages.explain(request('/a'))
    const b = await pages.explain(request('/b'))

    expect(a).toMatchObject({ fate: 'stale', found: { freshForMs: -30_000 } })
    expect(a.text).toContain('has been stale for 30 s')
    expect(b.fate).toBe('miss')
  })

  it('says pass where a mark lies, with its reason, until when, and the remedy', async () => {
    open()
    await ask(request('/a'), () => new Response('', { headers: { 'Set-Cookie': 'a=1' } }))

    const it = await pages.explain(request('/a'))

    expect(it).toMatchObject({
      fate: 'pass',
      reason: 'set-cookie',
      found: { kind: 'pass', reason: 'set-cookie', untilMs: clock.now() + 10_000 },
      remedy: expect.stringMatching(/^Set the cookie on a response of its own/),
    })
    expect(it.text).toContain('A mark says until 2026-01-01T00:00:10.000Z')
    expect(it.text).toContain('The response sets a cookie')
  })

  it('remembers the refusals of a route when no mark lies there', async () => {
    open({ passFor: '0s', route: '/:name' })
    await ask(request('/a'), () => new Response('', { status: 404 }))

    const it = await pages.explain(request('/b'))

    expect(it).toMatchObject({ fate: 'miss', reason: 'status 404' })
    expect(it.text).toContain(
      'The last page of this route was not kept: the response has another status than 200, and either none that is ever kept or no lifetime of its own (404).',
    )
    expect(it.recent.verdicts).toEqual([
      { at: clock.now(), what: 'miss', method: 'GET', path: '/a' },
      { at: clock.now(), what: 'refuse', method: 'GET', path: '/a', reason: 'status 404' },
    ])
  })

  it.each<readonly [string, PageOptions, Request, string]>([
    ['option `when`', { when: () => false }, request('/a'), 'when'],
    ['a host that is not the site’s', { hosts: ['else.test'] }, request('/a'), 'host'],
    ['a precondition', {}, request('/a', { 'if-match': '"x"' }), 'if-match'],
    [
      'an option that throws',
      {
        key: () => {
          throw new Error('No tenant.')
        },
      },
      request('/a'),
      'option failed',
    ],
  ])('says bypass for %s', async (_what, options, made, reason) => {
    open(options)

    const it = await pages.explain(made)

    expect(it).toMatchObject({ fate: 'bypass', reason, key: undefined })
    expect(it.text).toMatch(/^This request goes to its view, past the cache\. \S/)
  })

  it('says write for what may change something', async () => {
    open()

    expect(await pages.explain(request('/a', {}, 'POST'))).toMatchObject({ fate: 'write' })
    expect(await pages.explain(request('/a', {}, 'OPTIONS'))).toMatchObject({ fate: 'bypass' })
  })

  it('says bypass when the store fails, which it survives', async () => {
    open()
    store.lookup = () => Promise.reject(new Error('The store is down.'))

    expect(await pages.explain(request('/a'))).toMatchObject({
      fate: 'bypass',
      reason: 'store failed',
    })
  })

  it('names what the address varies on, and advises when every visitor has a variant of their own', async () => {
    open()
    const view: View = (given) => new Response(`for ${readCookie(given, 'sid')}`)
    for (const sid of ['a1', 'b2', 'c3', 'd4', 'e5']) {
      await ask(request('/a', { cookie: `sid=${sid}` }), view)
    }

    const it = await pages.explain(request('/a', { cookie: 'sid=f6' }))

    expect(it).toMatchObject({ fate: 'miss', varies: [['cookie sid', '(hidden)']] })
    expect(it.variants).toBeGreaterThan(2)
    expect(it.text).toContain("The address varies on cookie sid '(hidden)'.")
    expect(it.remedy).toContain('Every value of cookie sid has a page of its own.')
  })

  it('finds the variant of the request, and not that of another', async () => {
    open()
    const view: View = (given) => new Response(`in ${given.headers.get('accept-language')}`)
    for (const language of ['de', 'en'])
      await ask(request('/a', { 'accept-language': language }), view)

    const english = await pages.explain(request('/a', { 'accept-language': 'en' }))
    const french = await pages.explain(request('/a', { 'accept-language': 'fr' }))

    expect(english).toMatchObject({ fate: 'hit', varies: [['accept-language', 'en']] })
    expect(french).toMatchObject({ fate: 'miss', varies: [['accept-language', 'fr']] })
    expect(french.key?.variant).not.toBe(english.key?.variant)
  })

  describe('of secrets', () => {
    const headers = { cookie: 'sid=s3cret', authorization: 'Bearer s3cret', 'x-api-key': 's3cret' }
    const made = request('/a', headers)

    beforeEach(async () => {
      open({
        varyOn: ['cookie', 'authorization', 'x-api-key'],
        varyOnCookie: ['sid'],
        user: () => 's3cret',
      })
      await ask(
        made,
        () => new Response('', { headers: { 'Cache-Control': 'public', Vary: 'X-Api-Key' } }),
      )
    })

    it('shows none, wherever it stands', async () => {
      expect(JSON.stringify(await pages.explain(made))).not.toContain('s3cret')
    })

    it('shows them when asked to', async () => {
      const { key, varies } = await pages.explain(made, { secrets: true })

      expect(key?.user).toBe('string:s3cret')
      expect(key?.varyOn).toContainEqual(['authorization', 'Bearer s3cret'])
      expect(varies).toEqual([['x-api-key', 's3cret']])
    })
  })

  it('within a view is not what the view reads', async () => {
    open()
    await ask(request('/a', { 'accept-language': 'de' }), () => new Response('a'))

    const response = await pages(
      request('/b', { cookie: 'sid=1', 'accept-language': 'de' }),
      async (given) => {
        await pages.explain(given)
        return new Response('b')
      },
    )

    expect(response.headers.get('vary')).toBeNull()
  })

  it.each([{ secret: true }, { secrets: 'yes' }])('refuses %j', async (options) => {
    open()

    await expect(pages.explain(request('/a'), options as never)).rejects.toMatchObject({
      code: 'E_OPTION',
    })
  })
})

describe('explainUrl', () => {
  it('explains an address as a request for it would be', async () => {
    open({ tags: ['products'] })
    await ask(request('/a?page=2'))

    const [kept, other] = [
      await pages.explainUrl({ url: 'http://site.test/a?page=2' }),
      await pages.explainUrl({ url: 'http://site.test/a?page=3' }),
    ]

    expect([kept.fate, other.fate]).toEqual(['hit', 'miss'])
    expect(kept.found).toMatchObject({
      kind: 'page',
      tags: expect.arrayContaining(['products']) as string[],
    })
  })

  it('asks with the fields that are given, and counts under the route that is given', async () => {
    open({ route: '/:name' })
    const german = { 'accept-language': 'de' }
    await ask(
      request('/a', german),
      () => new Response('hallo', { headers: { vary: 'accept-language' } }),
    )

    const url = 'http://site.test/a'
    const [asked, plain] = [
      await pages.explainUrl({ url, headers: german, route: '/:name' }),
      await pages.explainUrl({ url }),
    ]

    expect([asked.fate, plain.fate]).toEqual(['hit', 'miss'])
    expect(asked.route).toBe('/:name')
  })

  it('says so where an option cannot work with an address', async () => {
    open({ key: (asked) => [(asked as unknown as { session: { id: string } }).session.id] })

    expect(await pages.explainUrl({ url: 'http://site.test/a' })).toMatchObject({
      fate: 'bypass',
      reason: 'option failed',
    })
  })

  it.each(['/a', 'javascript:alert(1)', 'http://', 'http://ada:secret@site.test/'])(
    'refuses %j',
    async (url) => {
      open()

      await expect(pages.explainUrl({ url })).rejects.toMatchObject({ code: 'E_OPTION' })
    },
  )
})
