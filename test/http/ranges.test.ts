import { brotliDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { httpDate } from '../../src/http/rules/http-date.ts'
import { type Served, SITES } from './served.ts'
import type { Got, Made, SiteOptions } from './site.ts'

const PAGE = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251))
const PNG = ['Content-Type', 'image/png'] as const
const HTML = ['Content-Type', 'text/html'] as const
const BROWSER = { 'accept-encoding': 'gzip, deflate, br' }

describe.each(SITES)('Range on %s, over %s', (_shape, _store, open) => {
  let site: Served

  beforeEach(() => {
    site = open()
  })

  afterEach(async () => {
    await site.close()
    expect(site.errors).toEqual([])
  })

  async function kept(made: Partial<Made> = {}, options: SiteOptions = {}): Promise<void> {
    await site.serveOne({ body: PAGE, fields: [PNG, ['ETag', '"v1"']], ...made }, options)
    await site.ask(BROWSER)
  }

  function expectPart(got: Got, first: number, last: number, page: Buffer = PAGE): void {
    expect([got.status, got.field('content-range')]).toEqual([
      206,
      `bytes ${first}-${last}/${page.length}`,
    ])
    expect(got.field('content-length')).toBe(String(last - first + 1))
    expect(got.body.equals(page.subarray(first, last + 1))).toBe(true)
  }

  function expectWhole(got: Got, page = PAGE): void {
    expect([got.status, got.field('content-range')]).toEqual([200, undefined])
    expect(got.field('content-length')).toBe(String(page.length))
    expect(got.body.equals(page)).toBe(true)
  }

  it.each<readonly [string, number, number]>([
    ['bytes=0-0', 0, 0],
    ['bytes=100-199', 100, 199],
    ['bytes=900-', 900, 999],
    ['bytes=990-5000', 990, 999],
    ['bytes=-1', 999, 999],
    ['bytes=-5000', 0, 999],
  ])('cuts %s from the page that is kept', async (range, first, last) => {
    await kept()

    const got = await site.ask({ ...BROWSER, range })

    expectPart(got, first, last)
    expect(got.field('cache-status')).toMatch(/; hit/)
    expect(site.views).toBe(1)
  })

  it('sends with a part all that goes with the whole, but another length', async () => {
    await kept({ fields: [PNG, ['ETag', '"v1"'], ['X-One', '1'], ['Cache-Control', 'max-age=60']] })
    const whole = await site.ask(BROWSER)

    const part = await site.ask({ ...BROWSER, range: 'bytes=0-9' })

    const names = ['content-length', 'content-range', 'connection', 'keep-alive']
    const rest = ({ fields }: Got): readonly string[] => {
      return fields.filter((_, at) => !names.includes(fields[at - (at % 2)] as string))
    }
    expect(rest(part)).toEqual(rest(whole))
    expect(part.field('accept-ranges')).toBe('bytes')
  })

  it.each(['bytes=0-1,5-6', 'bytes=9-5', 'bytes=x', 'items=0-5', 'bytes'])(
    'answers %s with the whole',
    async (range) => {
      await kept()

      expectWhole(await site.ask({ ...BROWSER, range }))
    },
  )

  it.each(['bytes=1000-', 'bytes=5000-6000', 'bytes=-0'])('refuses %s with 416', async (range) => {
    await kept()

    const got = await site.ask({ ...BROWSER, range })

    expect([got.status, got.field('content-range'), got.body.length]).toEqual([
      416,
      'bytes */1000',
      0,
    ])
    expect([got.field('etag'), got.field('content-type')]).toEqual([undefined, undefined])
    expectWhole(await site.ask(BROWSER))
  })

  it('cuts only what the client’s If-Range names', async () => {
    await kept()
    const range = 'bytes=0-9'

    expectPart(await site.ask({ ...BROWSER, range, 'if-range': '"v1"' }), 0, 9)
    for (const other of ['"v0"', 'W/"v1"', 'rubbish', httpDate(site.clock.now())]) {
      expectWhole(await site.ask({ ...BROWSER, range, 'if-range': other }))
    }
    // What cannot be cut is not refused either.
    expectWhole(await site.ask({ ...BROWSER, range: 'bytes=1000-', 'if-range': '"v0"' }))
    expectWhole(await site.ask({ ...BROWSER, 'if-range': '"v1"' }))
  })

  it('takes the date of If-Range where it is the page’s own, and older than the page', async () => {
    const old = httpDate(site.clock.now() - 60_000)
    await kept({ fields: [PNG, ['Last-Modified', old], ['ETag', 'W/"weak"']] })
    const range = 'bytes=0-9'

    expectPart(await site.ask({ ...BROWSER, range, 'if-range': old }), 0, 9)
    const later = httpDate(site.clock.now() - 59_000)
    expectWhole(await site.ask({ ...BROWSER, range, 'if-range': later }))
    expectWhole(await site.ask({ ...BROWSER, range, 'if-range': 'W/"weak"' }))
  })

  it('does not trust a date of the second in which the page was made', async () => {
    const now = httpDate(site.clock.now())
    await kept({ fields: [PNG, ['Last-Modified', now], ['Date', now]] })

    expectWhole(await site.ask({ ...BROWSER, range: 'bytes=0-9', 'if-range': now }))
  })

  it('answers 304 first to who has the page', async () => {
    await kept()

    const got = await site.ask({ ...BROWSER, range: 'bytes=0-9', 'if-none-match': '"v1"' })

    expect([got.status, got.body.length]).toEqual([304, 0])
    expectPart(await site.ask({ ...BROWSER, range: 'bytes=0-9', 'if-none-match': '"v0"' }), 0, 9)
  })

  it('passes over a Range of HEAD', async () => {
    await kept()

    const got = await site.ask({ ...BROWSER, range: 'bytes=0-9' }, 'HEAD')

    expect([got.status, got.field('content-length'), got.field('content-range')]).toEqual([
      200,
      '1000',
      undefined,
    ])
    expect((await site.ask({ ...BROWSER, range: 'bytes=5000-' }, 'HEAD')).status).toBe(200)
  })

  it('makes and sends the whole page when there is none to cut', async () => {
    await site.serveOne((call) => ({
      body: call.header('range') === undefined ? PAGE : 'a part',
      fields: [PNG],
    }))

    const first = await site.ask({ ...BROWSER, range: 'bytes=0-9' })

    expect([first.status, first.body.equals(PAGE)]).toEqual([200, true])
    expectPart(await site.ask({ ...BROWSER, range: 'bytes=0-9' }), 0, 9)
    expect(site.views).toBe(1)
  })

  it('cuts a page without bytes nowhere', async () => {
    await kept({ body: '' })

    expect((await site.ask({ range: 'bytes=0-' })).status).toBe(416)
    expectWhole(await site.ask({ range: 'bytes=-1' }), Buffer.alloc(0))
  })

  describe('with a compressor that may stand on the way', () => {
    const text = Buffer.from('a page of words. '.repeat(100))
    const range = 'bytes=5-14'

    it.each<readonly [string, Record<string, string>]>([
      ['gzip, br', {}],
      ['*', {}],
      ['gzip;q=broken', {}],
      ['something', {}],
    ])('sends what shrinks whole to who accepts %s', async (line) => {
      await kept({ body: text, fields: [HTML] })

      const got = await site.ask({ 'accept-encoding': line, range })

      expectWhole(got, text)
      expect(got.field('accept-ranges')).toBeUndefined()
      const beyond = await site.ask({ 'accept-encoding': line, range: 'bytes=99999-' })
      expectWhole(beyond, text)
    })

    it.each(['', 'identity', 'identity;q=1, *;q=0'])(
      'cuts it for who accepts no coding: %j',
      async (line) => {
        await kept({ body: text, fields: [HTML] })

        const got = await site.ask({ 'accept-encoding': line, range })

        expectPart(got, 5, 14, text)
        expect(got.field('accept-ranges')).toBe('bytes')
      },
    )

    it('cuts it for everybody where the view says no-transform', async () => {
      await kept({ body: text, fields: [HTML, ['Cache-Control', 'max-age=60, no-transform']] })

      expectPart(await site.ask({ ...BROWSER, range }), 5, 14, text)
    })

    describe("with ranges: 'always', by which the application says that there is none", () => {
      const always = { ranges: 'always' } as const

      it('cuts what shrinks for who accepts codings, and says that it can be asked for parts', async () => {
        await kept({ body: text, fields: [HTML, ['ETag', '"v1"']] }, always)

        const whole = await site.ask(BROWSER)
        const first = await site.ask({ ...BROWSER, range })
        const known = await site.ask({ ...BROWSER, range, 'if-range': '"v1"' })
        const other = await site.ask({ ...BROWSER, range, 'if-range': '"v2"' })
        const beyond = await site.ask({ ...BROWSER, range: 'bytes=99999-' })

        expectWhole(whole, text)
        expect(whole.field('accept-ranges')).toBe('bytes')
        for (const part of [first, known]) expectPart(part, 5, 14, text)
        expectWhole(other, text)
        expect(beyond.status).toBe(416)
      })

      it('cuts each client the coding that it would get', async () => {
        await kept({ body: text, fields: [HTML, ['ETag', '"v1"']] }, { ...always, compress: true })
        const { body } = await site.ask({ 'accept-encoding': 'br' })

        const coded = await site.ask({ 'accept-encoding': 'br', range: 'bytes=0-9' })
        const plain = await site.ask({ 'accept-encoding': 'zstd', range })

        expectPart(coded, 0, 9, body)
        expect([coded.field('content-encoding'), coded.field('etag')]).toEqual(['br', '"v1--br"'])
        expectPart(plain, 5, 14, text)
        expect([plain.field('content-encoding'), plain.field('etag')]).toEqual([undefined, '"v1"'])
      })

      it('cuts nothing where the view says that it takes no ranges', async () => {
        await kept({ body: text, fields: [HTML, ['Accept-Ranges', 'none']] }, always)

        expectWhole(await site.ask({ ...BROWSER, range }), text)
      })
    })

    it('cuts what the view has given a coding', async () => {
      await kept({ body: text, fields: [HTML, ['Content-Encoding', 'br']] })

      const got = await site.ask({ ...BROWSER, range })

      expectPart(got, 5, 14, text)
      expect(got.field('content-encoding')).toBe('br')
    })

    it('cuts the coding that the client would get, and never mixes two', async () => {
      await kept({ body: text, fields: [HTML, ['ETag', '"v1"']] }, { compress: true })
      const whole = await site.ask(BROWSER)
      const etag = whole.field('etag') as string

      const first = await site.ask({ ...BROWSER, range: 'bytes=0-9' })
      const rest = await site.ask({ ...BROWSER, range: 'bytes=10-', 'if-range': etag })

      for (const part of [first, rest]) {
        expect([part.status, part.field('content-encoding'), part.field('etag')]).toEqual([
          206,
          'br',
          etag,
        ])
      }
      const joined = Buffer.concat([first.body, rest.body])
      expect(brotliDecompressSync(joined).equals(text)).toBe(true)
      // The client's bytes are of another coding.
      for (const other of ['"v1"', '"v1--gzip"']) {
        const got = await site.ask({ ...BROWSER, range, 'if-range': other })
        expect([got.status, got.body.equals(whole.body)]).toEqual([200, true])
      }
      const plain = { 'accept-encoding': 'identity', range }
      expectPart(await site.ask({ ...plain, 'if-range': '"v1"' }), 5, 14, text)
      expectWhole(await site.ask({ ...plain, 'if-range': etag }), text)
    })

    it('does not take a date for a coding', async () => {
      const old = httpDate(site.clock.now() - 60_000)
      await kept({ body: text, fields: [HTML, ['Last-Modified', old]] }, { compress: true })

      const got = await site.ask({ ...BROWSER, range, 'if-range': old })

      expect([got.status, got.field('content-range')]).toEqual([200, undefined])
    })
  })

  describe('where the view speaks of ranges', () => {
    it.each(['none', 'items', 'bytes, none'])(
      'cuts nothing with Accept-Ranges: %s',
      async (line) => {
        await kept({ fields: [PNG, ['Accept-Ranges', line]] })

        const got = await site.ask({ range: 'bytes=0-9' })

        expectWhole(got)
        expect(got.field('accept-ranges')).toBe(line)
      },
    )

    it('does not repeat its Accept-Ranges: bytes', async () => {
      await kept({ fields: [PNG, ['Accept-Ranges', 'bytes']] })

      const got = await site.ask({ range: 'bytes=0-9' })

      expectPart(got, 0, 9)
      expect(got.fields.filter((each) => each === 'accept-ranges')).toHaveLength(1)
    })

    it('cuts nothing that has a Content-Range already, whatever that was to mean', async () => {
      await kept({ fields: [PNG, ['Content-Range', 'rubbish']] })

      const got = await site.ask({ range: 'bytes=0-9' })

      expect([got.status, got.body.length, got.field('content-range')]).toEqual([
        200,
        1000,
        'rubbish',
      ])
    })

    it('cuts nothing that has a digest of what is sent', async () => {
      await kept({ fields: [PNG, ['Content-Digest', 'sha-256=:x:']] })

      expectWhole(await site.ask({ range: 'bytes=0-9' }))
    })
  })
})
