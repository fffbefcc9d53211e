// The words of a route, on a real server of every framework. Where Django has the word, it behaves as Django's.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'
import { openFastify } from './sites/on-fastify.ts'
import { openH3 } from './sites/on-h3.ts'
import { openKoa } from './sites/on-koa.ts'
import { openNestOnExpress, openNestOnFastify } from './sites/on-nest.ts'
import { openExpress, openNode } from './sites/on-node.ts'
import { openHono } from './sites/on-web.ts'
import {
  type Ask,
  type Got,
  headerOf,
  type Layer,
  type Made,
  type OpenApp,
  type Setup,
  Site,
} from './sites/site.ts'

const ADAPTERS: readonly (readonly [name: string, open: OpenApp])[] = [
  ['node:http', openNode],
  ['Express', openExpress],
  ['Fastify', openFastify],
  ['Koa', openKoa],
  ['h3', openH3],
  ['Hono', openHono],
  ['h3', openH3],
  ['NestJS on Express', openNestOnExpress],
  ['NestJS on Fastify', openNestOnFastify],
]

const TEXT = ['Content-Type', 'text/plain; charset=utf-8'] as const
const NEVER = 'max-age=0, no-cache, no-store, must-revalidate, private'

/** A door that stays shut until it is opened. */
class Gate {
  open!: () => void
  readonly opened: Promise<void> = new Promise((resolve) => {
    this.open = resolve
  })
}

describe.each(ADAPTERS)('on %s', (_name, openApp) => {
  let clock: FakeClock
  let store: CachedPages
  let views = 0
  let site: Site | undefined

  beforeEach(() => {
    clock = new FakeClock()
    store = new CachedPages(clock)
    views = 0
  })

  afterEach(async () => {
    await site?.close()
    site = undefined
    await store.close()
  })

  async function serve(
    more: {
      readonly layers?: readonly Layer[]
      readonly site?: Setup['site']
      readonly fields?: Made['fields']
      readonly status?: number
    },
    view: Setup['view'] = () => ({
      status: more.status ?? 200,
      body: `page ${views}`,
      fields: [TEXT, ...(more.fields ?? [])],
    }),
  ): Promise<void> {
    const counted: Setup['view'] = async (call) => {
      views++
      return await view(call)
    }
    const { layers = [] } = more
    const setup = { store, options: pages(), view: counted, compressed: false, layers }
    const around = more.site === undefined ? setup : { ...setup, site: more.site }
    site = await Site.open(await openApp(around))
  }

  function pages() {
    return { clock, cacheStatus: true, onError: () => {} }
  }

  function cachePage(options: object = {}): Layer {
    return ['cachePage', store, '60s', { ...pages(), ...options }]
  }

  async function ask(path = '/a', headers: Ask['headers'] = {}, method = 'GET'): Promise<Got> {
    const got = await (site as Site).get(path, { headers, method })
    await store.quiet()
    return got
  }

  async function bodies(...paths: string[]): Promise<string[]> {
    const found: string[] = []
    for (const path of paths) found.push((await ask(path)).body.toString())
    return found
  }

  describe('cacheControl', () => {
    it('says it on an answer that says nothing', async () => {
      await serve({ layers: [['cacheControl', { maxAge: '60s', public: true }]] })

      expect((await ask()).field('cache-control')).toBe('public, max-age=60')
    })

    it('takes the shorter of two lifetimes, and never private away', async () => {
      const fields = [['Cache-Control', 'private, max-age=600']] as const
      await serve({ layers: [['cacheControl', { maxAge: '60s', public: true }]], fields })

      expect((await ask()).field('cache-control')).toBe('private, max-age=60')
    })

    it('rules the page cache around it, on a hit as on a miss', async () => {
      await serve({ layers: [cachePage(), ['cacheControl', { maxAge: '5s' }]] })

      const first = await ask()
      const second = await ask()
      clock.advance(5000)
      const third = await ask()

      expect([first, second, third].map((got) => got.body.toString())).toEqual([
        'page 1',
        'page 1',
        'page 2',
      ])
      expect(second.field('cache-control')).toBe('max-age=5')
    })

    it('permits nothing for an error that came in the place of a view’s answer', async () => {
      const layers = [['cacheControl', { maxAge: '1h', mustRevalidate: true }]] as const
      await serve({ layers }, () => {
        throw new Error('The view failed.')
      })

      const got = await ask()

      expect(got.status).toBe(500)
      expect(got.field('cache-control') ?? '').not.toContain('max-age')
    })

    it('around a page cache is said on hits, too', async () => {
      await serve({ layers: [['cacheControl', { maxAge: '5s' }], cachePage()] })
      await ask()

      expect((await ask()).field('cache-control')).toBe('max-age=5')
    })
  })

  describe('neverCache', () => {
    it('says what Django’s never_cache says, whatever the view says', async () => {
      const fields = [
        ['Cache-Control', 'public, max-age=600'],
        ['Expires', new Date(Date.now() + 600_000).toUTCString()],
        ['CDN-Cache-Control', 'max-age=600'],
      ] as const
      await serve({ layers: [['neverCache']], fields })

      const got = await ask()

      expect(got.field('cache-control')?.split(', ').toSorted()).toEqual(
        NEVER.split(', ').toSorted(),
      )
      expect(Date.parse(got.field('expires') as string)).toBeLessThanOrEqual(Date.now())
      expect(got.field('cdn-cache-control')).toBe('no-store')
    })

    it('keeps a page out of a cache around it', async () => {
      await serve({ layers: [cachePage(), ['neverCache']] })

      expect(await bodies('/a', '/a')).toEqual(['page 1', 'page 2'])
    })

    it('keeps a page out of a cache within, where nothing is stored', async () => {
      await serve({ layers: [['neverCache'], cachePage()] })

      expect(await bodies('/a', '/a')).toEqual(['page 1', 'page 2'])
      expect(await store.size()).toBe(0)
    })
  })

  describe('varyOnHeaders', () => {
    it('adds to what the view varies on, without repeating it', async () => {
      const fields = [['Vary', 'Origin, accept-language']] as const
      await serve({ layers: [['varyOnHeaders', 'Accept-Language', 'X-Theme']], fields })

      expect((await ask()).lines('vary')).toEqual(['Origin, accept-language, X-Theme'])
    })

    it('tells the pages of a cache around it apart', async () => {
      await serve({ layers: [cachePage(), ['varyOnHeaders', 'Accept-Language']] })

      const texts: string[] = []
      for (const language of ['de', 'en', 'de', 'en']) {
        texts.push((await ask('/a', { 'accept-language': language })).body.toString())
      }

      expect(texts).toEqual(['page 1', 'page 2', 'page 1', 'page 2'])
    })

    it('with a star keeps nothing', async () => {
      await serve({ layers: [cachePage(), ['varyOnHeaders', '*']] })

      expect(await bodies('/a', '/a')).toEqual(['page 1', 'page 2'])
    })
  })

  describe('varyOnCookie', () => {
    it('says Vary: Cookie where no page is made', async () => {
      await serve({ layers: [['varyOnCookie', 'theme']] })

      expect((await ask()).lines('vary')).toEqual(['Cookie'])
    })

    it('tells pages apart by all cookies', async () => {
      await serve({ layers: [cachePage(), ['varyOnCookie']] })

      const texts: string[] = []
      for (const cookie of ['a=1', 'a=2', 'a=1']) {
        texts.push((await ask('/a', { cookie })).body.toString())
      }

      expect(texts).toEqual(['page 1', 'page 2', 'page 1'])
    })

    it('with names tells pages apart by these cookies alone, and caches outside by all', async () => {
      await serve({ layers: [cachePage({ reads: 'strict' }), ['varyOnCookie', 'theme']] })

      const got: Got[] = []
      for (const cookie of ['theme=dark; ad=1', 'theme=light; ad=2', 'ad=3; theme=dark']) {
        got.push(await ask('/a', { cookie }))
      }

      expect(got.map((each) => each.body.toString())).toEqual(['page 1', 'page 2', 'page 1'])
      expect(got.map((each) => each.lines('vary').join())).toEqual(['cookie', 'cookie', 'cookie'])
    })

    it('is also said of an answer that the cache does not keep', async () => {
      const layers = [cachePage(), ['varyOnCookie', 'theme']] as const
      await serve({ layers, status: 404, fields: [['Cache-Control', 'max-age=60']] })

      for (let round = 0; round < 3; round++) {
        const got = await ask('/a', { cookie: 'theme=dark' })
        expect(got.lines('vary').map((line) => line.toLowerCase())).toEqual(['cookie'])
      }
    })
  })

  describe('conditional', () => {
    const asked: Layer = ['conditional', { etag: () => 'v7' }]

    it('puts its validators on a good answer', async () => {
      const lastModified = new Date('2026-01-02T03:04:05.678Z')
      await serve({
        layers: [['conditional', { etag: () => 'v7', lastModified: () => lastModified }]],
      })

      const got = await ask()

      expect([got.status, got.body.toString()]).toEqual([200, 'page 1'])
      expect(got.lines('etag')).toEqual(['"v7"'])
      expect(got.lines('last-modified')).toEqual(['Fri, 02 Jan 2026 03:04:05 GMT'])
    })

    it('leaves the view its own', async () => {
      await serve({ layers: [asked], fields: [['ETag', '"mine"']] })

      expect((await ask()).lines('etag')).toEqual(['"mine"'])
    })

    it('says nothing of a failure', async () => {
      await serve({ layers: [asked], status: 404 })

      const got = await ask()

      expect(got.status).toBe(404)
      expect(got.lines('etag')).not.toContain('"v7"')
    })

    it.each(['GET', 'HEAD'])('answers 304 to %s without the view', async (method) => {
      await serve({ layers: [['cacheControl', { maxAge: '5s' }], asked] })

      const got = await ask('/a', { 'if-none-match': '"v6", W/"v7"' }, method)

      expect([got.status, got.body.length, views]).toEqual([304, 0, 0])
      expect(got.lines('etag')).toEqual(['"v7"'])
      expect(got.field('cache-control')).toBe('max-age=5')
    })

    it('answers 304 by date', async () => {
      const lastModified = () => new Date('2026-01-02T03:04:05Z')
      await serve({ layers: [['conditional', { lastModified }]] })

      const since = { 'if-modified-since': 'Fri, 02 Jan 2026 03:04:05 GMT' }
      const before = { 'if-modified-since': 'Fri, 02 Jan 2026 03:04:04 GMT' }

      expect((await ask('/a', since)).status).toBe(304)
      expect((await ask('/a', before)).status).toBe(200)
    })

    it('refuses a write against what has changed, and lets through the one against what is', async () => {
      await serve({ layers: [asked] })

      const stale = await ask('/a', { 'if-match': '"v6"' }, 'PUT')
      const exists = await ask('/a', { 'if-none-match': '*' }, 'PUT')
      const right = await ask('/a', { 'if-match': '"v7"' }, 'PUT')

      expect([stale.status, exists.status, right.status, views]).toEqual([412, 412, 200, 1])
      expect(stale.body).toHaveLength(0)
    })

    it('lets the view answer when its functions fail, but no write that asked to be guarded', async () => {
      const failing = async (): Promise<string> => {
        throw new Error('The database is away.')
      }
      await serve({ layers: [['conditional', { etag: failing, onError: () => {} }]] })

      expect((await ask('/a', { 'if-none-match': '"v7"' })).status).toBe(200)
      expect((await ask('/a', { 'if-match': '"v7"' }, 'PUT')).status).toBe(500)
      expect(views).toBe(1)
    })

    it('gives the page of a cache around it its tag, and the cache answers 304', async () => {
      await serve({ layers: [cachePage(), asked] })
      await ask('/a', { 'if-none-match': '"v7"' })

      const got = await ask('/a', { 'if-none-match': '"v7"' })

      expect([got.status, views]).toEqual([304, 1])
      expect(got.field('cache-status')).toContain('hit')
    })

    describe('for somebody who is signed in', () => {
      const whoIs = (incoming: unknown): string | undefined => headerOf(incoming, 'x-user')
      const fields = [['Cache-Control', 'private']] as const

      it('answers 304 for their private page without the view, with and without a page cache', async () => {
        const layers = [
          cachePage({ user: whoIs, anonymousOnly: true }),
          ['conditional', { etag: () => 'v7', user: whoIs }],
        ] as const
        await serve({ layers, fields })
        const tag = (await ask('/a', { 'x-user': 'ann' })).field('etag') as string

        const again = await ask('/a', { 'x-user': 'ann', 'if-none-match': tag })

        expect([again.status, views]).toEqual([304, 1])
      })

      it('never answers 304 to the tag of another, nor to that of nobody', async () => {
        const lastModified = (): Date => new Date('2026-01-02T03:04:05Z')
        const layer: Layer = ['conditional', { etag: () => 'v7', lastModified, user: whoIs }]
        await serve({ layers: [layer], fields })
        const users: Record<string, string>[] = [{ 'x-user': 'ann' }, { 'x-user': 'bob' }, {}]
        const tags: string[] = []
        for (const user of users) tags.push((await ask('/a', user)).field('etag') as string)

        for (const [mine, user] of users.entries()) {
          for (const [whose, tag] of tags.entries()) {
            const { status } = await ask('/a', { ...user, 'if-none-match': tag })
            expect([mine, whose, status]).toEqual([mine, whose, mine === whose ? 304 : 200])
          }
        }
      })

      it('tells them no date, which could not say whose page it is of', async () => {
        const lastModified = (): Date => new Date('2026-01-02T03:04:05Z')
        await serve({ layers: [['conditional', { lastModified, user: whoIs }]], fields })
        const since = { 'if-modified-since': 'Fri, 02 Jan 2026 03:04:05 GMT' }

        const got = await ask('/a', { 'x-user': 'ann', ...since })

        expect([got.status, got.lines('last-modified')]).toEqual([200, []])
        expect(got.field('etag')).toMatch(/^W\/"/)
      })

      it('without option user tells requests with Authorization apart by it', async () => {
        await serve({ layers: [asked], fields })
        const ann = { authorization: 'Bearer ann' }
        const tag = (await ask('/a', ann)).field('etag') as string

        expect(tag).not.toBe('"v7"')
        expect((await ask('/a', { ...ann, 'if-none-match': tag })).status).toBe(304)
        const bob = { authorization: 'Bearer bob', 'if-none-match': tag }
        expect((await ask('/a', bob)).status).toBe(200)
        expect((await ask('/a', { 'if-none-match': tag })).status).toBe(200)
      })

      it('takes the user of the page cache around it', async () => {
        await serve({ layers: [cachePage({ user: whoIs }), asked] })
        const tags: (string | undefined)[] = []
        for (const user of ['ann', 'bob', 'ann']) {
          tags.push((await ask('/a', { 'x-user': user })).field('etag'))
        }
        const other = await ask('/a', { 'x-user': 'bob', 'if-none-match': tags[0] as string })

        expect(tags[0]).toBe(tags[2])
        expect(tags[0]).not.toBe(tags[1])
        expect(other.status).toBe(200)
      })
    })
  })

  describe('siteCache', () => {
    function around(options: object = {}): NonNullable<Setup['site']> {
      return [store, '60s', { ...pages(), ...options }]
    }

    it('keeps the pages of every route', async () => {
      await serve({ site: around() })

      expect(await bodies('/a', '/b', '/a', '/b')).toEqual(['page 1', 'page 2', 'page 1', 'page 2'])
    })

    it('keeps no failure, no redirect and nothing that neverCache was said of', async () => {
      await serve({ site: around() }, () => ({ status: 404, body: `none ${views}` }))
      expect(await bodies('/a', '/a')).toEqual(['none 1', 'none 2'])
      await site?.close()

      await serve({ site: around(), layers: [['neverCache']] })
      expect(await bodies('/b', '/b')).toEqual(['page 3', 'page 4'])
      await site?.close()

      const fields = [['Location', '/elsewhere']] as const
      await serve({ site: around(), status: 302, fields })
      expect((await ask('/c')).status).toBe(302)
      expect((await ask('/c')).status).toBe(302)
      expect(views).toBe(6)
    })

    it('leaves out paths by whole segments, however they are spelled', async () => {
      await serve({ site: around({ except: ['/admin'] }) })
      const left = ['/admin', '/admin/x?y', '/%61dmin/x', '//admin', '/ADMIN', '/admin;v=1/x']
      for (const path of left) {
        const [first, second] = await bodies(path, path)
        expect([path, first === second]).toEqual([path, false])
      }

      const kept = ['/administrator', '/shop/admin', '/admin.css']
      for (const path of kept) {
        const [first, second] = await bodies(path, path)
        expect([path, first === second]).toEqual([path, true])
      }
    })

    it('leaves the pages of a route with a cache of its own to it, by its own ttl', async () => {
      await serve({
        site: around(),
        layers: [['cachePage', store, '5s', { ...pages(), tags: ['inner'] }]],
      })

      expect(await bodies('/a', '/a', '/a')).toEqual(['page 1', 'page 1', 'page 1'])
      clock.advance(5000)
      expect(await bodies('/a', '/a')).toEqual(['page 2', 'page 2'])
      await store.invalidateTags(['inner'])
      expect(await bodies('/a', '/a')).toEqual(['page 3', 'page 3'])
    })

    it('stores such a page once', async () => {
      const inner = new CachedPages(clock)
      await serve({ site: around(), layers: [['cachePage', inner, '60s', pages()]] })
      for (let round = 0; round < 3; round++) await ask('/a')
      await inner.quiet()

      expect(await inner.size()).toBe(1)
      const values: unknown[] = []
      for (const key of await store.keys()) values.push((await store.lookup(key)).value)
      expect(values).toEqual([expect.objectContaining({ kind: 'pass' })])
      await inner.close()
    })

    it('leaves it also what such a cache keeps out of the way of', async () => {
      await serve({ site: around(), layers: [cachePage({ when: () => false })] })

      expect(await bodies('/a', '/a')).toEqual(['page 1', 'page 2'])
    })

    it('leaves it also its users, who never see each other’s pages', async () => {
      const user = (incoming: unknown): string | undefined => headerOf(incoming, 'x-user')
      await serve({ site: around(), layers: [cachePage({ user })] })

      const texts: string[] = []
      for (const name of ['ann', 'bob', 'ann', 'bob']) {
        texts.push((await ask('/a', { 'x-user': name })).body.toString())
      }

      expect(texts).toEqual(['page 1', 'page 2', 'page 1', 'page 2'])
    })

    it('lets all who wait for such a page share the one run of its route', async () => {
      const gate = new Gate()
      await serve({ site: around(), layers: [cachePage()] }, async () => {
        await gate.opened
        return { body: `page ${views}`, fields: [TEXT] }
      })
      const waiting = Array.from({ length: 5 }, async () => await (site as Site).get('/a'))
      // Each asks the cache around first, and then the one of the route.
      await store.askedTimes(10)
      gate.open()

      const texts = (await Promise.all(waiting)).map((got) => got.body.toString())
      await store.quiet()

      expect(new Set(texts)).toEqual(new Set(['page 1']))
    })

    it('drops a page when its address is written to', async () => {
      await serve({ site: around() })
      await ask('/a')

      await ask('/a', {}, 'DELETE')

      expect(await bodies('/a')).toEqual(['page 3'])
    })

    it('keeps nobody’s pages alone with anonymousOnly', async () => {
      const user = (incoming: unknown): string | undefined => headerOf(incoming, 'x-user')
      await serve({ site: around({ user, anonymousOnly: true }) })

      const texts: string[] = []
      for (const headers of [{}, { 'x-user': 'ann' }, {}, { 'x-user': 'ann' }]) {
        texts.push((await ask('/a', headers)).body.toString())
      }

      expect(texts).toEqual(['page 1', 'page 2', 'page 1', 'page 3'])
    })
  })

  describe('cachePage within cachePage', () => {
    it('keeps the page once, as the outer one says, and waits for nobody', async () => {
      await serve({ layers: [cachePage(), ['cachePage', store, '5s', pages()]] })

      expect(await bodies('/a', '/a')).toEqual(['page 1', 'page 1'])
      clock.advance(5000)
      expect(await bodies('/a')).toEqual(['page 1'])
      expect(await store.size()).toBe(1)
    })
  })

  describe('prefix', () => {
    it('keeps the pages of one address apart in one store', async () => {
      await serve({ layers: [cachePage({ prefix: 'phone' })] })
      await ask('/a')
      await site?.close()
      await serve({ layers: [cachePage()] })
      await ask('/a')

      expect(views).toBe(2)
      expect((await store.keys()).map((key) => key.replace(/:[\w-]{43}$/, '')).toSorted()).toEqual([
        'page:GET:/a',
        'page:phone:GET:/a',
      ])
    })
  })
})
