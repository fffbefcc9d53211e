// Codings, parts and heads of kept pages on the wire of every framework, alone and with its usual compressor in front.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachePage as cacheNode } from '../../../src/http/adapters/node/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'
import { ADAPTERS } from './sites/adapters.ts'
import { rawAnswers } from './sites/raw.ts'
import { type Got, type Made, type Setup, Site } from './sites/site.ts'

const PAGE = '<p>a page of many words, and of the same words again</p>'.repeat(100)
const HTML = ['Content-Type', 'text/html; charset=utf-8'] as const
const BROWSER = { 'accept-encoding': 'gzip, deflate, br, zstd' }
const GZIP = { 'accept-encoding': 'gzip' }
const PLAIN = { 'accept-encoding': 'identity' }
const HIT = /; hit/

const SITES = ADAPTERS.flatMap(([name, open]) => {
  return [
    [name, false, open] as const,
    [`${name} with its compressor in front`, true, open] as const,
  ]
})

describe.each(SITES)('bodies on %s', (name, compressed, openApp) => {
  let store: CachedPages
  let views: number
  let site: Site

  beforeEach(() => {
    store = new CachedPages(new FakeClock())
    views = 0
  })

  afterEach(async () => {
    await site.close()
    await store.close()
  })

  async function serve(made: Made, options: Partial<Setup['options']> = {}): Promise<void> {
    const view: Setup['view'] = () => {
      views++
      return made
    }
    const told = { cacheStatus: true, ...options }
    site = await Site.open(await openApp({ store, options: told, view, compressed }))
  }

  async function ask(headers: Record<string, string>, method = 'GET'): Promise<Got> {
    const got = await site.get('/a', { method, headers })
    await store.quiet()
    return got
  }

  /** What a client reads that decodes what it is told, once. */
  function decoded(got: Pick<Got, 'body' | 'lines'>): string {
    const codings = got.lines('content-encoding')
    if (codings.length === 0) return got.body.toString()
    expect(codings).toHaveLength(1)
    return (codings[0] === 'br' ? brotliDecompressSync : gunzipSync)(got.body).toString()
  }

  describe('with option compress', () => {
    it.each([
      ['without a coding', PLAIN],
      ['in a coding', BROWSER],
    ])(
      'gives everybody their coding, of a page made for a client that reads it %s',
      async (_how, first) => {
        await serve({ body: PAGE, fields: [HTML] }, { compress: true })
        expect(decoded(await ask(first))).toBe(PAGE)
        // A compressor within Fastify makes a page of its own of the second.
        for (const headers of [PLAIN, GZIP, BROWSER]) await ask(headers)

        for (const headers of [PLAIN, GZIP, BROWSER]) {
          const got = await ask(headers)

          expect(decoded(got)).toBe(PAGE)
          expect(got.field('content-encoding') === undefined).toBe(headers === PLAIN)
          expect(got.lines('content-length')).toEqual([String(got.body.length)])
          expect(got.lines('vary').join(', ').toLowerCase()).toContain('accept-encoding')
          expect(got.field('cache-status')).toMatch(HIT)
        }
      },
    )

    it('sends the bytes that are kept: nobody compresses them on a hit', async () => {
      await serve({ body: PAGE, fields: [HTML] }, { compress: true })
      for (const headers of [PLAIN, GZIP, BROWSER]) await ask(headers)
      const kept: Buffer[] = []
      for (const key of await store.keys()) {
        const { value } = await store.lookup(key)
        const { body, coded = [] } = value as { body?: Buffer; coded?: { body: Buffer }[] }
        if (body !== undefined) kept.push(body, ...coded.map((each) => each.body))
      }

      for (const headers of [PLAIN, GZIP, BROWSER]) {
        const { body } = await ask(headers)

        expect(kept.some((each) => each.equals(body))).toBe(true)
      }
    })

    it('is read by fetch, which decodes by itself', async () => {
      await serve({ body: PAGE, fields: [HTML] }, { compress: true })

      for (const round of ['miss', 'first hit', 'second hit']) {
        const response = await fetch(`http://127.0.0.1:${site.port}/a`)

        expect([round, await response.text()]).toEqual([round, PAGE])
        await store.quiet()
      }
      expect(views).toBe(1)
    })

    it('frames what it sends rightly, byte for byte', async () => {
      await serve({ body: PAGE, fields: [HTML] }, { compress: true })
      for (const headers of [PLAIN, GZIP]) await ask(headers)

      const [answer, ...more] = await rawAnswers(site.port, '/a', GZIP)

      expect(more).toEqual([])
      const { body = Buffer.alloc(0), lines = [], statusLine } = answer ?? {}
      const has = (line: string): number =>
        lines.filter((each) => each.toLowerCase() === line).length
      expect(statusLine).toMatch(/^HTTP\/1\.1 200 (?:OK)?$/)
      expect(gunzipSync(body).toString()).toBe(PAGE)
      expect([has('content-encoding: gzip'), has(`content-length: ${body.length}`)]).toEqual([1, 1])
    })

    it('answers HEAD as GET, and 304 to the ETag of each coding', async () => {
      await serve({ body: PAGE, fields: [HTML] }, { compress: true })
      for (const headers of [PLAIN, GZIP, BROWSER]) await ask(headers)

      for (const headers of [PLAIN, GZIP, BROWSER]) {
        const got = await ask(headers)
        const head = await ask(headers, 'HEAD')
        const etag = got.field('etag') as string
        const again = await ask({ ...headers, 'if-none-match': etag })

        for (const field of ['content-encoding', 'content-length', 'content-type', 'etag']) {
          expect([field, head.lines(field)]).toEqual([field, got.lines(field)])
        }
        expect(head.body.length).toBe(0)
        expect([again.status, again.field('etag'), again.body.length]).toEqual([304, etag, 0])
        expect(again.field('content-encoding')).toBeUndefined()
      }
    })
  })

  describe('with a Range', () => {
    const range = 'bytes=10-29'
    const part = Buffer.from(PAGE).subarray(10, 30)

    // Those of Fastify do not hear no-transform; what they make is kept in its coding.
    const deaf = compressed && name.includes('Fastify')
    const untouched: readonly (readonly [string, Made['fields']])[] = [
      ['a picture', [['Content-Type', 'image/png']]],
      ['a page that says no-transform', [HTML, ['Cache-Control', 'max-age=60, no-transform']]],
    ]

    it.each(untouched.slice(0, deaf ? 1 : 2))(
      'cuts %s for every client',
      async (_what, fields = []) => {
        await serve({ body: PAGE, fields })
        for (const headers of [PLAIN, GZIP, BROWSER]) await ask(headers)
        const made = views

        for (const headers of [PLAIN, GZIP, BROWSER]) {
          const got = await ask({ ...headers, range })

          expect([got.status, got.field('content-range')]).toEqual([
            206,
            `bytes 10-29/${PAGE.length}`,
          ])
          expect(got.lines('content-encoding')).toEqual([])
          expect(got.lines('content-length')).toEqual(['20'])
          expect(got.body.equals(part)).toBe(true)
        }
        expect(views).toBe(made)
      },
    )

    it('cuts text for who reads no coding, and gives others the whole', async () => {
      await serve({ body: PAGE, fields: [HTML] })
      await ask(PLAIN)

      const cut = await ask({ ...PLAIN, range })
      expect([cut.status, cut.body.equals(part), cut.field('content-range')]).toEqual([
        206,
        true,
        `bytes 10-29/${PAGE.length}`,
      ])
      for (const headers of [GZIP, BROWSER]) {
        const got = await ask({ ...headers, range })

        expect([got.status, got.field('content-range')]).toEqual([200, undefined])
        expect(decoded(got)).toBe(PAGE)
      }
    })

    it('cuts codings of its own, and the parts are the whole again', async () => {
      await serve({ body: PAGE, fields: [HTML, ['ETag', '"v1"']] }, { compress: true })
      for (const headers of [PLAIN, GZIP]) await ask(headers)
      const etag = (await ask(GZIP)).field('etag') as string

      const head = await ask({ ...GZIP, range: 'bytes=0-49' })
      const tail = await ask({ ...GZIP, range: 'bytes=50-', 'if-range': etag })

      expect([head.status, tail.status]).toEqual([206, 206])
      expect([head.lines('content-encoding'), tail.lines('content-encoding')]).toEqual([
        ['gzip'],
        ['gzip'],
      ])
      expect(gunzipSync(Buffer.concat([head.body, tail.body])).toString()).toBe(PAGE)
    })

    it('refuses with 416 what is not there, without a body', async () => {
      await serve({ body: PAGE, fields: [['Content-Type', 'image/png']] })
      await ask(BROWSER)

      const got = await ask({ ...BROWSER, range: 'bytes=99999-' })

      expect([got.status, got.field('content-range')]).toEqual([416, `bytes */${PAGE.length}`])
      expect(got.body.length).toBe(0)
    })
  })

  it('keeps the reason phrase, repeated lines, order, and bytes that are no ASCII', async () => {
    const fields = [
      HTML,
      ['X-Name', 'caf\u00E9 \u00FF'],
      ['Link', '</b.css>; rel=preload'],
      ['Link', '</a.css>; rel=preload'],
      ['X-Last', 'a  b'],
    ] as const
    await serve({ reason: 'Just fine', body: Buffer.from('short'), fields })

    const [miss] = await rawAnswers(site.port, '/a')
    await store.quiet()
    const [hit] = await rawAnswers(site.port, '/a')

    expect(hit?.lines.some((line) => HIT.test(line))).toBe(true)
    // Hono's server writes the phrase of the status.
    const phrase = name.startsWith('Hono') ? 'OK' : 'Just fine'
    expect([miss?.statusLine, hit?.statusLine]).toEqual(Array(2).fill(`HTTP/1.1 200 ${phrase}`))
    const ours = /^(?:link|x-last|content-type):/i
    const [made, kept] = [miss, hit].map((each) => each?.lines.filter((line) => ours.test(line)))
    expect(kept).toEqual(made)
    // On a miss Node may write the head in the encoding of a text that follows it.
    const named = hit?.lines.find((line) => /^x-name:/i.test(line))
    expect(named?.slice('x-name: '.length)).toBe('caf\u00E9 \u00FF')
  })
})

describe('answers before the answer', () => {
  it('reach the client of the view, and are no part of its page', async () => {
    const store = new CachedPages(new FakeClock())
    const cached = cacheNode(
      store,
      '60s',
    )((_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.end('a page')
    })
    const listener: RequestListener = (request, response) => void cached(request, response)
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const first = await rawAnswers(port, '/a')
      await store.quiet()
      const second = await rawAnswers(port, '/a')

      expect(first.map((each) => each.statusLine)).toEqual([
        'HTTP/1.1 103 Early Hints',
        'HTTP/1.1 200 OK',
      ])
      expect(second.map((each) => [each.statusLine, each.body.toString()])).toEqual([
        ['HTTP/1.1 200 OK', 'a page'],
      ])
      expect(second[0]?.lines.filter((line) => /^link:/i.test(line))).toEqual([])
      expect(second[0]?.lines.filter((line) => HIT.test(line))).toHaveLength(1)
    } finally {
      await new Promise((resolve) => server.close(resolve))
      await store.close()
    }
  })
})
