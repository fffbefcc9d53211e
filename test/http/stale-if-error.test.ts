// A page past its life, and a view that fails to make it anew. RFC 5861 §4.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Gate, PagesBench, shown, SITES } from './pages-bench.ts'
import type { Made, View } from './site.ts'

describe.each(SITES)('stale-if-error on %s, over %s', (name, _kind, openSite, openStore) => {
  let bench: PagesBench
  /** What the view does from its second run on. */
  let later: View
  const advance = (ms: number): void => bench.clock.advance(ms)

  beforeEach(() => {
    bench = new PagesBench(openSite, openStore)
  })
  afterEach(async () => {
    await bench.close()
  })

  /** The view makes one good page, and then does as `later` says. */
  function first(fields: Made['fields'] = []): View {
    return (call) => {
      if (bench.views === 1) return { body: 'the good page', fields }
      return later(call)
    }
  }

  it.each([500, 502, 503, 504])('serves the page in place of %i', async (status) => {
    later = () => ({
      status,
      body: 'an error page',
      fields: [
        ['X-Error', 'yes'],
        ['Set-Cookie', 'sid=1'],
      ],
    })
    const ask = await bench.serve(first([['X-Page', 'yes']]), { staleIfError: '1h' })
    await ask('/a')
    advance(70_000)

    const got = await ask('/a')

    expect(shown(got)).toEqual([
      200,
      'the good page',
      `breakwater; fwd=stale; fwd-status=${status}`,
    ])
    expect([got.field('x-page'), got.field('age'), got.field('content-length')]).toEqual([
      'yes',
      '70',
      '13',
    ])
    expect([got.field('x-error'), got.field('set-cookie')]).toEqual([undefined, undefined])
  })

  it('serves it in place of what the view throws, and tells onError', async () => {
    const errors: unknown[] = []
    const failure = new Error('The database is down.')
    later = () => {
      throw failure
    }
    const ask = await bench.serve(first(), {
      staleIfError: '1h',
      onError: (error) => errors.push(error),
    })
    await ask('/a')
    advance(70_000)

    const got = await ask('/a')

    expect([got.status, got.body.toString()]).toEqual([200, 'the good page'])
    // Hono and Express make a page of it, which is what the cache sees, and have heard of it themselves.
    const isSeen = name === 'the core'
    const said = isSeen ? 'detail="the view failed"' : 'fwd-status=500'
    expect(got.field('cache-status')).toBe(`breakwater; fwd=stale; ${said}`)
    expect(errors).toEqual(isSeen ? [failure] : [])
  })

  it.each<readonly [string, number]>([
    ['404', 404],
    ['501', 501],
    ['403', 403],
  ])('lets %s pass', async (_what, status) => {
    later = () => ({ status, body: 'told so' })
    const ask = await bench.serve(first(), { staleIfError: '1h' })
    await ask('/a')
    advance(70_000)

    const got = await ask('/a')

    expect([got.status, got.body.toString()]).toEqual([status, 'told so'])
  })

  it.each<readonly [string, NonNullable<Made['fields']>, object, number]>([
    ['the option', [], { staleIfError: '30s' }, 30_000],
    ['the view', [['Cache-Control', 'max-age=60, stale-if-error=30']], {}, 30_000],
    [
      'the view, over the option',
      [['Cache-Control', 'max-age=60, stale-if-error=30']],
      { staleIfError: '1h' },
      30_000,
    ],
    ['CDN-Cache-Control', [['CDN-Cache-Control', 'max-age=60, stale-if-error=30']], {}, 30_000],
    [
      'CDN-Cache-Control, over Cache-Control',
      [
        ['Cache-Control', 'max-age=60, stale-if-error=3000'],
        ['CDN-Cache-Control', 'max-age=60, stale-if-error=30'],
      ],
      {},
      30_000,
    ],
  ])('for as long as %s says', async (_who, fields, options, windowMs) => {
    later = () => ({ status: 503, body: 'an error page' })
    const ask = await bench.serve(first(fields), options)
    await ask('/a')
    advance(60_000 + windowMs - 1000)
    const inside = await ask('/a')
    advance(1000)
    const outside = await ask('/a')

    expect([inside.status, inside.body.toString()]).toEqual([200, 'the good page'])
    expect([outside.status, outside.body.toString()]).toEqual([503, 'an error page'])
  })

  it.each(['must-revalidate', 'proxy-revalidate', 's-maxage=60'])(
    'never where the view forbids it: %s',
    async (word) => {
      later = () => ({ status: 503, body: 'an error page' })
      const fields: Made['fields'] = [
        ['Cache-Control', `max-age=60, ${word}, stale-if-error=3600`],
        ['ETag', '"v1"'],
      ]
      const ask = await bench.serve(first(fields), { staleIfError: '1h' })
      await ask('/a')
      advance(70_000)

      expect((await ask('/a')).status).toBe(503)
    },
  )

  it('does not by itself serve a stale page while the view works', async () => {
    later = () => ({ body: 'a new page' })
    const ask = await bench.serve(first(), { staleIfError: '1h' })
    await ask('/a')
    advance(70_000)

    expect((await ask('/a')).body.toString()).toBe('a new page')
  })

  it('leaves a view that has failed alone for five seconds, and then asks it again', async () => {
    later = () => ({ status: 503 })
    const ask = await bench.serve(first(), { staleIfError: '1h' })
    await ask('/a')
    advance(70_000)
    await ask('/a')

    advance(4000)
    const held = [await ask('/a'), await ask('/a'), await ask('/a', {}, 'HEAD')]
    const before = bench.views
    later = () => ({ body: 'a new page' })
    advance(1000)
    const recovered = await ask('/a')

    for (const got of held) {
      expect(got.status).toBe(200)
      expect(got.field('cache-status')).toBe('breakwater; hit; ttl=-14; detail="status 503"')
    }
    expect(before).toBe(2)
    expect(recovered.body.toString()).toBe('a new page')
    expect((await ask('/a')).field('cache-status')).toBe('breakwater; hit; ttl=60')
  })

  it('serves it to all who waited for the view that failed, which runs once', async () => {
    const gate = new Gate()
    later = async () => {
      await gate.opened
      return { status: 503 }
    }
    const ask = await bench.serve(first(), { staleIfError: '1h' })
    await ask('/a')
    advance(70_000)
    const asking = Array.from({ length: 6 }, () => ask.now('/a'))
    await bench.store.askedTimes(12)
    gate.open()

    const got = await Promise.all(asking)

    expect(got.map((each) => each.status)).toEqual(Array(6).fill(200))
    expect(got.map((each) => each.body.toString())).toEqual(Array(6).fill('the good page'))
    expect(bench.views).toBe(2)
  })

  it('does not serve what was invalidated while the view failed to anyone after it', async () => {
    const gate = new Gate()
    const began = new Gate()
    later = async () => {
      began.open()
      await gate.opened
      return { status: 503, body: 'an error page' }
    }
    const ask = await bench.serve(first(), { staleIfError: '1h', tags: ['products'] })
    await ask('/a')
    advance(70_000)
    const led = ask.now('/a')
    await began.opened
    await bench.store.invalidateTags(['products'])
    gate.open()
    await led
    await bench.store.quiet()

    const got = await ask('/a')

    expect([got.status, got.body.toString()]).toEqual([503, 'an error page'])
  })

  it('drops a page that it serves so with its tags', async () => {
    later = () => ({ status: 503, body: 'an error page' })
    const ask = await bench.serve(first(), { staleIfError: '1h', tags: ['products'] })
    await ask('/a')
    advance(70_000)
    expect((await ask('/a')).body.toString()).toBe('the good page')

    await bench.store.invalidateTags(['products'])

    expect((await ask('/a')).status).toBe(503)
  })

  it('cannot take back an error after the first bytes', async () => {
    later = () => ({ body: breaking() })
    const ask = await bench.serve(first(), { staleIfError: '1h' })
    await ask('/a')
    advance(70_000)

    await expect(ask('/a')).rejects.toThrow(/broke off|aborted|hang up|ECONNRESET/)
  })

  it('answers a client that has the page with 304', async () => {
    later = () => ({ status: 503 })
    const ask = await bench.serve(first([['ETag', '"v1"']]), { staleIfError: '1h' })
    await ask('/a')
    advance(70_000)

    const got = await ask('/a', { 'if-none-match': '"v1"' })

    expect([got.status, got.body.length, got.field('etag')]).toEqual([304, 0, '"v1"'])
  })

  it('keeps users apart', async () => {
    const ask = await bench.serve(
      (call) => {
        const user = call.header('x-user') ?? ''
        if (bench.views > 1) return { status: 503, body: 'an error page' }
        return { body: `for ${user}`, fields: [['Vary', 'X-User']] }
      },
      { staleIfError: '1h' },
    )
    await ask('/a', { 'x-user': 'ann' })
    advance(70_000)

    const bob = await ask('/a', { 'x-user': 'bob' })
    const ann = await ask('/a', { 'x-user': 'ann' })

    expect([bob.status, bob.body.toString()]).toEqual([503, 'an error page'])
    expect([ann.status, ann.body.toString()]).toEqual([200, 'for ann'])
  })
})

async function* breaking(): AsyncGenerator<Buffer, void> {
  yield Buffer.from('head ')
  await new Promise((resolve) => setImmediate(resolve))
  throw new Error('The body broke off.')
}
