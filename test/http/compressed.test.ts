import { createHash, randomBytes } from 'node:crypto'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCaches } from '../../src/config/create-caches.ts'
import { pageCache } from '../../src/http/index.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import type { PageCompressOptions } from '../../src/http/compress-option.ts'
import { FakeClock } from './fake-clock.ts'
import { MemoryPages } from './memory-pages.ts'
import { type Served, SITES } from './served.ts'
import type { Got, Made } from './site.ts'

const PAGE = '<p>a page of many words, and of the same words again</p>'.repeat(100)
const HTML = ['Content-Type', 'text/html; charset=utf-8'] as const
const BROWSER = { 'accept-encoding': 'gzip, deflate, br, zstd' }
const GZIP = { 'accept-encoding': 'gzip' }
const PLAIN = { 'accept-encoding': 'identity' }

interface Record {
  readonly kind: string
  readonly body: Buffer
  readonly coded: readonly { readonly coding: string; readonly body: Buffer }[]
}

describe.each(SITES)('option compress on %s, over %s', (_shape, _store, open) => {
  let site: Served

  beforeEach(() => {
    site = open()
  })

  afterEach(async () => {
    await site.close()
    expect(site.errors).toEqual([])
  })

  /** Serves one page with fields of its own, makes it, and has it stored. */
  async function kept(made: Partial<Made> = {}, compress: boolean | PageCompressOptions = true) {
    await site.serveOne({ body: PAGE, fields: [HTML], ...made }, { compress })
    return await site.ask(PLAIN)
  }

  async function onlyRecord(): Promise<Record> {
    const records = await site.records()
    expect(records).toHaveLength(1)
    return records[0] as Record
  }

  function codings(record: Record): readonly string[] {
    return record.coded.map((each) => each.coding)
  }

  function decoded(got: Got): string {
    const coding = got.field('content-encoding')
    if (coding === undefined) return got.body.toString()
    return (coding === 'br' ? brotliDecompressSync : gunzipSync)(got.body).toString()
  }

  it('gives each client the coding that it reads best, of one page made once', async () => {
    await kept()

    const got = [await site.ask(BROWSER), await site.ask(GZIP), await site.ask(PLAIN)]

    expect(got.map((each) => each.field('content-encoding'))).toEqual(['br', 'gzip', undefined])
    expect(got.map(decoded)).toEqual([PAGE, PAGE, PAGE])
    expect(got.map((each) => Number(each.field('content-length')))).toEqual(
      got.map((each) => each.body.length),
    )
    for (const each of got) {
      expect(each.field('cache-status')).toMatch(/; hit/)
      expect(each.field('vary')).toBe('Accept-Encoding')
      expect(each.field('content-type')).toBe(HTML[1])
    }
    expect(new Set(got.map((each) => each.field('etag'))).size).toBe(3)
    expect([site.views, await site.store.size()]).toEqual([1, 1])
  })

  it('sends the very bytes that were made when the page was kept', async () => {
    await kept()
    const { coded } = await onlyRecord()
    const [br, gzip] = coded

    expect((await site.ask(BROWSER)).body.equals(br?.body as Buffer)).toBe(true)
    expect((await site.ask(GZIP)).body.equals(gzip?.body as Buffer)).toBe(true)
    expect((await onlyRecord()).coded).toEqual(coded)
  })

  it('lets the answer that makes the page out as the view writes it, for those who accept it', async () => {
    await site.serveOne({ body: PAGE, fields: [HTML] }, { compress: true })

    const got = await site.ask(BROWSER)

    expect(got.body.toString()).toBe(PAGE)
    expect(got.field('content-encoding')).toBeUndefined()
    expect(got.field('vary')).toBe('Accept-Encoding')
    expect((await site.ask(BROWSER)).field('content-encoding')).toBe('br')
  })

  it('adds Accept-Encoding to the Vary of the view', async () => {
    const got = [await kept({ fields: [HTML, ['Vary', 'X-Theme']] }), await site.ask(GZIP)]

    for (const each of got) {
      const vary = each.fields.filter((_, at) => each.fields[at - 1] === 'vary').join(', ')
      expect(vary).toBe('X-Theme, Accept-Encoding')
    }
  })

  it('tells the client of each coding that its copy is still good', async () => {
    await kept()
    for (const headers of [BROWSER, GZIP, PLAIN]) {
      const etag = (await site.ask(headers)).field('etag') as string

      // Whatever coding it would get now.
      for (const now of [BROWSER, GZIP, PLAIN]) {
        const got = await site.ask({ ...now, 'if-none-match': `"x", ${etag}` })

        expect([got.status, got.body.length, got.field('etag')]).toEqual([304, 0, etag])
        expect(got.field('vary')).toBe('Accept-Encoding')
        expect(got.field('content-encoding')).toBeUndefined()
        expect(got.field('content-length')).toBeUndefined()
      }
      const weakened = await site.ask({ ...GZIP, 'if-none-match': `W/${etag}` })
      expect([weakened.status, weakened.field('etag')]).toEqual([304, etag])
    }
    expect((await site.ask({ ...GZIP, 'if-none-match': '"x"' })).status).toBe(200)
    const any = await site.ask({ ...GZIP, 'if-none-match': '*' })
    expect([any.status, any.field('etag')]).toEqual([304, (await site.ask(GZIP)).field('etag')])
  })

  it.each<readonly [string, readonly string[]]>([
    ['"v1"', ['"v1--br"', '"v1--gzip"', '"v1"']],
    ['W/"v1"', ['W/"v1"', 'W/"v1"', 'W/"v1"']],
    ['""', ['"--br"', '"--gzip"', '""']],
  ])(
    'gives the view’s ETag %s a strong one for each coding, or leaves it weak',
    async (etag, tags) => {
      await kept({ fields: [HTML, ['ETag', etag]] })

      const got = [await site.ask(BROWSER), await site.ask(GZIP), await site.ask(PLAIN)]

      expect(got.map((each) => each.field('etag'))).toEqual(tags)
    },
  )

  it('answers HEAD with the very fields of GET, for each client', async () => {
    await kept({ fields: [HTML, ['Link', '</a.css>; rel=preload'], ['X-One', '1']] })

    for (const headers of [BROWSER, GZIP, PLAIN, {}]) {
      const head = await site.ask(headers, 'HEAD')
      const got = await site.ask(headers)

      expect([head.status, head.body.length]).toEqual([200, 0])
      expect(head.fields).toEqual(got.fields)
      expect(Number(head.field('content-length'))).toBe(got.body.length)
    }
  })

  it.each<readonly [string, string | undefined]>([
    ['', undefined],
    ['identity', undefined],
    ['deflate', undefined],
    ['gzip;q=0.9, br;q=0.5', 'gzip'],
    ['*', 'br'],
    ['br;q=0, *;q=0.1', 'gzip'],
    ['identity;q=0', undefined],
    ['gzip;q=0, br;q=0', undefined],
    ['br;q=broken', undefined],
  ])('sends to Accept-Encoding %j the coding %s', async (line, coding) => {
    await kept()

    const got = await site.ask({ 'accept-encoding': line })

    expect([got.status, got.field('content-encoding')]).toEqual([200, coding])
    expect(decoded(got)).toBe(PAGE)
  })

  it.each<readonly [string, Partial<Made>]>([
    ['is short', { body: 'short' }],
    ['does not shrink', { body: randomBytes(3000) }],
    ['is of a type that does not shrink', { fields: [['Content-Type', 'image/png']] }],
    ['has no type', { fields: [['Content-Type', '']] }],
    ['says no-transform', { fields: [HTML, ['Cache-Control', 'max-age=60, no-transform']] }],
    ['has a digest of its bytes', { fields: [HTML, ['Repr-Digest', 'sha-256=:x:']] }],
  ])('leaves a page alone that %s', async (_what, made) => {
    await kept(made, { levels: { br: 0, gzip: 1 } })
    const { body, coded } = await onlyRecord()

    const got = await site.ask(BROWSER)

    expect(coded).toEqual([])
    expect(got.field('content-encoding')).toBeUndefined()
    expect(got.body.equals(body)).toBe(true)
  })

  it('is off unless it is asked for', async () => {
    await kept({}, false)

    const got = await site.ask(BROWSER)

    expect([codings(await onlyRecord()), got.field('vary')]).toEqual([[], undefined])
    expect(got.body.toString()).toBe(PAGE)
  })

  it('compresses with what it is told, above the length it is told', async () => {
    await kept({ body: 'a'.repeat(100) }, { encodings: ['gzip'], threshold: 100 })

    expect(codings(await onlyRecord())).toEqual(['gzip'])
    const got = await site.ask({ 'accept-encoding': 'br, gzip;q=0.1' })
    expect([got.field('content-encoding'), decoded(got)]).toEqual(['gzip', 'a'.repeat(100)])
  })

  it('keeps what a view has compressed as it is, for those who accept it', async () => {
    const packed = gzipSync(PAGE)
    await site.serveOne(
      (call) => {
        if (call.header('accept-encoding') !== 'gzip') return { body: PAGE, fields: [HTML] }
        return { body: packed, fields: [HTML, ['Content-Encoding', 'gzip'], ['ETag', '"own"']] }
      },
      { compress: true },
    )
    await site.ask(GZIP)
    await site.ask(PLAIN)

    const [small, plain] = [await site.ask(GZIP), await site.ask(PLAIN)]

    expect([small.body.equals(packed), small.field('etag')]).toEqual([true, '"own"'])
    expect(plain.body.toString()).toBe(PAGE)
    expect(site.views).toBe(2)
  })

  it('makes for pages that are told apart by Accept-Encoding only what their clients can read', async () => {
    await site.serveOne(
      (call) => ({
        body: PAGE + (call.header('accept-encoding') ?? 'none'),
        fields: [HTML, ['Vary', 'Accept-Encoding']],
      }),
      { compress: true },
    )
    for (const headers of [PLAIN, GZIP, BROWSER]) await site.ask(headers)

    const made = (await site.records()).filter((each) => (each as Record).kind === 'page')

    const each = made.map((record) => codings(record as Record).join())
    expect(each.toSorted((a, b) => a.length - b.length)).toEqual(['', 'gzip', 'br,gzip'])
    for (const headers of [PLAIN, GZIP]) {
      expect(decoded(await site.ask(headers))).toBe(PAGE + headers['accept-encoding'])
    }
    expect(site.views).toBe(3)
  })

  it('gives up codings rather than the page where all bodies are too many bytes', async () => {
    // Noise as text shrinks to three quarters of it.
    const noise = randomBytes(9000).toString('base64')
    await site.serveOne(
      { body: noise, fields: [HTML] },
      { compress: true, maxBodyBytes: noise.length * 3 },
    )
    await site.ask()

    // Two thirds of the limit have room for one of them.
    expect(codings(await onlyRecord())).toEqual(['br'])
    const got = await site.ask(GZIP)
    expect([got.body.toString(), got.field('content-encoding')]).toEqual([noise, undefined])
  })

  it('drops all codings of a page with it', async () => {
    let version = 1
    await site.serveOne(() => ({ body: PAGE + version, fields: [HTML] }), {
      compress: true,
      tags: ['products'],
    })
    for (const headers of [PLAIN, GZIP, BROWSER]) await site.ask(headers)

    version = 2
    await site.store.invalidateTags(['products'])

    expect(await site.records()).toEqual([])
    await site.ask()
    for (const headers of [PLAIN, GZIP, BROWSER]) {
      expect(decoded(await site.ask(headers))).toBe(`${PAGE}2`)
    }
  })

  it('gives those who waited for the page their coding of it', async () => {
    let go = (): void => {}
    const gate = new Promise<void>((resolve) => (go = resolve))
    await site.serveOne(
      async () => {
        await gate
        return { body: PAGE, fields: [HTML] }
      },
      { compress: true },
    )
    const asking = [PLAIN, GZIP, BROWSER, BROWSER].map(async (each) => await site.askAtOnce(each))
    await site.store.askedTimes(4)
    go()

    const got = await Promise.all(asking)

    expect(got.map(decoded)).toEqual([PAGE, PAGE, PAGE, PAGE])
    expect(got.map((each) => each.field('content-encoding')).slice(1)).toEqual(['gzip', 'br', 'br'])
    expect(site.views).toBe(1)
  })

  it('costs a miss when the store answers a reason phrase that would split the head', async () => {
    await kept()
    const record = await onlyRecord()
    const [key] = await site.store.keys()
    await site.store.set(key as string, { ...record, reason: 'OK\r\nSet-Cookie: a=b' })

    const got = await site.ask(PLAIN)

    expect([got.status, got.field('set-cookie'), site.views]).toEqual([200, undefined, 2])
  })

  it.each<readonly [string, unknown]>([
    ['an unknown coding', [{ coding: 'lzma', body: Buffer.from('x') }]],
    ['a body that is none', [{ coding: 'br', body: 'x' }]],
    ['no list', 'br'],
    ['a hole', [null]],
  ])('costs a miss when the store answers coded bodies that are %s', async (_what, coded) => {
    await kept()
    const record = await onlyRecord()
    const [key] = await site.store.keys()
    await site.store.set(key as string, { ...record, coded })

    const got = await site.ask(BROWSER)

    expect([decoded(got), site.views]).toEqual([PAGE, 2])
  })
})

describe('a page that is invalidated while it is being compressed', () => {
  it('is not kept, in any coding', async () => {
    const clock = new FakeClock()
    const store = new MemoryPages(clock)
    const pages = pageCache(store, '60s', { clock, compress: true, tags: ['products'] })
    const view = (): Response => new Response(PAGE, { headers: { 'Content-Type': 'text/html' } })
    // Read to its end in the same turn of the event loop, in which no compressor can have ended.
    await (await pages(new Request('http://site.test/a'), view)).text()
    expect(store.entries.size).toBe(0)

    await store.invalidateTags(['products'])
    await store.quiet()

    expect(store.entries.size).toBe(0)
    await (await pages(new Request('http://site.test/a'), view)).text()
    await store.quiet()
    expect(store.entries.size).toBe(1)
  })
})

describe('the memory of a cache', () => {
  it('counts the bodies of a page in all of their codings', async () => {
    const bytesOf = async (compress: boolean): Promise<number> => {
      const cache = createCaches({ default: { store: memory() } }).default
      const pages = pageCache(cache, '60s', { compress })
      const view = (): Response => new Response(PAGE, { headers: { 'Content-Type': 'text/html' } })
      // Of two who ask at once the second waits until the page is stored.
      const asking = [1, 2].map(async () => {
        return await (await pages(new Request('http://site.test/a'), view)).text()
      })
      await Promise.all(asking)
      const { bytes = 0 } = await cache.stats()
      await cache.close()
      return bytes
    }
    const coded = brotliCompressSync(PAGE).length + gzipSync(PAGE).length

    expect((await bytesOf(true)) - (await bytesOf(false))).toBeGreaterThan(coded)
  })
})

describe('the ETag of a page without one', () => {
  it('is made when the page is kept, not when it is sent', async () => {
    const clock = new FakeClock()
    const store = new MemoryPages(clock)
    const pages = pageCache(store, '60s', { clock })
    const view = (): Response => new Response('one body')
    const ask = async (): Promise<Response> => await pages(new Request('http://site.test/a'), view)
    await (await ask()).text()
    await store.quiet()
    const [key = ''] = await store.keys()
    const { value } = await store.lookup(key)
    // As nobody but a test would: another body under the tag that was made of the first.
    await store.set(key, { ...(value as object), body: Buffer.from('two bodies') })

    const got = await ask()

    const digest = createHash('sha256').update('one body').digest('base64url').slice(0, 22)
    expect([await got.text(), got.headers.get('etag')]).toEqual(['two bodies', `"${digest}"`])
  })
})
