import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Key } from '../../src/base/key.ts'
import { type PageLoadContext, tag } from '../../src/http/index.ts'
import { FakeClock } from './fake-clock.ts'
import { CachedPages } from './cached-pages.ts'
import { MemoryPages } from './memory-pages.ts'
import {
  type Got,
  type Made,
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

/** A door that stays shut until it is opened. */
class Gate {
  open!: () => void
  readonly opened: Promise<void> = new Promise((resolve) => {
    this.open = resolve
  })
}

const HIT = /; hit/

/** A small store of the tests' own, and the real thing. */
const STORES: readonly (readonly [string, (clock: FakeClock) => MemoryPages | CachedPages])[] = [
  ['a small store', (clock) => new MemoryPages(clock)],
  ['a Breakwater cache', (clock) => new CachedPages(clock)],
]

const SITES = SHAPES.flatMap(([shape, openSite]) => {
  return STORES.map(([kind, openStore]) => [shape, kind, openSite, openStore] as const)
})

describe.each(SITES)('a page cache on %s, over %s', (_name, _kind, openSite, openStore) => {
  let clock: FakeClock
  let store: MemoryPages | CachedPages
  let views: number
  const open: Site[] = []

  beforeEach(() => {
    clock = new FakeClock()
    store = openStore(clock)
    views = 0
  })

  afterEach(async () => {
    for (const site of open.splice(0)) await site.close()
    await store.close()
  })

  async function anyPage(): Promise<unknown> {
    const [key] = await store.keys()
    return (await store.lookup(key as string)).value
  }

  async function pageFor(user: string, keys: readonly string[]): Promise<unknown> {
    for (const key of keys) {
      const { value } = await store.lookup(key)
      if ((value as { body?: Buffer } | null)?.body?.toString() === `for ${user}`) return value
    }
    throw new Error(`No page was kept for ${user}.`)
  }

  async function serve(view: View, options: SiteOptions = {}, ttl = '60s' as const): Promise<Site> {
    const counted: View = async (call) => {
      views++
      return await view(call)
    }
    const defaults = { clock, cacheStatus: true, onError: () => {} }
    const site = await openSite(store, ttl, { ...defaults, ...options }, counted)
    open.push(site)
    return site
  }

  /** Serves `body` and the number of the view that made it. */
  function numbered(fields: Made['fields'] = []): View {
    return () => ({ body: `page ${views}`, fields })
  }

  function expectHit(got: Got, body: string): void {
    expect([got.field('cache-status'), got.body.toString()]).toEqual([
      expect.stringMatching(HIT),
      body,
    ])
  }

  describe('keeping', () => {
    it('answers the second request from the first one’s page', async () => {
      const site = await serve(numbered([['Content-Type', 'text/plain']]))

      const first = await site.get('/a')
      await store.quiet()
      const second = await site.get('/a')

      expect(first.field('cache-status')).toBe('breakwater; fwd=uri-miss; stored')
      expect(second.field('cache-status')).toBe('breakwater; hit; ttl=60')
      expect(second.body.toString()).toBe('page 1')
      expect(second.field('content-type')).toMatch(/^text\/plain/)
      expect(second.field('content-length')).toBe('6')
    })

    it('makes the page anew when its time is over', async () => {
      const site = await serve(numbered())
      await site.get('/a')
      await store.quiet()

      clock.advance(60_000)

      expect((await site.get('/a')).body.toString()).toBe('page 2')
    })

    it('keeps it as long as the view says, not as long as the page’s ttl', async () => {
      const site = await serve(numbered([['Cache-Control', 'max-age=600, s-maxage=120']]))
      await site.get('/a')
      await store.quiet()

      clock.advance(119_000)
      expectHit(await site.get('/a'), 'page 1')
      clock.advance(1000)
      expect((await site.get('/a')).body.toString()).toBe('page 2')
    })

    it('keeps it as long as CDN-Cache-Control says, and sends both fields as they were', async () => {
      const site = await serve(
        numbered([
          ['Cache-Control', 'no-store'],
          ['CDN-Cache-Control', 'max-age=120;why=launch'],
        ]),
      )
      await site.get('/a')
      await store.quiet()

      clock.advance(119_000)
      const hit = await site.get('/a')
      const etag = hit.field('etag') as string
      const notModified = await site.get('/a', { headers: { 'if-none-match': etag } })

      expectHit(hit, 'page 1')
      expect(notModified.status).toBe(304)
      for (const got of [hit, notModified]) {
        expect(got.field('cache-control')).toBe('no-store')
        expect(got.field('cdn-cache-control')).toBe('max-age=120;why=launch')
      }
    })

    it('tells the age of a page and leaves its Date alone', async () => {
      const site = await serve(numbered([['Date', 'Thu, 01 Jan 2026 00:00:00 GMT']]))
      const first = await site.get('/a')
      await store.quiet()

      clock.advance(42_000)
      const second = await site.get('/a')

      expect(first.field('age')).toBeUndefined()
      expect(second.field('age')).toBe('42')
      expect(second.field('date')).toBe('Thu, 01 Jan 2026 00:00:00 GMT')
      expect(second.field('cache-status')).toBe('breakwater; hit; ttl=18')
    })

    it('keeps repeated fields and drops those of the connection', async () => {
      const site = await serve(
        numbered([
          ['Link', '</a.css>; rel=preload'],
          ['Link', '</b.css>; rel=preload'],
          ['X-Once', '1'],
        ]),
      )
      await site.get('/a')
      await store.quiet()

      const got = await site.get('/a')

      const links = got.fields.filter((_, index) => got.fields[index - 1] === 'link')
      expect(links.join(', ')).toBe('</a.css>; rel=preload, </b.css>; rel=preload')
      expect(got.field('x-once')).toBe('1')
      expect(got.field('transfer-encoding')).toBeUndefined()
    })

    it('keeps binary bodies byte for byte', async () => {
      const body = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256))
      const site = await serve(() => ({ body }))

      const first = await site.get('/image')
      await store.quiet()

      expect(first.body.equals(body)).toBe(true)
      expect((await site.get('/image')).body.equals(body)).toBe(true)
      expect(views).toBe(1)
    })

    it('streams a page while it is made, and keeps it whole', async () => {
      const gate = new Gate()
      const site = await serve(() => ({ body: inTwo('head ', gate.opened, 'tail') }))
      const seen: string[] = []

      // The view goes on only once the client has its first bytes.
      const first = await site.get('/stream', {
        onFirst: (bytes) => {
          seen.push(bytes.toString())
          gate.open()
        },
      })
      await store.quiet()

      expect(seen).toEqual(['head '])
      expect(first.body.toString()).toBe('head tail')
      expectHit(await site.get('/stream'), 'head tail')
    })

    it('keeps compressed bytes for those who accept them, also when the view forgot Vary', async () => {
      const packed = gzipSync('a page')
      const site = await serve((call) => {
        if (call.header('accept-encoding') !== 'gzip') return { body: 'a page' }
        return { body: packed, fields: [['Content-Encoding', 'gzip']] }
      })
      const gzip = { headers: { 'accept-encoding': 'gzip' } }
      const identity = { headers: { 'accept-encoding': 'identity' } }
      await site.get('/z', gzip)
      await store.quiet()

      const other = await site.get('/z', identity)
      await store.quiet()

      expect(other.body.toString()).toBe('a page')
      const again = await site.get('/z', gzip)
      expect(again.body.equals(packed)).toBe(true)
      expect(again.field('content-encoding')).toBe('gzip')
      expect(views).toBe(2)
    })

    it('lets a body beyond maxBodyBytes through and does not keep it', async () => {
      const big = 'x'.repeat(5000)
      const site = await serve(() => ({ body: inTwo(big, Promise.resolve(), big) }), {
        maxBodyBytes: 4096,
      })

      expect((await site.get('/big')).body.length).toBe(10_000)
      await store.quiet()

      // Its head looks storable every time; that must not make others wait for its body again.
      for (const again of [await site.get('/big'), await site.get('/big')]) {
        expect(again.body.length).toBe(10_000)
        expect(again.field('cache-status')).toBe('breakwater; fwd=bypass; detail="too large"')
      }
    })

    it('drops a page with its tags, those of the route and those of the view', async () => {
      const site = await serve(
        () => {
          tag('product:7')
          return { body: `page ${views}` }
        },
        { tags: ['products'] },
      )
      for (const dropped of ['product:7', 'products']) {
        await site.get('/a')
        await store.quiet()
        const before = views
        await site.get('/a')
        expect(views).toBe(before)

        await store.invalidateTags([dropped])
        await site.get('/a')
        expect(views).toBe(before + 1)
      }
    })

    it('does not keep a page that an invalidation overtook while it was made', async () => {
      const gate = new Gate()
      const began = new Gate()
      const site = await serve(
        async () => {
          began.open()
          if (views === 1) await gate.opened
          return { body: `page ${views}` }
        },
        { tags: ['products'] },
      )
      const first = site.get('/a')
      await began.opened
      await store.invalidateTags(['products'])
      gate.open()
      await first
      await store.quiet()

      expect((await site.get('/a')).body.toString()).toBe('page 2')
    })
  })

  describe('refusing', () => {
    it.each<readonly [string, NonNullable<Made['fields']>]>([
      ['set-cookie', [['Set-Cookie', 'sid=1']]],
      ['private', [['Cache-Control', 'PRIVATE, max-age=60']]],
      ['private', [['Cache-Control', 'private=""']]],
      ['no-store', [['Cache-Control', 'No-Store']]],
      ['no-cache', [['Cache-Control', 'no-cache="x"']]],
      ['odd cache-control', [['Cache-Control', '"no-store", max-age=60']]],
      ['vary *', [['Vary', 'Accept, *']]],
      ['no lifetime', [['Cache-Control', 'max-age=0']]],
      ['no lifetime', [['Expires', '0']]],
      ['event stream', [['Content-Type', 'text/event-stream']]],
    ])('does not keep a page: %s', async (reason, fields) => {
      const site = await serve(numbered(fields))

      const first = await site.get('/a')
      await store.quiet()
      const second = await site.get('/a')

      expect(second.body.toString()).toBe('page 2')
      for (const got of [first, second]) {
        expect(got.field('cache-status')).toBe(`breakwater; fwd=bypass; detail="${reason}"`)
      }
    })

    it.each([404, 500, 302, 206])('does not keep status %i', async (status) => {
      const site = await serve(() => ({ status, body: `page ${views}` }))
      await site.get('/a')
      await store.quiet()

      const got = await site.get('/a')

      expect([got.status, got.body.toString()]).toEqual([status, 'page 2'])
      expect(got.field('cache-status')).toContain(`detail="status ${status}"`)
    })

    it('keeps answers to Authorization only where the view allows it, and for none but such requests', async () => {
      const fields: [string, string][] = []
      const site = await serve((call) => ({
        body: `page ${views} for ${call.header('authorization') ?? 'anyone'}`,
        fields,
      }))
      const alice = { headers: { authorization: 'alice' } }
      const bob = { headers: { authorization: 'bob' } }

      await site.get('/a', alice)
      await store.quiet()
      expect((await site.get('/a', bob)).body.toString()).toBe('page 2 for bob')
      expect((await site.get('/a')).body.toString()).toBe('page 3 for anyone')

      fields.push(['Cache-Control', 'public, max-age=60'])
      await site.get('/b', alice)
      await store.quiet()
      expectHit(await site.get('/b', bob), 'page 4 for alice')
      expect((await site.get('/b')).body.toString()).toBe('page 5 for anyone')
    })

    it('does not keep what a view that fails leaves behind', async () => {
      const site = await serve(() => {
        if (views === 1) throw new Error('The view failed.')
        return { body: `page ${views}` }
      })

      const [first] = await Promise.allSettled([site.get('/a')])
      await store.quiet()

      const status = first.status === 'fulfilled' ? first.value.status : 'rejected'
      expect([500, 'rejected']).toContain(status)
      expect((await site.get('/a')).body.toString()).toBe('page 2')
    })

    it('does not keep a body that differs from its Content-Length', async () => {
      // Over a wire, node:http itself refuses such a response.
      if (openSite !== openCore) return expect(openSite).not.toBe(openCore)
      const site = await serve(numbered([['Content-Length', '99']]))
      await site.get('/a')
      await store.quiet()

      expect((await site.get('/a')).body.toString()).toBe('page 2')
    })

    it('never keeps POST and passes it untouched', async () => {
      const site = await serve((call) => ({ body: `${call.method} ${views}` }))
      await site.get('/a')
      await store.quiet()

      const first = await site.get('/a', { method: 'POST' })
      const second = await site.get('/a', { method: 'POST' })

      expect([first, second].map((got) => got.body.toString())).toEqual(['POST 2', 'POST 3'])
      expect(first.field('cache-status')).toBeUndefined()
      // A write that succeeded makes the page of its address unusable: RFC 9111 §4.4.
      expect((await site.get('/a')).body.toString()).toBe('GET 4')
    })

    it('does not let clients force a new page', async () => {
      const site = await serve(numbered())
      await site.get('/a')
      await store.quiet()

      for (const headers of [
        { 'cache-control': 'no-cache, no-store, max-age=0' },
        { pragma: 'no-cache' },
      ]) {
        expectHit(await site.get('/a', { headers }), 'page 1')
      }
    })

    it('tries a refused URL again after passFor, and at once when its view has made a storable page', async () => {
      let isPrivate = true
      const site = await serve(() => {
        const fields: Made['fields'] = isPrivate ? [['Cache-Control', 'private']] : []
        return { body: `page ${views}`, fields }
      })
      await site.get('/a')
      await store.quiet()
      isPrivate = false

      expect((await site.get('/a')).field('cache-status')).toContain('fwd=bypass')
      await store.quiet()
      expect((await site.get('/a')).field('cache-status')).toContain('stored')
      await store.quiet()
      expectHit(await site.get('/a'), 'page 3')
    })
  })

  describe('telling requests apart', () => {
    it('by path, query, order of the query, host', async () => {
      const site = await serve((call) => ({ body: `${call.url} at ${call.header('host') ?? ''}` }))
      const asks = [
        ['/a', 'site.test'],
        ['/a?', 'site.test'],
        ['/a?x=1&y=2', 'site.test'],
        ['/a?y=2&x=1', 'site.test'],
        ['/a%2Fb', 'site.test'],
        ['/a/b', 'site.test'],
        ['/a', 'other.test'],
        ['/A', 'site.test'],
      ] as const

      for (const [path, host] of asks) {
        await site.get(path, { headers: { host } })
        await store.quiet()
      }

      expect(views).toBe(asks.length)
      expect(await store.size()).toBe(asks.length)
    })

    it('not by parameters that allowQuery leaves out', async () => {
      const site = await serve(numbered(), { allowQuery: ['page'] })
      await site.get('/a?page=2&utm_source=x')
      await store.quiet()

      expectHit(await site.get('/a?utm_campaign=y&page=2'), 'page 1')
      expect((await site.get('/a?page=3')).body.toString()).toBe('page 2')
    })

    it('keeps nothing for hosts that are not the site’s', async () => {
      const site = await serve(numbered(), { baseUrl: 'https://site.test' })
      await site.get('/a', { headers: { host: 'evil.test' } })
      await store.quiet()

      const got = await site.get('/a', { headers: { host: 'evil.test' } })

      expect(got.field('cache-status')).toBe('breakwater; fwd=bypass; detail="host"')
      expect(await store.size()).toBe(0)
      await site.get('/a')
      await store.quiet()
      expectHit(await site.get('/a'), 'page 3')
    })

    it('by the fields that the page varies on, and keeps the variants side by side', async () => {
      const site = await serve((call) => ({
        body: `${call.header('accept-language') ?? 'none'} ${views}`,
        fields: [['Vary', 'ACCEPT-language ,']],
      }))
      const ask = async (language?: string): Promise<string> => {
        const headers = language === undefined ? {} : { 'accept-language': language }
        const got = await site.get('/a', { headers })
        await store.quiet()
        return got.body.toString()
      }

      expect(await ask('de')).toBe('de 1')
      expect(await ask('en')).toBe('en 2')
      expect(await ask()).toBe('none 3')
      expect([await ask('de'), await ask('en'), await ask()]).toEqual(['de 1', 'en 2', 'none 3'])
    })

    it('a missing field from an empty one', async () => {
      const site = await serve((call) => ({
        body: call.header('x-tenant') === undefined ? 'missing' : 'empty',
        fields: [['Vary', 'X-Tenant']],
      }))
      for (const round of [1, 2]) {
        const missing = await site.get('/a')
        await store.quiet()
        const empty = await site.get('/a', { headers: { 'x-tenant': '' } })
        await store.quiet()
        expect([round, missing.body.toString(), empty.body.toString()]).toEqual([
          round,
          'missing',
          'empty',
        ])
      }
      expect(views).toBe(2)
    })

    it('by every field that any answer of the URL has varied on', async () => {
      // The view looks at the role only for members.
      const site = await serve((call) => {
        const member = call.header('x-member') === 'yes'
        const role = member ? `, ${call.header('x-role') ?? ''}` : ''
        return {
          body: `member ${member}${role}`,
          fields: [['Vary', member ? 'X-Member, X-Role' : 'X-Member']],
        }
      })
      const ask = async (headers: Record<string, string>): Promise<string> => {
        const got = await site.get('/a', { headers })
        await store.quiet()
        return got.body.toString()
      }
      for (let round = 0; round < 3; round++) {
        expect(await ask({ 'x-member': 'no', 'x-role': 'admin' })).toBe('member false')
        expect(await ask({ 'x-member': 'yes', 'x-role': 'admin' })).toBe('member true, admin')
        expect(await ask({ 'x-member': 'yes', 'x-role': 'guest' })).toBe('member true, guest')
      }
      const before = views
      await ask({ 'x-member': 'yes', 'x-role': 'guest' })
      expect(views).toBe(before)
    })

    it('keeps a page for visitors without a cookie while it is private for one with', async () => {
      const site = await serve((call) => {
        const cookie = call.header('cookie')
        const fields: [string, string][] = [['Vary', 'Cookie']]
        if (cookie !== undefined) fields.push(['Cache-Control', 'private'])
        return { body: `for ${cookie ?? 'anyone'} ${views}`, fields }
      })
      await site.get('/a', { headers: { cookie: 'sid=1' } })
      await store.quiet()
      await site.get('/a')
      await store.quiet()

      expectHit(await site.get('/a'), 'for anyone 2')
      const own = await site.get('/a', { headers: { cookie: 'sid=1' } })
      expect(own.body.toString()).toBe('for sid=1 3')
    })
  })

  describe('conditions and HEAD', () => {
    it('gives a page a strong ETag of its bytes and answers 304 to it', async () => {
      const site = await serve(
        numbered([
          ['X-Other', '1'],
          ['Vary', 'Accept'],
        ]),
      )
      await site.get('/a')
      await store.quiet()
      const etag = (await site.get('/a')).field('etag') as string

      const got = await site.get('/a', { headers: { 'if-none-match': `"no", W/${etag}` } })

      expect(etag).toMatch(/^"[\w-]{22}"$/)
      expect([got.status, got.body.length]).toEqual([304, 0])
      expect(got.field('etag')).toBe(etag)
      expect(got.field('vary')).toBe('Accept')
      expect(got.field('age')).toBe('0')
      expect(got.field('x-other')).toBeUndefined()
      const other = await site.get('/a', { headers: { 'if-none-match': '"no"' } })
      expect([other.status, other.body.toString()]).toEqual([200, 'page 1'])
    })

    it('keeps the view’s own validators; If-None-Match goes before If-Modified-Since', async () => {
      const modified = 'Wed, 31 Dec 2025 00:00:00 GMT'
      const site = await serve(
        numbered([
          ['ETag', 'W/"v1"'],
          ['Last-Modified', modified],
        ]),
      )
      await site.get('/a')
      await store.quiet()

      const since = { 'if-modified-since': modified }
      const status = async (headers: Record<string, string>): Promise<number> => {
        return (await site.get('/a', { headers })).status
      }
      expect(await status(since)).toBe(304)
      expect(await status({ ...since, 'if-none-match': '"v2"' })).toBe(200)
      expect(await status({ 'if-none-match': '"v1"' })).toBe(304)
      expect(await status({ 'if-modified-since': 'Tue, 30 Dec 2025 00:00:00 GMT' })).toBe(200)
      expect(views).toBe(1)
    })

    it('makes the whole page although the first to ask has it, or wants a part', async () => {
      const site = await serve((call) => {
        const asks = ['if-none-match', 'if-modified-since', 'range', 'if-range']
        if (asks.some((name) => call.header(name) !== undefined)) return { status: 304 }
        return { body: 'the whole page' }
      })

      await site.get('/a', { headers: { 'if-none-match': '"x"', range: 'bytes=0-1' } })
      await store.quiet()

      expectHit(await site.get('/a'), 'the whole page')
    })

    it('answers HEAD from the page that GET stored, and never fills by HEAD', async () => {
      const site = await serve(
        numbered([
          ['X-One', '1'],
          ['Vary', 'Accept'],
        ]),
      )

      const early = await site.get('/a', { method: 'HEAD' })
      await store.quiet()
      expect(early.field('cache-status')).toBe('breakwater; fwd=uri-miss')
      expect((await site.get('/a')).body.toString()).toBe('page 2')
      await store.quiet()
      const late = await site.get('/a', { method: 'HEAD' })

      expect([late.status, late.body.length, views]).toEqual([200, 0, 2])
      expect(late.field('x-one')).toBe('1')
      expect(late.field('content-length')).toBe('6')
      expect(late.field('cache-status')).toMatch(HIT)
    })

    it('asks the view about preconditions on the present state', async () => {
      const site = await serve(numbered())
      await site.get('/a')
      await store.quiet()

      const got = await site.get('/a', { headers: { 'if-match': '"x"' } })

      expect(got.body.toString()).toBe('page 2')
    })
  })

  describe('many at once', () => {
    it('runs the view once for six who ask for one public page', async () => {
      const gate = new Gate()
      const site = await serve(async () => {
        await gate.opened
        return { body: `page ${views}` }
      })
      const asking = Array.from({ length: 6 }, () => site.get('/a'))
      await store.askedTimes(6)
      gate.open()

      const got = await Promise.all(asking)

      expect(got.map((each) => each.body.toString())).toEqual(Array(6).fill('page 1'))
      expect(views).toBe(1)
    })

    it.each<readonly [string, NonNullable<Made['fields']>]>([
      ['private', [['Cache-Control', 'private']]],
      ['set-cookie', [['Set-Cookie', 'sid=1']]],
      [
        'private and vary',
        [
          ['Cache-Control', 'private'],
          ['Vary', 'X-User'],
        ],
      ],
      ['vary', [['Vary', 'X-User']]],
    ])('gives each of six users their own page: %s', async (_reason, fields) => {
      const gate = new Gate()
      const site = await serve(async (call) => {
        await gate.opened
        return { body: `for ${call.header('x-user') ?? ''}`, fields }
      })
      const users = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay']
      const asking = users.map((user) => site.get('/me', { headers: { 'x-user': user } }))
      await store.askedTimes(6)
      gate.open()

      const got = await Promise.all(asking)
      await store.quiet()

      expect(got.map((each) => each.body.toString())).toEqual(users.map((user) => `for ${user}`))
      const again = await Promise.all(
        users.map((user) => site.get('/me', { headers: { 'x-user': user } })),
      )
      expect(again.map((each) => each.body.toString())).toEqual(users.map((user) => `for ${user}`))
    })

    it('makes nobody wait with Authorization while nothing is known of the URL', async () => {
      const gates = new Map([
        ['ann', new Gate()],
        ['bob', new Gate()],
      ])
      const site = await serve(async (call) => {
        const user = call.header('authorization') as string
        await (gates.get(user) as Gate).opened
        return { body: `for ${user}` }
      })
      const ann = site.get('/me', { headers: { authorization: 'ann' } })
      await store.askedTimes(1)
      // Ann's view still runs; Bob's is not held up by it.
      gates.get('bob')?.open()
      const bob = await site.get('/me', { headers: { authorization: 'bob' } })
      gates.get('ann')?.open()

      expect(bob.body.toString()).toBe('for bob')
      expect((await ann).body.toString()).toBe('for ann')
    })

    it('does not make the others suffer from the leader’s error', async () => {
      const gate = new Gate()
      const site = await serve(async () => {
        if (views > 1) return { body: 'a good page' }
        await gate.opened
        throw new Error('The view failed.')
      })
      const leader = site.get('/a')
      await store.askedTimes(1)
      const follower = site.get('/a')
      await store.askedTimes(2)
      gate.open()

      expect((await follower).body.toString()).toBe('a good page')
      const [led] = await Promise.allSettled([leader])
      expect([500, 'rejected']).toContain(
        led.status === 'fulfilled' ? led.value.status : 'rejected',
      )
    })

    it('does not make the others suffer from a leader’s client that leaves', async () => {
      const shut = new Gate()
      const leave = new Gate()
      const site = await serve(() => {
        const until = views === 1 ? shut.opened : Promise.resolve()
        return { body: inTwo('head ', until, 'tail') }
      })
      const leader = site.get('/a', { leaveEarly: leave.opened })
      await store.askedTimes(1)
      const follower = site.get('/a')
      await store.askedTimes(2)
      leave.open()

      expect((await follower).body.toString()).toBe('head tail')
      expect((await leader).body.toString()).toBe('head ')
      expect(views).toBe(2)
      shut.open()
    })

    it('does not make the others suffer from a body that breaks off', async () => {
      const gate = new Gate()
      const site = await serve(() => {
        return { body: views === 1 ? breaking('head ', gate.opened) : Buffer.from('a good page') }
      })
      const leader = site.get('/a').catch(() => 'broken')
      await store.askedTimes(1)
      const follower = site.get('/a')
      await store.askedTimes(2)
      gate.open()

      expect((await follower).body.toString()).toBe('a good page')
      expect(await leader).toBe('broken')
      await store.quiet()
      expect(await store.size()).toBe(0)
    })

    it('does not make others wait for a body that takes longer than wait', async () => {
      const shut = new Gate()
      const leave = new Gate()
      const site = await serve(
        () => ({ body: views === 1 ? inTwo('head ', shut.opened, 'tail') : 'a good page' }),
        { wait: '5s' },
      )
      const leader = site.get('/a', { leaveEarly: leave.opened })
      await store.askedTimes(1)
      const follower = site.get('/a')
      await store.askedTimes(2)
      // The first bytes are out, so the head has been judged.
      leave.open()
      await leader.catch(() => {})
      clock.advance(5000)

      expect((await follower).body.toString()).toBe('a good page')
      shut.open()
    })
  })

  describe('a store that misbehaves', () => {
    it.each<readonly [string, () => Promise<never>]>([
      ['rejects', () => Promise.reject(new Error('The store is down.'))],
      [
        'throws',
        () => {
          throw new Error('The store is down.')
        },
      ],
    ])('costs a miss when it %s', async (_how, fail) => {
      const errors: unknown[] = []
      store.getOrSet = fail
      store.lookup = fail
      const site = await serve(numbered(), { onError: (error) => errors.push(error) })

      const got = await site.get('/a')

      expect(got.body.toString()).toBe('page 1')
      expect(got.field('cache-status')).toBe('breakwater; fwd=bypass; detail="store failed"')
      expect((await site.get('/a', { method: 'HEAD' })).status).toBe(200)
      expect(errors).toHaveLength(2)
    })

    it('costs a miss after wait when it never answers', async () => {
      let asked!: () => void
      const called = new Promise<void>((resolve) => (asked = resolve))
      const never = (): Promise<never> => {
        asked()
        return new Promise(() => {})
      }
      Object.assign(store, { getOrSet: never })
      const site = await serve(numbered(), { wait: '2s' })

      const answer = site.get('/a')
      await called
      clock.advance(2000)

      expect((await answer).body.toString()).toBe('page 1')
      expect((await answer).field('cache-status')).toContain('detail="store slow"')
    })

    it('does not run a view again when the store calls the loader after its request went on', async () => {
      let late: (() => Promise<unknown>) | undefined
      const skipped: (string | undefined)[] = []
      const called = new Gate()
      store.getOrSet = (_key, load) => {
        const signal = new AbortController().signal
        const skip = (reason?: string): void => void skipped.push(reason)
        late = async () => await load({ signal, tag() {}, ttl() {}, stale() {}, skip })
        called.open()
        return new Promise(() => {})
      }
      const site = await serve(numbered(), { wait: '2s' })
      const answer = site.get('/a')
      await called.opened
      clock.advance(2000)
      await answer

      await late?.()

      expect(views).toBe(1)
      expect(skipped).toEqual(['its request went on'])
    })

    it('still answers with its own page when the store fails after the load', async () => {
      store.getOrSet = async (_key: Key, load: (context: PageLoadContext) => unknown) => {
        const { signal } = new AbortController()
        await load({ signal, tag() {}, ttl() {}, stale() {}, skip() {} })
        throw new Error('The store is down.')
      }
      const site = await serve(numbered())

      expect((await site.get('/a')).body.toString()).toBe('page 1')
      expect(views).toBe(1)
    })

    it.each<readonly [string, unknown]>([
      ['null', null],
      ['a text', 'page'],
      ['a list', [1, 2]],
      ['an unknown kind', { kind: 'leaf', format: 9 }],
      ['a page without a body', { kind: 'page', status: 200, fields: [] }],
      ['odd fields', { kind: 'page', status: 200, fields: ['a'], body: Buffer.from('x') }],
      ['names that are none', { kind: 'vary', names: [7] }],
    ])('costs a miss when it answers %s, and forgets it', async (_what, rubbish) => {
      const site = await serve(numbered())
      await site.get('/a')
      await store.quiet()
      const [key] = await store.keys()
      await store.set(key as string, rubbish)

      const got = await site.get('/a')

      expect(got.body.toString()).toBe('page 2')
      await store.quiet()
      await site.get('/a')
      await store.quiet()
      expectHit(await site.get('/a'), 'page 3')
    })

    it('never serves a page that was made for other values than the request’s', async () => {
      const site = await serve((call) => ({
        body: `for ${call.header('x-user') ?? ''}`,
        fields: [['Vary', 'X-User']],
      }))
      for (const user of ['ann', 'bob']) await site.get('/a', { headers: { 'x-user': user } })
      await store.quiet()
      const keys = await store.keys()
      const anns = await pageFor('ann', keys)
      // Every key answers Ann's page.
      for (const key of keys) await store.set(key, anns)

      const got = await site.get('/a', { headers: { 'x-user': 'bob' } })

      expect(got.body.toString()).toBe('for bob')
    })
  })

  describe('stale pages', () => {
    it('serves them to others while one request refreshes them', async () => {
      const site = await serve(numbered(), { stale: '60s' })
      await site.get('/a')
      await store.quiet()
      clock.advance(70_000)

      const got = await site.get('/a')
      await store.quiet()

      expect(['page 1', 'page 2']).toContain(got.body.toString())
      expect(views).toBe(2)
      expectHit(await site.get('/a'), 'page 2')
    })

    it('never where the view forbids it, whether or not the store lets us refresh them', async () => {
      // Kept for its validator, not to be served.
      const fields: Made['fields'] = [
        ['Cache-Control', 'max-age=60, must-revalidate'],
        ['ETag', '"v1"'],
      ]
      const site = await serve(numbered(fields), { stale: '1h' })
      await site.get('/a')
      await store.quiet()
      clock.advance(70_000)
      const stale = await anyPage()
      // As if another process were refreshing it: the stale page at once, and no call of our loader.
      const getOrSet = store.getOrSet.bind(store)
      Object.assign(store, { getOrSet: async () => stale })

      const held = await driven(site.get('/a'))
      Object.assign(store, { getOrSet })
      const own = await driven(site.get('/a'))

      expect(held.body.toString()).toBe('page 2')
      expect(held.field('cache-status')).toBe('breakwater; fwd=bypass; detail="stale"')
      expect(own.body.toString()).toBe('page 3')
    })

    it.each<readonly [string, SiteOptions]>([
      ['max-age=60, stale-while-revalidate=30', {}],
      ['max-age=60, stale-while-revalidate=30', { stale: '1h' }],
      ['max-age=60', { stale: '30s' }],
    ])('as long as the view says with %s, beside %j', async (control, options) => {
      const site = await serve(numbered([['Cache-Control', control]]), options)
      await site.get('/a')
      await store.quiet()
      const key = (await store.keys())[0] as string

      clock.advance(89_000)
      const before = await store.lookup(key)
      clock.advance(1000)
      const after = await store.lookup(key)

      expect(before).toMatchObject({ hit: true, stale: true })
      expect(after.hit).toBe(false)
      expect((await site.get('/a')).body.toString()).toBe('page 2')
    })

    it('while one request refreshes them, by the word of the view alone', async () => {
      const fields: Made['fields'] = [['Cache-Control', 'max-age=60, stale-while-revalidate=30']]
      const site = await serve(numbered(fields))
      await site.get('/a')
      await store.quiet()
      clock.advance(70_000)

      const got = await site.get('/a')
      await store.quiet()

      expect(['page 1', 'page 2']).toContain(got.body.toString())
      expect(views).toBe(2)
      expectHit(await site.get('/a'), 'page 2')
    })

    it('serves them when another process is refreshing them', async () => {
      const site = await serve(numbered(), { stale: '1h' })
      await site.get('/a')
      await store.quiet()
      clock.advance(70_000)
      const stale = await anyPage()
      Object.assign(store, { getOrSet: async () => stale })

      const got = await driven(site.get('/a'))

      expect(got.body.toString()).toBe('page 1')
      expect(got.field('cache-status')).toMatch(/^breakwater; hit; ttl=-\d+$/)
      expect(views).toBe(1)
    })
  })

  /** Lets time pass in steps until the answer is there, for waits that begin somewhere on its way. */
  async function driven(answer: Promise<Got>): Promise<Got> {
    for (;;) {
      const turn = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 5))
      const got = await Promise.race([answer, turn])
      if (got !== undefined) return got
      // Far less than any page's life; a few of them outlast the wait for a refresh.
      clock.advance(60)
    }
  }
})

async function* inTwo(
  head: string,
  until: Promise<void>,
  tail: string,
): AsyncGenerator<Buffer, void> {
  yield Buffer.from(head)
  await until
  yield Buffer.from(tail)
}

async function* breaking(head: string, until: Promise<void>): AsyncGenerator<Buffer, void> {
  yield Buffer.from(head)
  await until
  throw new Error('The body broke off.')
}
