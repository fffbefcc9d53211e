// A page past its life, and a view that says whether it is still right. RFC 9111 §4.3.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tag } from '../../src/http/index.ts'
import { Gate, PagesBench, shown, SITES, tagged } from './pages-bench.ts'
import type { Made } from './site.ts'

const STALE_304 = 'breakwater; fwd=stale; fwd-status=304; stored'

describe.each(SITES)('revalidation on %s, over %s', (name, _kind, openSite, openStore) => {
  let bench: PagesBench
  const advance = (ms: number): void => bench.clock.advance(ms)

  beforeEach(() => {
    bench = new PagesBench(openSite, openStore)
  })
  afterEach(async () => {
    await bench.close()
  })

  it('asks the view by the page’s entity tag, and serves the page anew after its 304', async () => {
    const asked: (string | undefined)[] = []
    const view = tagged(
      () => '"v1"',
      () => ({ body: `page ${bench.views}`, fields: [['Content-Type', 'text/plain']] }),
    )
    const ask = await bench.serve((call) => {
      asked.push(call.header('if-none-match'))
      return view(call)
    })
    await ask('/a')
    advance(60_000)

    const second = await ask('/a')
    const third = await ask('/a')

    expect(asked).toEqual([undefined, '"v1"'])
    expect(shown(second)).toEqual([200, 'page 1', STALE_304])
    expect(second.field('content-type')).toMatch(/^text\/plain/)
    expect(second.field('content-length')).toBe('6')
    expect(second.field('age')).toBe('0')
    expect(shown(third)).toEqual([200, 'page 1', 'breakwater; hit; ttl=60'])
    expect(bench.views).toBe(2)
  })

  it('asks by the date of its last change too', async () => {
    const modified = 'Wed, 31 Dec 2025 00:00:00 GMT'
    const ask = await bench.serve((call) => {
      if (call.header('if-modified-since') === modified) return { status: 304 }
      return { body: `page ${bench.views}`, fields: [['Last-Modified', modified]] }
    })
    await ask('/a')
    advance(60_000)

    expect(shown(await ask('/a'))).toEqual([200, 'page 1', STALE_304])
  })

  it('never asks by an entity tag that is the cache’s own', async () => {
    const asked: (string | undefined)[] = []
    const ask = await bench.serve((call) => {
      asked.push(call.header('if-none-match'))
      return { body: 'page' }
    })
    const etag = (await ask('/a')).field('etag') ?? (await ask('/a')).field('etag')
    advance(60_000)

    await ask('/a', { 'if-none-match': etag as string })

    expect(etag).toBeDefined()
    expect(asked).toEqual([undefined, undefined])
  })

  it('shows the page that has changed, and asks by that one from then on', async () => {
    let etag = '"v1"'
    const ask = await bench.serve(
      tagged(
        () => etag,
        () => ({ body: `page ${bench.views}` }),
      ),
    )
    await ask('/a')
    etag = '"v2"'
    advance(60_000)
    const changed = await ask('/a')
    advance(60_000)

    expect(shown(changed)).toEqual([200, 'page 2', 'breakwater; fwd=stale; stored'])
    expect(shown(await ask('/a'))).toEqual([200, 'page 2', STALE_304])
  })

  it('answers a client that has the page with 304, and not one that has another', async () => {
    const ask = await bench.serve(
      tagged(
        () => '"v1"',
        () => ({ body: 'page' }),
      ),
    )
    await ask('/a')
    advance(60_000)
    const own = await ask('/a', { 'if-none-match': '"v1"' })
    advance(60_000)
    const other = await ask('/a', { 'if-none-match': '"v0"' })

    expect([own.status, own.body.length, own.field('etag')]).toEqual([304, 0, '"v1"'])
    expect(shown(other)).toEqual([200, 'page', STALE_304])
  })

  it('takes the fields of the 304, but not those that speak of its bytes', async () => {
    const fields: Made['fields'] = [
      ['Content-Type', 'text/plain'],
      ['X-Kept', 'kept'],
      ['X-Changed', 'old'],
      ['Link', '</a>; rel=next'],
      ['Link', '</b>; rel=next'],
      ['Cache-Control', 'max-age=60'],
    ]
    const ask = await bench.serve(
      tagged(
        () => '"v1"',
        () => ({ body: 'page', fields }),
        () => [
          ['Content-Type', 'text/html'],
          ['Content-Encoding', 'gzip'],
          ['X-Changed', 'new'],
          ['Link', '</c>; rel=next'],
          ['Cache-Control', 'max-age=600'],
          ['Date', 'Thu, 01 Jan 2026 00:01:00 GMT'],
        ],
      ),
    )
    await ask('/a')
    advance(60_000)

    for (const got of [await ask('/a'), await ask('/a')]) {
      expect(got.body.toString()).toBe('page')
      expect(got.field('content-type')).toMatch(/^text\/plain/)
      expect(got.field('content-encoding')).toBeUndefined()
      expect([got.field('x-kept'), got.field('x-changed')]).toEqual(['kept', 'new'])
      expect(got.fields.filter((_, at) => got.fields[at - 1] === 'link')).toEqual([
        '</c>; rel=next',
      ])
      expect(got.field('date')).toBe('Thu, 01 Jan 2026 00:01:00 GMT')
    }
    // By its own new word it is fresh for ten minutes.
    advance(599_000)
    expect(shown(await ask('/a'))).toEqual([200, 'page', 'breakwater; hit; ttl=1'])
  })

  it.each<readonly [string, NonNullable<Made['fields']>]>([
    ['set-cookie', [['Set-Cookie', 'sid=1']]],
    ['private', [['Cache-Control', 'private']]],
    ['no-store', [['Cache-Control', 'no-store']]],
  ])('judges a 304 as any answer, and forgets the page: %s', async (reason, fields) => {
    const asked: (string | undefined)[] = []
    const view = tagged(
      () => '"v1"',
      () => ({ body: `page ${bench.views}` }),
      () => fields,
    )
    const ask = await bench.serve((call) => {
      asked.push(call.header('if-none-match'))
      return view(call)
    })
    await ask('/a')
    advance(60_000)

    const refused = await ask('/a', { 'if-none-match': '"v1"' })
    const next = await ask('/a')

    expect(shown(refused)).toEqual([
      200,
      'page 1',
      `breakwater; fwd=stale; fwd-status=304; detail="${reason}"`,
    ])
    const [[field, value]] = fields as [readonly [string, string]]
    expect(refused.field(field.toLowerCase())).toBe(value)
    expect(next.body.toString()).toBe('page 3')
    expect(asked).toEqual([undefined, '"v1"', undefined])
  })

  it.each<readonly [string, NonNullable<Made['fields']>]>([
    ['another entity tag', [['ETag', '"v2"']]],
    ['another date', [['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT']]],
    ['a field that it was not selected by', [['Vary', 'X-Tenant']]],
    ['everything', [['Vary', '*']]],
    ['another place', [['Content-Location', '/b']]],
  ])('does not take a 304 for something else: %s', async (_what, fields) => {
    const made: Made['fields'] = [
      ['ETag', '"v1"'],
      ['Last-Modified', 'Wed, 31 Dec 2025 00:00:00 GMT'],
    ]
    const ask = await bench.serve((call) => {
      if (call.header('if-none-match') !== undefined) return { status: 304, fields }
      return { body: `page ${bench.views}`, fields: made }
    })
    await ask('/a')
    advance(60_000)

    const second = await ask('/a')
    const third = await ask('/a')

    // Where the view can be run again it has made the whole page; elsewhere its client gets what there is, for the last time.
    if (name === 'the core') {
      expect(shown(second)).toEqual([200, 'page 3', 'breakwater; fwd=stale; stored'])
      expect(shown(third)).toEqual([200, 'page 3', 'breakwater; hit; ttl=60'])
    } else {
      expect(second.status).toBe(200)
      expect(second.field('cache-status')).toMatch(/fwd=stale; fwd-status=304; detail="304 for /)
      expect(shown(third)).toEqual([200, 'page 3', 'breakwater; fwd=uri-miss; stored'])
    }
  })

  it('does not serve a page that must be revalidated when the 304 is for another', async () => {
    const ask = await bench.serve((call) => {
      if (call.header('if-none-match') !== undefined) {
        return { status: 304, fields: [['ETag', '"v2"']] }
      }
      return {
        body: `page ${bench.views}`,
        fields: [
          ['ETag', '"v1"'],
          ['Cache-Control', 'max-age=60, must-revalidate'],
        ],
      }
    })
    await ask('/a')
    advance(60_000)

    const got = await ask('/a')

    expect([got.status, got.body.toString()]).toEqual(
      name === 'the core' ? [200, 'page 3'] : [504, ''],
    )
    expect((await ask('/a')).body.toString()).toBe('page 3')
  })

  it('does not let a read of the condition select the page', async () => {
    const ask = await bench.serve(
      tagged(
        () => '"v1"',
        () => ({ body: 'page' }),
      ),
    )
    await ask('/a')
    advance(60_000)
    await ask('/a', { 'if-none-match': '"other"' })

    const got = await ask('/a', { 'if-none-match': '"more"' })

    expect(got.field('cache-status')).toBe('breakwater; hit; ttl=60')
    expect(got.field('vary')).toBeUndefined()
    expect(await bench.store.size()).toBe(1)
  })

  it('does not freshen a page for values that only the 304 depended on', async () => {
    const ask = await bench.serve((call) => {
      if (call.header('if-none-match') !== undefined) {
        call.header('x-tenant')
        return { status: 304 }
      }
      return { body: `page ${bench.views}`, fields: [['ETag', '"v1"']] }
    })
    await ask('/a', { 'x-tenant': 'a' })
    advance(60_000)
    await ask('/a', { 'x-tenant': 'a' })

    const other = await ask('/a', { 'x-tenant': 'b' })

    expect(other.field('cache-status')).not.toContain('hit; ttl=60')
    expect(other.body.toString()).toBe(name === 'the core' ? 'page 4' : 'page 3')
  })

  it('lets no client’s Cache-Control decide whether the page is still right, nor select it', async () => {
    const ask = await bench.serve((call) => {
      // As Express does for every answer.
      const isAsked = call.header('if-none-match') === '"v1"'
      if (isAsked && call.header('cache-control') !== 'no-cache') return { status: 304 }
      return { body: `page ${bench.views}`, fields: [['ETag', '"v1"']] }
    })
    await ask('/a')
    advance(60_000)

    const got = await ask('/a', { 'cache-control': 'no-cache' })

    expect(shown(got)).toEqual([200, 'page 1', STALE_304])
    expect((await ask('/a')).field('vary')).toBeUndefined()
    expect(await bench.store.size()).toBe(1)
  })

  it('does not ask by a page that is selected by the client’s Cache-Control', async () => {
    const ask = await bench.serve((call) => {
      const wanted = call.header('cache-control') ?? 'none'
      if (call.header('if-none-match') === '"v1"') return { status: 304 }
      return { body: `${wanted} ${bench.views}`, fields: [['ETag', '"v1"']] }
    })
    await ask('/a', { 'cache-control': 'max-age=0' })
    advance(60_000)

    expect((await ask('/a', { 'cache-control': 'max-age=0' })).body.toString()).toBe('max-age=0 2')
  })

  it('revalidates each variant by its own tag', async () => {
    const ask = await bench.serve((call) => {
      const language = call.header('accept-language') ?? 'none'
      const fields: Made['fields'] = [
        ['ETag', `"${language}"`],
        ['Vary', 'Accept-Language'],
      ]
      if (call.header('if-none-match') === `"${language}"`) return { status: 304, fields }
      return { body: `${language} ${bench.views}`, fields }
    })
    await ask('/a', { 'accept-language': 'de' })
    await ask('/a', { 'accept-language': 'en' })
    advance(60_000)

    expect(shown(await ask('/a', { 'accept-language': 'en' }))).toEqual([200, 'en 2', STALE_304])
    expect(shown(await ask('/a', { 'accept-language': 'de' }))).toEqual([200, 'de 1', STALE_304])
  })

  it('runs the view once for six who ask for a page that is past its life', async () => {
    const gate = new Gate()
    const view = tagged(
      () => '"v1"',
      () => ({ body: `page ${bench.views}` }),
    )
    const ask = await bench.serve(async (call) => {
      if (bench.views > 1) await gate.opened
      return await view(call)
    })
    await ask('/a')
    advance(60_000)
    // Each asks the store, is given the old page, and asks again.
    const asking = Array.from({ length: 6 }, () => ask.now('/a'))
    await bench.store.askedTimes(12)
    gate.open()

    const got = await Promise.all(asking)

    expect(got.map((each) => each.body.toString())).toEqual(Array(6).fill('page 1'))
    expect(bench.views).toBe(2)
  })

  it.each(['tag of the route', 'tag of the view', 'address'])(
    'does not freshen a page that was invalidated while its view was asked: %s',
    async (what) => {
      const gate = new Gate()
      const began = new Gate()
      const ask = await bench.serve(
        async (call) => {
          const asked = call.header('if-none-match')
          if (asked === undefined) {
            tag('product:7')
            return { body: `page ${bench.views}`, fields: [['ETag', '"v1"']] }
          }
          began.open()
          await gate.opened
          return { status: 304 }
        },
        { tags: ['products'] },
      )
      await ask('/a')
      advance(60_000)
      const freshened = ask('/a')
      await began.opened
      if (what === 'address') await ask.now('/a', {}, 'DELETE')
      else await bench.store.invalidateTags([what.endsWith('route') ? 'products' : 'product:7'])
      gate.open()
      await freshened

      const before = bench.views
      const next = await ask('/a')

      expect(next.body.toString()).toBe(`page ${before + 1}`)
      expect(next.field('cache-status')).toContain('fwd=uri-miss')
    },
  )

  it('keeps the tags of a page that it freshens', async () => {
    const ask = await bench.serve((call) => {
      if (call.header('if-none-match') !== undefined) return { status: 304 }
      tag('product:7')
      return { body: `page ${bench.views}`, fields: [['ETag', '"v1"']] }
    })
    await ask('/a')
    advance(60_000)
    await ask('/a')
    expect((await ask('/a')).field('cache-status')).toContain('hit')

    await bench.store.invalidateTags(['product:7'])

    expect((await ask('/a')).body.toString()).toBe('page 3')
  })

  it('keeps pages without a validator of their view no longer than they may be served', async () => {
    const ask = await bench.serve(() => ({ body: 'page' }))
    await ask('/a')
    advance(60_000)

    const [key] = await bench.store.keys()

    expect(key === undefined ? false : (await bench.store.lookup(key)).hit).toBe(false)
  })

  it.each([
    ['10m', {}, 599_000],
    ['keep', { keep: '2m' }, 119_000],
  ] as const)('asks by a page for %s after its life, then no more', async (_what, options, ms) => {
    const asked: boolean[] = []
    const view = tagged(
      () => '"v1"',
      () => ({ body: 'page' }),
    )
    const ask = await bench.serve((call) => {
      asked.push(call.header('if-none-match') !== undefined)
      return view(call)
    }, options)
    await ask('/a')
    advance(60_000 + ms)
    await ask('/a')
    advance(60_000 + ms + 1000)
    await ask('/a')

    expect(asked).toEqual([false, true, false])
  })

  it('keeps nothing to ask by with keep: 0s', async () => {
    const asked: boolean[] = []
    const ask = await bench.serve(
      (call) => {
        asked.push(call.header('if-none-match') !== undefined)
        return { body: 'page', fields: [['ETag', '"v1"']] }
      },
      { keep: '0s' },
    )
    await ask('/a')
    advance(60_000)
    await ask('/a')

    expect(asked).toEqual([false, false])
  })

  describe('of pages with no-cache', () => {
    const noCache: Made['fields'] = [['Cache-Control', 'no-cache']]

    it('asks the view on each request, and serves the page after its 304', async () => {
      const ask = await bench.serve(
        tagged(
          () => '"v1"',
          () => ({ body: `page ${bench.views}`, fields: noCache }),
          () => noCache,
        ),
      )
      await ask('/a')

      const got = [await ask('/a'), await ask('/a'), await ask('/a')]

      const confirmed = 'breakwater; fwd=stale; fwd-status=304'
      for (const each of got) expect(shown(each)).toEqual([200, 'page 1', confirmed])
      expect(bench.views).toBe(4)
    })

    it('shows the new page as soon as its view has one', async () => {
      let etag = '"v1"'
      const ask = await bench.serve(
        tagged(
          () => etag,
          () => ({ body: `page ${bench.views}`, fields: noCache }),
        ),
      )
      await ask('/a')
      await ask('/a')
      etag = '"v2"'

      const bodies = [await ask('/a'), await ask('/a'), await ask('/a')]

      expect(bodies.map((got) => got.body.toString())).toEqual(['page 3', 'page 4', 'page 4'])
      expect(bench.views).toBe(5)
    })

    it('makes none wait for another’s check', async () => {
      const gates = [new Gate(), new Gate()]
      const view = tagged(
        () => '"v1"',
        () => ({ body: 'page', fields: noCache }),
      )
      const ask = await bench.serve(async (call) => {
        const turn = bench.views
        if (turn > 1) await gates[turn - 2]?.opened
        return await view(call)
      })
      await ask('/a')
      const slow = ask.now('/a')
      await expect.poll(() => bench.views).toBe(2)
      gates[1]?.open()

      expect((await ask('/a')).body.toString()).toBe('page')
      gates[0]?.open()
      expect((await slow).body.toString()).toBe('page')
    })

    it('never serves them unasked, neither after an error nor to HEAD', async () => {
      let fails = false
      const view = tagged(
        () => '"v1"',
        () => ({ body: 'page', fields: noCache }),
      )
      const ask = await bench.serve((call) => (fails ? { status: 503 } : view(call)), {
        stale: '1h',
        staleIfError: '1h',
      })
      await ask('/a')
      fails = true

      expect((await ask('/a')).status).toBe(503)
      expect((await ask('/a', {}, 'HEAD')).status).toBe(503)
    })

    it('refuses them without a validator, and with keep: 0s', async () => {
      const plain = await bench.serve(() => ({ body: 'page', fields: noCache }))
      const none = await bench.serve(
        () => ({ body: 'page', fields: [...noCache, ['ETag', '"v1"']] }),
        { keep: '0s' },
      )

      for (const got of [await plain('/a'), await none('/b')]) {
        expect(got.field('cache-status')).toBe('breakwater; fwd=bypass; detail="no-cache"')
      }
    })
  })
})
