// What holds on every framework: an adapter is a row.
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tag } from '../../../src/http/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'
import { ADAPTERS } from './sites/adapters.ts'
import { openHttp2 } from './sites/on-node.ts'
import { type Got, type Made, type Setup, Site } from './sites/site.ts'

/** A door that stays shut until it is opened. */
class Gate {
  open!: () => void
  readonly opened: Promise<void> = new Promise((resolve) => {
    this.open = resolve
  })
}

const HIT = /; hit/
const TEXT = ['Content-Type', 'text/plain; charset=utf-8'] as const

describe.each([...ADAPTERS, ['node:http2', openHttp2] as const])(
  'cachePage on %s',
  (_name, openApp) => {
    let clock: FakeClock
    let store: CachedPages
    let views: number
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
      view: Setup['view'],
      more: { readonly maxBodyBytes?: number; readonly compressed?: boolean } = {},
    ): Promise<Site> {
      const { compressed = false, ...options } = more
      const counted: Setup['view'] = async (call) => {
        views++
        return await view(call)
      }
      const told = { clock, cacheStatus: true, onError: () => {}, ...options }
      site = await Site.open(await openApp({ store, options: told, view: counted, compressed }))
      return site
    }

    /** Serves `page` and the number of the view that made it. */
    function numbered(fields: Made['fields'] = []): Setup['view'] {
      return () => ({ body: `page ${views}`, fields: [TEXT, ...fields] })
    }

    /** Asks, and waits until what is to be stored is stored. */
    async function ask(path: string, headers: Record<string, string> = {}): Promise<Got> {
      const got = await (site as Site).get(path, { headers })
      await store.quiet()
      return got
    }

    function expectHit(got: Got, body: string): void {
      expect([got.field('cache-status'), got.body.toString()]).toEqual([
        expect.stringMatching(HIT),
        body,
      ])
    }

    describe('keeping', () => {
      it('answers the second request from the first one’s page', async () => {
        await serve(numbered())

        const first = await ask('/a')
        const second = await ask('/a')

        expect(first.field('cache-status')).toBe('breakwater; fwd=uri-miss; stored')
        expectHit(second, 'page 1')
        expect(second.lines('content-type')).toEqual(['text/plain; charset=utf-8'])
        expect(second.lines('content-length')).toEqual(['6'])
        expect(second.lines('age')).toEqual(['0'])
        expect(second.lines('date')).toHaveLength(1)
      })

      it('makes the page anew when its time is over', async () => {
        await serve(numbered())
        await ask('/a')

        clock.advance(60_000)

        expect((await ask('/a')).body.toString()).toBe('page 2')
      })

      it('keeps pages apart by their path and query, as the client wrote them', async () => {
        await serve(numbered())
        const urls = ['/a', '/a?x=1', '/a?x=2', '/a/', '/%61', '/a?']

        for (const url of urls) await ask(url)
        for (const [index, url] of urls.entries()) expectHit(await ask(url), `page ${index + 1}`)
      })

      it('keeps an answer without content, and sends it as one', async () => {
        await serve(() => ({ status: 204, fields: [['Cache-Control', 'max-age=60']] }))
        await ask('/a')

        const got = await ask('/a')

        expect([got.status, got.body.length, views]).toEqual([204, 0, 1])
        expect(got.field('cache-status')).toMatch(HIT)
        expect([got.field('content-length'), got.field('transfer-encoding')]).toEqual([
          undefined,
          undefined,
        ])
      })

      it('keeps repeated fields as they were', async () => {
        await serve(
          numbered([
            ['Link', '</a.css>; rel=preload'],
            ['Link', '</b.css>; rel=preload'],
            ['X-Once', '1'],
          ]),
        )
        const first = await ask('/a')

        const second = await ask('/a')

        expect(second.lines('link').join(', ')).toBe('</a.css>; rel=preload, </b.css>; rel=preload')
        expect(first.lines('link').join(', ')).toBe(second.lines('link').join(', '))
        expect(second.lines('x-once')).toEqual(['1'])
        expect(second.field('transfer-encoding')).toBeUndefined()
      })

      it('keeps binary bodies byte for byte', async () => {
        const body = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256))
        await serve(() => ({ body, fields: [['Content-Type', 'image/png']] }))

        const got = [await ask('/image'), await ask('/image')]

        expect(got.map((each) => each.body.equals(body))).toEqual([true, true])
        expect(got.map((each) => each.lines('content-type'))).toEqual([
          ['image/png'],
          ['image/png'],
        ])
        expect(views).toBe(1)
      })

      it('streams a page while it is made, and keeps it whole', async () => {
        const gate = new Gate()
        await serve(() => ({ body: inTwo('head ', gate.opened, 'tail'), fields: [TEXT] }))

        // The view goes on only once the client has its first bytes.
        const first = await (site as Site).get('/stream', { onFirst: gate.open })
        await store.quiet()

        expect(first.body.toString()).toBe('head tail')
        expectHit(await ask('/stream'), 'head tail')
      })

      it('lets a body beyond maxBodyBytes through and does not keep it', async () => {
        const big = 'x'.repeat(5000)
        await serve(() => ({ body: inTwo(big, Promise.resolve(), big), fields: [TEXT] }), {
          maxBodyBytes: 4096,
        })

        expect((await ask('/big')).body.length).toBe(10_000)
        expect((await ask('/big')).body.length).toBe(10_000)
        expect(views).toBe(2)
      })

      it('drops a page with the tags that its view gave it', async () => {
        await serve(async () => {
          await Promise.resolve()
          tag('product:7')
          return { body: `page ${views}`, fields: [TEXT] }
        })
        await ask('/a')
        expectHit(await ask('/a'), 'page 1')

        await store.invalidateTags(['product:7'])

        expect((await ask('/a')).body.toString()).toBe('page 2')
      })

      it.each([404, 500, 302])('does not keep status %i', async (status) => {
        await serve(() => ({ status, body: `page ${views}`, fields: [TEXT] }))
        await ask('/a')

        const got = await ask('/a')

        expect([got.status, got.body.toString()]).toEqual([status, 'page 2'])
        expect(got.field('cache-status')).toContain(`detail="status ${status}"`)
      })

      it('leaves POST to the view, and keeps nothing of it', async () => {
        await serve((call) => ({ body: `${call.method} ${views}`, fields: [TEXT] }))
        const post = async (): Promise<string> => {
          return (await (site as Site).get('/a', { method: 'POST' })).body.toString()
        }

        expect([await post(), await post()]).toEqual(['POST 1', 'POST 2'])
        expect((await ask('/a')).body.toString()).toBe('GET 3')
      })
    })

    describe('compression', () => {
      const gzip = { 'accept-encoding': 'gzip' }
      const identity = { 'accept-encoding': 'identity' }

      it('behind the cache: compressed bytes are kept for those who accept them', async () => {
        const packed = gzipSync('a page')
        await serve((call) => {
          if (call.header('accept-encoding') !== 'gzip') return { body: 'a page', fields: [TEXT] }
          return { body: packed, fields: [TEXT, ['Content-Encoding', 'gzip']] }
        })
        await ask('/z', gzip)

        expect((await ask('/z', identity)).body.toString()).toBe('a page')
        const again = await ask('/z', gzip)
        expect(again.body.equals(packed)).toBe(true)
        expect(again.lines('content-encoding')).toEqual(['gzip'])
        expectHit(await ask('/z', identity), 'a page')
        expect(views).toBe(2)
      })

      it('in front of the cache: everyone gets what they can read, on misses and on hits', async () => {
        const page = 'a page '.repeat(400)
        await serve(() => ({ body: page, fields: [TEXT] }), { compressed: true })

        for (const round of ['miss', 'hit']) {
          const small = await ask('/z', gzip)
          const plain = await ask('/z', identity)

          expect([round, small.lines('content-encoding')]).toEqual([round, ['gzip']])
          expect(gunzipSync(small.body).toString()).toBe(page)
          expect([round, plain.field('content-encoding')]).toEqual([round, undefined])
          expect(plain.body.toString()).toBe(page)
          if (round === 'miss') continue
          for (const got of [small, plain]) expect(got.field('cache-status')).toMatch(HIT)
        }
      })
    })

    describe('what breaks', () => {
      it('leaves an error before the first byte to the framework, and keeps nothing', async () => {
        await serve(() => {
          if (views === 1) throw new Error('The view failed.')
          return { body: `page ${views}`, fields: [TEXT] }
        })

        expect((await ask('/a')).status).toBe(500)
        expect((await ask('/a')).body.toString()).toBe('page 2')
      })

      it('keeps nothing of a body that breaks off, and breaks it off for its client', async () => {
        await serve(() => {
          if (views === 1) return { body: breaking('head '), fields: [TEXT] }
          return { body: 'a good page', fields: [TEXT] }
        })

        await expect((site as Site).get('/a')).rejects.toThrow(
          /aborted|hang up|ECONNRESET|NGHTTP2_INTERNAL_ERROR/,
        )
        await store.quiet()

        expect(await store.size()).toBe(0)
        expect((await ask('/a')).body.toString()).toBe('a good page')
      })

      it('makes nobody suffer from a client that leaves in the middle of its page', async () => {
        const shut = new Gate()
        const leave = new Gate()
        const open = await serve(() => {
          const until = views === 1 ? shut.opened : Promise.resolve()
          return { body: inTwo('head ', until, 'tail'), fields: [TEXT] }
        })
        const leader = open.get('/a', { leaveEarly: leave.opened })
        await store.askedTimes(1)
        const follower = open.get('/a')
        await store.askedTimes(2)
        leave.open()

        expect((await follower).body.toString()).toBe('head tail')
        expect((await leader).body.toString()).toBe('head ')
        expect(views).toBe(2)
        shut.open()
      })
    })

    describe('conditions and HEAD', () => {
      it('answers 304 to the page’s ETag, without a body', async () => {
        await serve(numbered([['X-Other', '1']]))
        await ask('/a')
        const etag = (await ask('/a')).field('etag') as string

        const got = await ask('/a', { 'if-none-match': `"no", ${etag}` })

        expect([got.status, got.body.length, got.lines('etag')]).toEqual([304, 0, [etag]])
        expect(got.field('cache-status')).toMatch(HIT)
        expect(got.field('x-other')).toBeUndefined()
        expectHit(await ask('/a', { 'if-none-match': '"no"' }), 'page 1')
      })

      it('makes the whole page although the first to ask has it, or wants a part', async () => {
        await serve((call) => {
          const asks = ['if-none-match', 'if-modified-since', 'range', 'if-range']
          if (asks.some((name) => call.header(name) !== undefined)) return { status: 304 }
          return { body: 'the whole page', fields: [TEXT] }
        })

        await ask('/a', { 'if-none-match': '"x"', range: 'bytes=0-1' })

        expectHit(await ask('/a'), 'the whole page')
      })

      it('answers HEAD from the page that GET stored, and never fills by HEAD', async () => {
        const open = await serve(numbered([['X-One', '1']]))

        const early = await open.get('/a', { method: 'HEAD' })
        await store.quiet()
        expect([early.status, early.body.length]).toEqual([200, 0])
        expect((await ask('/a')).body.toString()).toBe('page 2')
        const late = await open.get('/a', { method: 'HEAD' })

        expect([late.status, late.body.length, views]).toEqual([200, 0, 2])
        expect(late.lines('x-one')).toEqual(['1'])
        expect(late.lines('content-length')).toEqual(['6'])
        expect(late.field('cache-status')).toMatch(HIT)
      })
    })

    describe('whose page it is', () => {
      const USERS = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay']

      it('keeps the variants of a page side by side', async () => {
        await serve((call) => ({
          body: `${call.header('accept-language') ?? ''} ${views}`,
          fields: [TEXT, ['Vary', 'Accept-Language']],
        }))
        const speak = async (language: string): Promise<string> => {
          return (await ask('/a', { 'accept-language': language })).body.toString()
        }

        expect([await speak('de'), await speak('en')]).toEqual(['de 1', 'en 2'])
        expect([await speak('de'), await speak('en')]).toEqual(['de 1', 'en 2'])
      })

      it('gives nobody a cookie that was set for another', async () => {
        await serve(numbered([['Set-Cookie', 'sid=1']]))

        const first = await ask('/a')
        const second = await ask('/a')

        expect([first.lines('set-cookie'), first.body.toString()]).toEqual([['sid=1'], 'page 1'])
        expect([second.lines('set-cookie'), second.body.toString()]).toEqual([['sid=1'], 'page 2'])
        expect(second.field('cache-status')).toBe('breakwater; fwd=bypass; detail="set-cookie"')
      })

      it.each<readonly [string, string]>([
        ['Vary', 'Cookie'],
        ['Cache-Control', 'private'],
      ])('gives each of two users their own page: %s: %s', async (name, value) => {
        await serve((call) => ({
          body: `for ${call.header('cookie') ?? 'anyone'}`,
          fields: [TEXT, [name, value]],
        }))
        const see = async (cookie: string): Promise<string> => {
          return (await ask('/me', { cookie })).body.toString()
        }

        for (let round = 0; round < 3; round++) {
          expect([await see('sid=ann'), await see('sid=bob')]).toEqual([
            'for sid=ann',
            'for sid=bob',
          ])
          expect((await ask('/me')).body.toString()).toBe('for anyone')
        }
      })

      it('gives each their own page of a view that reads a cookie and does not say so', async () => {
        await serve((call) => ({
          body: `for ${call.header('cookie') ?? 'anyone'} ${views}`,
          fields: [TEXT],
        }))
        const see = async (cookie: string): Promise<string> => {
          return (await ask('/me', { cookie })).body.toString()
        }
        const first = [await see('sid=ann'), await see('sid=bob'), await see('sid=ann')]

        expect(first.map((body) => body.split(' ')[1])).toEqual(['sid=ann', 'sid=bob', 'sid=ann'])
        const ann = await ask('/me', { cookie: 'sid=ann' })
        expectHit(ann, first[2] as string)
        expect(ann.lines('vary').join(', ').toLowerCase()).toContain('cookie')
      })

      it('keeps no answer to Authorization, unless the view allows it', async () => {
        const fields: [string, string][] = []
        await serve((call) => ({
          body: `page ${views} for ${call.header('authorization') ?? 'anyone'}`,
          fields: [TEXT, ...fields],
        }))
        await ask('/a', { authorization: 'ann' })
        expect((await ask('/a', { authorization: 'bob' })).body.toString()).toBe('page 2 for bob')
        expect((await ask('/a')).body.toString()).toBe('page 3 for anyone')

        fields.push(['Cache-Control', 'public, max-age=60'])
        await ask('/b', { authorization: 'ann' })
        expectHit(await ask('/b', { authorization: 'bob' }), 'page 4 for ann')
        expect((await ask('/b')).body.toString()).toBe('page 5 for anyone')
      })

      it('runs the view once for six who ask for one public page', async () => {
        const gate = new Gate()
        const open = await serve(async () => {
          await gate.opened
          return { body: `page ${views}`, fields: [TEXT] }
        })
        const asking = USERS.map(() => open.get('/a'))
        await store.askedTimes(6)
        gate.open()

        const got = await Promise.all(asking)

        expect(got.map((each) => each.body.toString())).toEqual(Array(6).fill('page 1'))
        expect(views).toBe(1)
      })

      it('gives each of six at once their own private page', async () => {
        const gate = new Gate()
        const open = await serve(async (call) => {
          await gate.opened
          const user = call.header('x-user') ?? ''
          return { body: `for ${user}`, fields: [TEXT, ['Cache-Control', 'private']] }
        })
        const asking = USERS.map((user) => open.get('/me', { headers: { 'x-user': user } }))
        await store.askedTimes(6)
        gate.open()

        const got = await Promise.all(asking)

        expect(got.map((each) => each.body.toString())).toEqual(USERS.map((user) => `for ${user}`))
      })
    })
  },
)

async function* inTwo(head: string, until: Promise<void>, tail: string): AsyncGenerator<Buffer> {
  yield Buffer.from(head)
  await until
  yield Buffer.from(tail)
}

async function* breaking(head: string): AsyncGenerator<Buffer, void> {
  yield Buffer.from(head)
  // In a turn of its own, so that the head is out.
  await new Promise((resolve) => setImmediate(resolve))
  throw new Error('The body broke off.')
}
