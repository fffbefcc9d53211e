// Requirement: what a view reads of its request and its key does not have becomes part of the key, or stops the store. Most
// caches serve one visitor's page to the next when a view reads a cookie and forgets to say `Vary: Cookie`.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  pageCache,
  type PageOptions,
  readCookie,
  readsUser,
  untracked,
} from '../../src/http/index.ts'
import { FakeClock } from './fake-clock.ts'
import { MemoryPages } from './memory-pages.ts'
import {
  type Got,
  openCore,
  openExpress,
  openHono,
  type OpenSite,
  type Site,
  type SiteOptions,
  type View,
} from './site.ts'

const SHAPES: readonly (readonly [string, OpenSite])[] = [
  ['the core', openCore],
  ['Hono', openHono],
  ['Express', openExpress],
]

describe.each(SHAPES)('a view on %s', (_name, openSite) => {
  let clock: FakeClock
  let store: MemoryPages
  let views: number
  const open: Site[] = []

  beforeEach(() => {
    clock = new FakeClock()
    store = new MemoryPages(clock)
    views = 0
  })

  afterEach(async () => {
    for (const site of open.splice(0)) await site.close()
  })

  async function serve(view: View, options: SiteOptions = {}): Promise<Site> {
    const counted: View = async (call) => {
      views++
      return await view(call)
    }
    const site = await openSite(
      store,
      '60s',
      { clock, cacheStatus: true, onError: () => {}, ...options },
      counted,
    )
    open.push(site)
    return site
  }

  async function ask(site: Site, headers: Record<string, string> = {}): Promise<Got> {
    const got = await site.get('/a', { headers })
    await store.quiet()
    return got
  }

  it.each([
    'cookie',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-prefix',
    'x-original-url',
    'accept-language',
    'user-agent',
    'x-user',
    'constructor',
  ])(
    'that reads %s without saying so never has its page shown to those with another',
    async (name) => {
      const site = await serve((call) => ({ body: `for ${call.header(name) ?? 'nobody'}` }))
      const texts: string[] = []

      for (const value of ['ann', 'bob', 'ann', 'bob']) {
        texts.push((await ask(site, { [name]: value })).body.toString())
      }
      // The first page is under the URL's own key; the learned names have taken over by now.
      const hit = await ask(site, { [name]: 'bob' })

      expect(texts).toEqual(['for ann', 'for bob', 'for ann', 'for bob'])
      expect(hit.body.toString()).toBe('for bob')
      expect(hit.field('cache-status')).toMatch(/; hit/)
      expect(hit.field('vary')).toBe(name)
      expect(views).toBe(2)
    },
  )

  it('that has read nothing of its request is kept under its address alone', async () => {
    const site = await serve(() => ({ body: `page ${views}` }))
    await ask(site, { cookie: 'sid=1', 'x-forwarded-host': 'evil.test' })

    const got = await ask(site, { cookie: 'sid=2' })

    expect(got.body.toString()).toBe('page 1')
    expect(got.field('vary')).toBeUndefined()
  })

  it('that reads a cookie only after its first bytes is told apart all the same', async () => {
    const site = await serve((call) => ({
      body: (async function* () {
        yield Buffer.from('for ')
        await Promise.resolve()
        yield Buffer.from(call.header('cookie') ?? 'nobody')
      })(),
    }))
    await ask(site, { cookie: 'ann' })

    expect((await ask(site, { cookie: 'bob' })).body.toString()).toBe('for bob')
    expect((await ask(site, { cookie: 'ann' })).body.toString()).toBe('for ann')
    expect(views).toBe(2)
  })

  it('that reads one header for some and another for others never mixes them', async () => {
    const site = await serve((call) => {
      const member = call.header('x-member') === 'yes'
      return { body: member ? `member ${call.header('x-role') ?? ''}` : 'stranger' }
    })
    for (let round = 0; round < 3; round++) {
      const stranger = await ask(site, { 'x-member': 'no', 'x-role': 'admin' })
      const admin = await ask(site, { 'x-member': 'yes', 'x-role': 'admin' })
      const guest = await ask(site, { 'x-member': 'yes', 'x-role': 'guest' })
      expect([stranger, admin, guest].map((got) => got.body.toString())).toEqual([
        'stranger',
        'member admin',
        'member guest',
      ])
    }
  })

  it('for six at once gives each their own page, though nothing says that it varies', async () => {
    const site = await serve(async (call) => {
      await store.askedTimes(6)
      return { body: `for ${call.header('x-user') ?? ''}` }
    })
    const users = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay']

    const got = await Promise.all(
      users.map((user) => site.get('/a', { headers: { 'x-user': user } })),
    )

    expect(got.map((each) => each.body.toString())).toEqual(users.map((user) => `for ${user}`))
  })

  it('that reads what was not declared is not kept under reads: strict', async () => {
    const site = await serve((call) => ({ body: `${call.header('x-user') ?? ''} ${views}` }), {
      reads: 'strict',
    })
    await ask(site, { 'x-user': 'ann' })

    const got = await ask(site, { 'x-user': 'ann' })

    expect(got.body.toString()).toBe('ann 2')
    expect(got.field('cache-status')).toContain('detail="undeclared x-user"')
    expect(store.entries.size).toBe(1)
  })

  it.each<readonly [string, SiteOptions, [string, string][]]>([
    ['varyOn', { varyOn: ['X-User'] }, []],
    ['its Vary', {}, [['Vary', 'x-user']]],
  ])('that reads what %s names is kept under reads: strict', async (_how, options, fields) => {
    const site = await serve(
      (call) => ({ body: `${call.header('x-user') ?? ''} ${views}`, fields }),
      { reads: 'strict', ...options },
    )
    await ask(site, { 'x-user': 'ann' })

    expect((await ask(site, { 'x-user': 'ann' })).body.toString()).toBe('ann 1')
    expect((await ask(site, { 'x-user': 'bob' })).body.toString()).toBe('bob 2')
  })

  it('that reads what was not declared fails under reads: throw', async () => {
    let code: unknown
    const site = await serve(
      (call) => {
        try {
          call.header('x-user')
        } catch (error) {
          code = (error as { code?: unknown }).code
        }
        return { body: 'a page' }
      },
      { reads: 'throw' },
    )

    await ask(site, { 'x-user': 'ann' })

    expect(code).toBe('E_UNDECLARED_READ')
  })

  it('does not see the parameters that allowQuery leaves out', async () => {
    const seen: string[] = []
    const site = await serve(
      (call) => {
        seen.push(call.url)
        return { body: 'a page' }
      },
      { allowQuery: ['page'] },
    )

    await site.get('/a?utm=<script>&page=2')

    expect(seen).toEqual(['/a?page=2'])
  })

  it('cannot make a flood of variants stay: the last used 64 do', async () => {
    const site = await serve((call) => ({ body: `for ${call.header('cookie') ?? ''}` }))
    for (let visitor = 0; visitor < 300; visitor++) {
      await ask(site, { cookie: `sid=${visitor}` })
      // This one comes again and again, and is never the one to go.
      await ask(site, { cookie: 'sid=regular' })
    }

    // The URL's own record and the variants.
    expect(store.entries.size).toBeLessThanOrEqual(65)
    const before = views
    await ask(site, { cookie: 'sid=regular' })
    expect(views).toBe(before)
  })
})

describe('a view in web terms', () => {
  let store: MemoryPages
  let views: number

  beforeEach(() => {
    store = new MemoryPages(new FakeClock())
    views = 0
  })

  function site(
    view: (request: Request) => string | Promise<string>,
    options: PageOptions = {},
  ): (
    init?: RequestInit & { user?: unknown },
  ) => Promise<Response & { text: () => Promise<string> }> {
    const pages = pageCache(store, '60s', { cacheStatus: true, onError: () => {}, ...options })
    return async ({ user, ...init } = {}) => {
      const request = new Request('http://site.test/a', init)
      if (user !== undefined) Object.assign(request, { user: user })
      const response = await pages(request, async (given) => {
        views++
        return new Response(await view(given))
      })
      const copy = response.clone()
      await copy.text()
      await store.quiet()
      return response
    }
  }

  it.each<readonly [string, (request: Request) => unknown]>([
    ['spreads the headers', (request) => [...request.headers]],
    ['reads their keys', (request) => [...request.headers.keys()]],
    ['reads their values', (request) => [...request.headers.values()]],
    ['walks over them', (request) => request.headers.forEach(() => {})],
    ['copies them', (request) => new Headers(request.headers)],
    ['copies them from a clone', (request) => new Headers(request.clone().headers)],
    ['makes an object of them', (request) => Object.fromEntries(request.headers)],
    ['sends them elsewhere', (request) => new Request('http://other.test/', request)],
  ])('that %s is not kept', async (_how, act) => {
    const ask = site((request) => {
      act(request)
      return `page ${views}`
    })
    await ask()

    const got = await ask()

    expect(await got.text()).toBe('page 2')
    expect(got.headers.get('cache-status')).toContain('read every header')
  })

  it('is a Request like any other', async () => {
    const ask = site((request) => {
      expect(request).toBeInstanceOf(Request)
      expect(request.headers).toBeInstanceOf(Headers)
      expect([request.method, request.url]).toEqual(['GET', 'http://site.test/a'])
      // What the platform copies past us must not carry what nobody counted.
      expect([...new Request(request).headers]).toEqual([])
      return 'a page'
    })

    expect(await (await ask({ headers: { cookie: 'sid=1' } })).text()).toBe('a page')
    expect(await (await ask({ headers: { cookie: 'sid=2' } })).text()).toBe('a page')
    expect(views).toBe(1)
  })

  it('that reads request.user is kept for nobody only, where nothing tells users apart', async () => {
    const ask = site((request) => {
      const { user } = request as { user?: { name: string } }
      return `${user?.name ?? 'nobody'} ${views}`
    })
    const ann = { user: { name: 'ann' } }
    const texts: string[] = []

    for (const who of [ann, {}, ann, {}, { user: { name: 'bob' } }]) {
      texts.push(await (await ask(who)).text())
    }

    expect(texts).toEqual(['ann 1', 'nobody 2', 'ann 3', 'nobody 2', 'bob 4'])
  })

  it('is kept by user where option user tells them apart, and no other cache may share it', async () => {
    const who = (request: Request): string | undefined => {
      return (request as { user?: { name: string } }).user?.name
    }
    const ask = site((request) => `${who(request) ?? 'nobody'} ${views}`, { user: who })
    const texts: string[] = []
    let last: Response | undefined
    for (const user of ['ann', 'bob', undefined, 'ann', undefined, 'bob']) {
      last = await ask(user === undefined ? {} : { user: { name: user } })
      texts.push(await last.text())
    }

    expect(texts).toEqual(['ann 1', 'bob 2', 'nobody 3', 'ann 1', 'nobody 3', 'bob 2'])
    expect(last?.headers.get('cache-control')).toBe('private')
    expect((await ask()).headers.get('cache-control')).toBeNull()
  })

  it('is kept from a CDN too, where the view speaks to those apart', async () => {
    const fields = { 'CDN-Cache-Control': 'max-age=60' }
    const pages = pageCache(new MemoryPages(new FakeClock()), '60s', { user: () => 'ann' })
    const ask = async (): Promise<string | null> => {
      const answer = await pages(new Request('http://site.test/a'), () => {
        return new Response('for ann', { headers: fields })
      })
      await answer.text()
      return answer.headers.get('cdn-cache-control')
    }

    expect([await ask(), await ask()]).toEqual(['max-age=60, private', 'max-age=60, private'])
  })

  it('under anonymousOnly neither fills nor reads for those who are signed in', async () => {
    const who = (request: Request): string | undefined => {
      return (request as { user?: { name: string } }).user?.name
    }
    const ask = site(() => `page ${views}`, { user: who, anonymousOnly: true })
    const ann = { user: { name: 'ann' } }

    const first = await ask(ann)
    const nobody = await ask()
    const second = await ask(ann)
    const bearer = await ask({ headers: { authorization: 'Bearer x' } })
    const again = await ask()

    expect(first.headers.get('cache-status')).toContain('detail="signed in"')
    const texts = [first, nobody, second, bearer, again].map((got) => got.text())
    expect(await Promise.all(texts)).toEqual(['page 1', 'page 2', 'page 3', 'page 4', 'page 2'])
  })

  it('in which somebody logs in is not kept as nobody’s', async () => {
    let current: string | undefined
    const ask = site(
      () => {
        current = 'ann'
        return `for ${current} ${views}`
      },
      { user: () => current, anonymousOnly: true },
    )
    await ask()
    current = undefined

    expect(await (await ask()).text()).toBe('for ann 2')
    current = undefined
    expect(await (await ask()).text()).toBe('for ann 3')
  })

  it('that puts whoever it signed in on its request is not given to the next, as nobody’s', async () => {
    const who = (request: Request): string | undefined => {
      return (request as { user?: { name: string } }).user?.name
    }
    const names = ['ann', 'bob']
    const ask = site(
      (request) => {
        Object.assign(request, { user: { name: names[views - 1] } })
        return `for ${who(request)}`
      },
      { user: who },
    )
    await ask()

    expect(await (await ask()).text()).toBe('for bob')
  })

  it('whose user lives elsewhere says so with readsUser', async () => {
    let current: string | undefined = 'ann'
    const currentUser = (): string | undefined => {
      readsUser(current)
      return current
    }
    const ask = site(() => `${currentUser() ?? 'nobody'} ${views}`)
    await ask()
    current = 'bob'
    await ask()

    expect(await (await ask()).text()).toBe('bob 3')
  })

  it('that reads one cookie with readCookie is not told apart by the others', async () => {
    const ask = site((request) => `${readCookie(request, 'theme') ?? 'plain'} ${views}`)
    const cookie = (line: string): RequestInit => ({ headers: { cookie: line } })
    await ask(cookie('sid=1; theme=dark'))

    const other = await ask(cookie('theme=dark; sid=2'))
    const light = await ask(cookie('sid=1; theme=light'))
    const none = await ask()

    const texts = [other, light, none].map((got) => got.text())
    expect(await Promise.all(texts)).toEqual(['dark 1', 'light 2', 'plain 3'])
    expect(other.headers.get('vary')).toBe('cookie')
  })

  it('is told apart by the cookies of varyOnCookie from the first request on', async () => {
    const ask = site((request) => `${readCookie(request, 'theme') ?? 'plain'} ${views}`, {
      varyOnCookie: ['theme'],
      reads: 'strict',
    })
    await ask({ headers: { cookie: 'theme=dark' } })

    expect(await (await ask({ headers: { cookie: 'theme=light' } })).text()).toBe('light 2')
    expect(await (await ask({ headers: { cookie: 'a=b; theme=dark' } })).text()).toBe('dark 1')
  })

  it('may read for its log what its page does not show', async () => {
    const ask = site((request) => {
      untracked(() => [...request.headers])
      return `page ${views}`
    })
    await ask({ headers: { 'x-trace': '1' } })

    expect(await (await ask({ headers: { 'x-trace': '2' } })).text()).toBe('page 1')
  })
})
