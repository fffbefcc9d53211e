// Requirement: a page is kept although a part of it is each visitor's own, and that part is rendered for each.
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFragments, perRequest, tag } from '../../src/fragments/index.ts'
import type { Fragments, FragmentsOptions, HoleRenderer } from '../../src/fragments/index.ts'
import { type PageHandler, pageCache, type PageOptions, readCookie } from '../../src/http/index.ts'
import { openCaches } from './open-caches.ts'

const HTML: Readonly<Record<string, string>> = { 'Content-Type': 'text/html; charset=utf-8' }

let opened: ReturnType<typeof openCaches>
let views: number
let errors: unknown[]

beforeEach(() => {
  opened = openCaches()
  views = 0
  errors = []
})

afterEach(async () => {
  await opened.caches.close()
})

/** Who is asking, as the holes of these tests find out. */
const whoAsks = (request: Request): { who: string } => ({
  who: readCookie(request, 'who') ?? 'nobody',
})

const greet: HoleRenderer = (_, context) => `Hi ${(context as { who: string }).who}!`

interface Site {
  readonly fragments: Fragments
  readonly pages: PageHandler
  /** What a request of somebody gets of a view. */
  readonly show: (view: () => Promise<Response>, who?: string) => Promise<string>
}

/** Fragments with a hole that greets, and pages that are kept with it. */
function open(options: FragmentsOptions = {}, more: PageOptions = {}): Site {
  const { holes, ...rest } = options
  const fragments = createFragments(opened.caches, { holes: { greet, ...holes }, ...rest })
  const pages = pageCache(opened.caches.pages, '60s', {
    clock: opened.clock,
    cacheStatus: true,
    holes: fragments.inPages(whoAsks),
    onError: (error) => errors.push(error),
    ...more,
  })
  const show: Site['show'] = async (view, who) => await textOf(pages(ask(who), view))
  return { fragments, pages, show }
}

/** A view whose text is made by `render`, and ends with its number. */
function page(render: () => Promise<string> | string, headers: Record<string, string> = {}) {
  return async (): Promise<Response> => {
    views++
    const text = `${await render()}<p>${views}</p>`
    return new Response(text, { headers: { ...HTML, ...headers } })
  }
}

function ask(who?: string, headers: Record<string, string> = {}, method = 'GET'): Request {
  const cookie: Record<string, string> = who === undefined ? {} : { Cookie: `who=${who}` }
  return new Request('http://site.test/', { method, headers: { ...cookie, ...headers } })
}

async function textOf(answer: Response | Promise<Response>): Promise<string> {
  return await (await answer).text()
}

/** All that lies in the store of the pages. */
async function stored(): Promise<string> {
  const all: unknown[] = []
  for await (const key of opened.caches.pages.keys()) {
    const { value } = await opened.caches.pages.lookup(key)
    all.push(key, { ...(value as object), body: String((value as { body?: unknown }).body) })
  }
  return JSON.stringify(all)
}

describe('a page with a hole', () => {
  it('is made once, and everybody gets a hole of their own', async () => {
    const { fragments, show } = open()
    const view = page(() => fragments.hole('greet'))

    const shown = [await show(view, 'ann'), await show(view, 'bob'), await show(view)]

    expect(shown).toEqual(['Hi ann!<p>1</p>', 'Hi bob!<p>1</p>', 'Hi nobody!<p>1</p>'])
  })

  it('is stored without what stood in it', async () => {
    const { fragments, show } = open()
    await show(
      page(() => fragments.hole('greet', { form: 'f' })),
      'ann',
    )

    const all = await stored()

    expect(all).toContain('<p>1</p>')
    expect(all).toContain('"form":"f"')
    expect(all).not.toContain('ann')
  })

  it('gives each of 64 visitors who wait for it a hole of their own, and its view runs once', async () => {
    const { fragments, show } = open()
    const view = page(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return await fragments.hole('greet')
    })
    const visitors = Array.from({ length: 64 }, (_, index) => `v${index}`)

    const shown = await Promise.all(visitors.map((who) => show(view, who)))

    expect(shown).toEqual(visitors.map((who) => `Hi ${who}!<p>1</p>`))
    expect(views).toBe(1)
  })

  it('may have many of them, side by side, empty, at both ends, and in any script', async () => {
    const { fragments, pages } = open({ holes: { empty: () => '', script: () => '山→é' } })
    const view = async (): Promise<Response> => {
      views++
      const [a, b, c, d] = await Promise.all(
        ['greet', 'script', 'empty', 'greet'].map((name) => fragments.hole(name)),
      )
      return new Response(`${a}${b}–ü–${c}${d}`, { headers: HTML })
    }

    const shown = [await textOf(pages(ask('ann'), view)), await textOf(pages(ask('bob'), view))]

    expect(shown).toEqual(['Hi ann!山→é–ü–Hi ann!', 'Hi bob!山→é–ü–Hi bob!'])
    expect(views).toBe(1)
  })

  it('is selected by what its view reads, and not by what its holes read', async () => {
    const { fragments, pages } = open()
    const show = async (theme: string, who: string): Promise<string> => {
      const request = ask(undefined, { Cookie: `theme=${theme}; who=${who}` })
      return await textOf(
        pages(request, async (given) => {
          views++
          const text = `${readCookie(given, 'theme')}: ${await fragments.hole('greet')}`
          return new Response(text, { headers: HTML })
        }),
      )
    }

    const shown = [
      await show('dark', 'ann'),
      await show('dark', 'bob'),
      await show('light', 'bob'),
      await show('light', 'ann'),
    ]

    expect(shown).toEqual(['dark: Hi ann!', 'dark: Hi bob!', 'light: Hi bob!', 'light: Hi ann!'])
    expect(views).toBe(2)
  })

  it('has the tags of its view, and not those of its holes', async () => {
    const { fragments, show } = open({
      holes: {
        basket: () => {
          tag('basket')
          return 'basket'
        },
      },
    })
    const view = page(async () => {
      tag('products')
      return await fragments.hole('basket')
    })
    await show(view)
    await opened.caches.pages.invalidateTags(['basket'])
    const before = await show(view)
    await opened.caches.pages.invalidateTags(['products'])

    const after = await show(view)

    expect([before, after]).toEqual(['basket<p>1</p>', 'basket<p>2</p>'])
  })

  it('shows what a purge has left of it, however long its holes take', async () => {
    let go!: () => void
    const opening = new Promise<void>((resolve) => (go = resolve))
    let begun!: () => void
    const begins = new Promise<void>((resolve) => (begun = resolve))
    const slow = async (): Promise<string> => {
      if (views > 0) begun()
      if (views > 0) await opening
      return 'slow'
    }
    const { fragments, show } = open({ holes: { slow } })
    const view = async (): Promise<Response> => {
      const text = await fragments.hole('slow')
      views++
      tag('products')
      return new Response(`${text} ${views}`, { headers: HTML })
    }
    await show(view)
    const early = show(view)
    await begins
    await opened.caches.pages.invalidateTags(['products'])
    go()

    const late = await show(view)

    expect([await early, late]).toEqual(['slow 1', 'slow 2'])
  })

  it('asks once for what is known of a request, and not where a page has no hole', async () => {
    let asked = 0
    const fragments = createFragments(opened.caches, { holes: { greet } })
    const holes = fragments.inPages((request) => {
      asked++
      return whoAsks(request)
    })
    const pages = pageCache(opened.caches.pages, '60s', { clock: opened.clock, holes })
    const two = page(async () => (await fragments.hole('greet')) + (await fragments.hole('greet')))

    await pages(ask('ann'), two)
    const afterMiss = asked
    const shown = await textOf(pages(ask('bob'), two))
    const afterHit = asked
    await pages(new Request('http://site.test/other'), async () => new Response('none'))

    expect([afterMiss, afterHit, asked]).toEqual([1, 2, 2])
    expect(shown).toBe('Hi bob!Hi bob!<p>1</p>')
  })

  it('is served stale with a hole of today while it is made anew', async () => {
    const { fragments, show } = open({}, { stale: '10m' })
    const view = page(() => fragments.hole('greet'))
    await show(view, 'ann')
    opened.clock.advance(61_000)

    const stale = await show(view, 'bob')
    await new Promise((resolve) => setImmediate(resolve))
    const anew = await show(view, 'eve')

    expect([stale, anew]).toEqual(['Hi bob!<p>1</p>', 'Hi eve!<p>2</p>'])
  })

  it('leaves pages without one as they are', async () => {
    const { pages } = open()
    const view = page(() => 'plain')
    await pages(ask(), view)

    const known = await pages(ask(), view)
    const again = await pages(
      ask(undefined, { 'If-None-Match': known.headers.get('etag') ?? '' }),
      view,
    )

    expect(known.headers.get('cache-control')).toBeNull()
    expect(again.status).toBe(304)
  })
})

describe('a page with a hole, on its way out', () => {
  const said = {
    'Cache-Control': 'public, max-age=600, s-maxage=60',
    'CDN-Cache-Control': 'max-age=60',
    'Surrogate-Control': 'max-age=60',
    'Surrogate-Key': 'products',
    Expires: 'Thu, 01 Jan 2099 00:00:00 GMT',
    'Last-Modified': 'Thu, 01 Jan 2015 00:00:00 GMT',
    ETag: '"view"',
    'Content-Digest': 'sha-256=:AA==:',
    'Accept-Ranges': 'bytes',
    'X-Own': 'stays',
  }

  it.for([['miss'], ['hit']] as const)('is for no cache outside, on a %s', async ([what]) => {
    const { fragments, pages } = open()
    const view = page(() => fragments.hole('greet'), said)
    if (what === 'hit') await pages(ask('ann'), view)

    const answer = await pages(ask('bob'), view)

    expect(answer.headers.get('cache-control')).toBe('private, no-cache')
    expect(answer.headers.get('x-own')).toBe('stays')
    const gone = ['cdn-cache-control', 'surrogate-control', 'surrogate-key', 'expires']
    gone.push('last-modified', 'content-digest', 'accept-ranges', 'age')
    expect(gone.filter((name) => answer.headers.has(name))).toEqual([])
    expect(answer.headers.get('etag')).not.toBe('"view"')
    expect(await answer.text()).toBe('Hi bob!<p>1</p>')
  })

  it('keeps the words that ask for more than that', async () => {
    const { fragments, pages } = open()
    const view = page(() => fragments.hole('greet'), {
      'CDN-Cache-Control': 'max-age=60',
      'Cache-Control': 'no-store, no-transform',
    })
    await pages(ask('ann'), view)

    const answer = await pages(ask('bob'), view)

    expect(answer.headers.get('cache-control')).toBe('private, no-cache, no-store, no-transform')
    expect(await answer.text()).toBe('Hi bob!<p>1</p>')
  })

  it('says the same to HEAD as to GET', async () => {
    const { fragments, pages } = open()
    const view = page(() => fragments.hole('greet'), said)
    await pages(ask('ann'), view)

    const get = await pages(ask('bob'), view)
    const head = await pages(ask('bob', {}, 'HEAD'), view)

    expect([...head.headers]).toEqual([...get.headers])
    expect(head.headers.get('content-length')).toBe('15')
    expect(await head.text()).toBe('')
  })

  it('is 304 to whom its very bytes are known, and to nobody else', async () => {
    const { fragments, pages } = open()
    const view = page(() => fragments.hole('greet'), { 'Content-Location': '/here' })
    await pages(ask('ann'), view)
    const known = await pages(ask('ann'), view)
    const etag = { 'If-None-Match': known.headers.get('etag') ?? 'none' }

    const same = await pages(ask('ann', etag), view)
    const other = await pages(ask('bob', etag), view)

    expect([same.status, await same.text()]).toEqual([304, ''])
    expect(same.headers.get('etag')).toBe(known.headers.get('etag'))
    expect(same.headers.get('cache-control')).toBe('private, no-cache')
    expect(same.headers.get('content-location')).toBe('/here')
    expect(same.headers.get('content-type')).toBeNull()
    expect([other.status, await other.text()]).toEqual([200, 'Hi bob!<p>1</p>'])
  })

  it('is never 304 by a date', async () => {
    const { fragments, pages } = open()
    const view = page(() => fragments.hole('greet'), said)
    await pages(ask('ann'), view)

    const answer = await pages(
      ask('bob', { 'If-Modified-Since': new Date(opened.clock.now() + 60_000).toUTCString() }),
      view,
    )

    expect([answer.status, await answer.text()]).toEqual([200, 'Hi bob!<p>1</p>'])
  })

  it('is never cut', async () => {
    const { fragments, pages } = open()
    const view = page(() => fragments.hole('greet'), said)
    const range = { Range: 'bytes=0-3', 'Accept-Encoding': 'identity' }
    await pages(ask('ann', range), view)

    const answer = await pages(ask('bob', range), view)

    expect([answer.status, await answer.text()]).toEqual([200, 'Hi bob!<p>1</p>'])
    expect(answer.headers.has('content-range')).toBe(false)
  })

  it('has no compressed bodies', async () => {
    const { fragments, pages } = open({}, { compress: { threshold: '1b' } })
    const long = 'long '.repeat(1000)
    const view = page(async () => (await fragments.hole('greet')) + long)
    const coded = { 'Accept-Encoding': 'gzip, br' }
    await pages(ask('ann', coded), view)

    const answer = await pages(ask('bob', coded), view)

    expect(answer.headers.has('content-encoding')).toBe(false)
    expect(await answer.text()).toBe(`Hi bob!${long}<p>1</p>`)
  })
})

describe('a page with a hole is not kept', () => {
  const bypassed = /fwd=bypass; detail=/

  /** What two visitors get of a page that its view makes for each. */
  async function twice(site: Site, view: () => Promise<Response>): Promise<(string | null)[]> {
    const first = await site.pages(ask('ann'), view)
    const second = await site.pages(ask('bob'), view)
    expect([await first.text(), await second.text()]).toEqual([
      'Hi ann!<p>1</p>',
      'Hi bob!<p>2</p>',
    ])
    return [first, second].map((answer) => answer.headers.get('cache-status'))
  }

  it('where option holes does not say what its holes may show', async () => {
    const site = open({ holes: { own: () => `Hi ${views === 1 ? 'ann' : 'bob'}!` } }, { holes: [] })

    const said = await twice(
      site,
      page(() => site.fragments.hole('own')),
    )

    expect(said[0]).toContain('what is rendered each time')
  })

  it.for([
    ['private', { 'Cache-Control': 'private' }],
    ['no-store', { 'Cache-Control': 'no-store' }],
    ['no-cache', { 'Cache-Control': 'no-cache', ETag: '"v"' }],
    ['set-cookie', { 'Set-Cookie': 'sid=1' }],
  ] as const)('where the view says %s', async ([, headers]) => {
    const site = open()

    const said = await twice(
      site,
      page(() => site.fragments.hole('greet'), headers),
    )

    expect(said[0]).toMatch(bypassed)
  })

  it('of which a hole is of one fragment alone', async () => {
    const site = open()
    const view = page(() =>
      site.fragments.fragment('box', [], () => site.fragments.hole('own'), {
        holes: { own: greet },
      }),
    )

    const said = await twice(site, view)

    expect(said[0]).toContain('what is rendered each time')
  })

  it('that gives a hole what is one visitor’s own', async () => {
    const own: HoleRenderer = (args) => [(args as { text: string }).text].join('')
    const site = open({ holes: { own } }, { onPersonal: 'skip' })
    const view = page(() => {
      const text = perRequest(`Hi ${views === 1 ? 'ann' : 'bob'}!`, 'greeting')
      return site.fragments.hole('own', { text })
    })

    const said = await twice(site, view)

    expect(said[0]).toContain('greeting')
    expect(await stored()).not.toContain('Hi ann')
  })

  it('that gives a hole what no store can hold', async () => {
    const site = open({
      holes: { own: (args) => (args as { say: () => string }).say() },
    })
    const args: { say: () => string; self?: unknown } = {
      say: () => `Hi ${views === 1 ? 'ann' : 'bob'}!`,
    }
    args.self = args

    const said = await twice(
      site,
      page(() => site.fragments.hole('own', args)),
    )

    expect(said[0]).toContain('what is rendered each time')
  })

  it('where it stands within another page, which is not kept either', async () => {
    const site = open()
    const inner = page(() => site.fragments.hole('greet'))
    const around = pageCache(opened.caches.pages, '60s', {
      clock: opened.clock,
      cacheStatus: true,
      prefix: 'around',
    })
    const show = async (who: string): Promise<Response> => {
      return await around(ask(who), async () => {
        const text = await textOf(site.pages(ask(who), inner))
        return new Response(`<div>${text}</div>`, { headers: HTML })
      })
    }

    const answers = [await show('ann'), await show('bob'), await show('eve')]

    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual([
      '<div>Hi ann!<p>1</p></div>',
      '<div>Hi bob!<p>1</p></div>',
      '<div>Hi eve!<p>1</p></div>',
    ])
    expect(answers[2]?.headers.get('cache-status')).toContain('what is rendered each time')
  })

  it('of another type than markup, in which what is quoted stays so', async () => {
    const quoted = (): string => `"${views}"`
    const { fragments, pages } = open({ holes: { quoted } })
    const view = async (): Promise<Response> => {
      views++
      return Response.json({ html: await fragments.hole('quoted') })
    }

    const answers = [await pages(ask('ann'), view), await pages(ask('bob'), view)]

    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
      { html: '"1"' },
      { html: '"2"' },
    ])
  })
})

describe('a page that shows what is one request’s own', () => {
  const view = (token: string, headers: Record<string, string> = {}) =>
    page(() => [perRequest(token, 'csrf token')].join(''), headers)

  it('is an error outside production, which says what to do', async () => {
    const { pages } = open({}, { onPersonal: 'throw' })

    const answer = await pages(ask(), view('s3cret'))

    expect(answer.status).toBe(500)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const text = await answer.text()
    expect(text).toContain('shows csrf token')
    expect(text).toContain("option 'holes'")
    expect(text).not.toContain('s3cret')
    expect(errors).toEqual([expect.objectContaining({ code: 'E_PERSONAL' })])
  })

  it('is not kept in production, and an event says why', async () => {
    const { pages } = open({}, { onPersonal: 'skip' })
    const refused: unknown[] = []
    ;(pages as unknown as { on: (name: string, tell: (event: unknown) => void) => void }).on(
      'refuse',
      (event) => refused.push(event),
    )

    const shown = [await textOf(pages(ask(), view('t1'))), await textOf(pages(ask(), view('t2')))]

    expect(shown).toEqual(['t1<p>1</p>', 't2<p>2</p>'])
    expect(refused[0]).toEqual(expect.objectContaining({ reason: 'shows csrf token' }))
  })

  it.for([
    ['is private', { 'Cache-Control': 'private' }],
    ['is for nobody', { 'Cache-Control': 'no-store' }],
    ['sets its cookie', { 'Set-Cookie': 'csrf=1' }],
  ] as const)('is no error where the page %s', async ([, headers]) => {
    const { pages } = open({}, { onPersonal: 'throw' })

    const answer = await pages(ask(), view('t1', headers))

    expect([answer.status, await answer.text()]).toEqual([200, 't1<p>1</p>'])
  })

  it('may show it in a hole', async () => {
    let tokens = 0
    const csrf: HoleRenderer = () => [perRequest(`t${++tokens}`, 'csrf token')].join('')
    const { fragments, show } = open({ holes: { csrf } }, { onPersonal: 'throw' })
    const form = page(() => fragments.hole('csrf'))

    const shown = [await show(form), await show(form)]

    expect(shown).toEqual(['t1<p>1</p>', 't2<p>1</p>'])
  })
})

describe('a hole of a stored page', () => {
  it('that fails leaves the answer to the view, which says what is wrong', async () => {
    let broken = false
    const own: HoleRenderer = () => {
      if (broken) throw new Error('no greeting today')
      return 'Hi!'
    }
    const { fragments, pages, show } = open({ holes: { own } })
    const view = page(() => fragments.hole('own'))
    await show(view, 'ann')
    broken = true

    const answer = pages(ask('bob'), view)

    await expect(answer).rejects.toThrow('no greeting today')
    broken = false
    expect(await show(view, 'eve')).toBe('Hi!<p>1</p>')
    expect(errors.map(String)).toEqual(['Error: no greeting today'])
  })

  it('that fails while the page is made is its view’s failure, and nothing is kept', async () => {
    const own: HoleRenderer = () => {
      throw new Error('no greeting today')
    }
    const { fragments, pages } = open({ holes: { own } })

    const answer = pages(
      ask('ann'),
      page(() => fragments.hole('own')),
    )

    await expect(answer).rejects.toThrow('no greeting today')
    expect(await stored()).not.toContain('"kind":"page"')
  })

  it.for([
    ['is not there any more', {}],
    ['is made by other code', { own: () => 'Hello!' }],
  ] as const)('that %s makes the page a miss, and never a page with a gap', async ([, holes]) => {
    const before = open({ holes: { own: () => 'Hi!' } })
    await before.show(page(() => before.fragments.hole('own')))
    const deployed = open({ holes: { ...holes, other: () => 'other' } })
    const view = page(() => deployed.fragments.hole('other'))

    const first = await deployed.pages(ask(), view)
    await new Promise((resolve) => setImmediate(resolve))
    const shown = [await first.text(), await deployed.show(view), await deployed.show(view)]

    expect(first.headers.get('cache-status')).toContain('hole unknown')
    expect(shown).toEqual(['other<p>2</p>', 'other<p>3</p>', 'other<p>3</p>'])
  })

  it('is a miss, too, where the cache is told of no holes', async () => {
    const before = open()
    await before.show(page(() => before.fragments.hole('greet')))
    const deployed = open({}, { holes: [] })

    const shown = await deployed.show(page(() => 'plain'))

    expect(shown).toBe('plain<p>2</p>')
  })

  it('is part of the page in a fragment, and in a fragment in a fragment', async () => {
    const { fragments, show } = open()
    const inner = (): Promise<string> =>
      fragments.fragment('inner', [], async () => `(${await fragments.hole('greet')})`)
    const view = page(() => fragments.fragment('outer', [], async () => `[${await inner()}]`))

    const shown = [await show(view, 'ann'), await show(view, 'bob')]
    await opened.caches.pages.clear()
    shown.push(await show(view, 'eve'), await show(view, 'ann'))

    expect(shown).toEqual([
      '[(Hi ann!)]<p>1</p>',
      '[(Hi bob!)]<p>1</p>',
      '[(Hi eve!)]<p>2</p>',
      '[(Hi ann!)]<p>2</p>',
    ])
  })

  it('may show fragments, which may have holes', async () => {
    const holes: Record<string, HoleRenderer> = {
      menu: async () =>
        await fragments.fragment('menu', [], async () => `menu of ${await fragments.hole('name')}`),
      name: () => 'all',
    }
    const { fragments, show } = open({ holes })
    const view = page(() => fragments.hole('menu'))

    const shown = [await show(view), await show(view)]

    expect(shown).toEqual(['menu of all<p>1</p>', 'menu of all<p>1</p>'])
  })

  it('sees what is known of the request also where the page is not kept', async () => {
    const { fragments, show } = open({}, { when: () => true })
    const view = page(() => fragments.hole('greet'), { 'Cache-Control': 'private' })

    const shown = [await show(view, 'ann'), await show(view, 'bob')]

    expect(shown).toEqual(['Hi ann!<p>1</p>', 'Hi bob!<p>2</p>'])
  })
})

describe('a hole in a stream', () => {
  /** Sends each text by itself. */
  function streamOf(texts: AsyncIterable<string> | Iterable<string>): Response {
    const encoder = new TextEncoder()
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        for await (const text of texts) controller.enqueue(encoder.encode(text))
        controller.close()
      },
    })
    return new Response(body, { headers: HTML })
  }

  it('is filled wherever its parts are cut', async () => {
    const { fragments, show } = open()
    const view = async (): Promise<Response> => {
      views++
      return streamOf(`<${await fragments.hole('greet')}|${await fragments.hole('greet')}> bw`)
    }

    const shown = [await show(view, 'ann'), await show(view, 'bob')]

    expect(shown).toEqual(['<Hi ann!|Hi ann!> bw', '<Hi bob!|Hi bob!> bw'])
    expect(views).toBe(1)
  })

  it('may come after the head where there was one before it', async () => {
    const { fragments, show } = open()
    const view = async (): Promise<Response> => {
      views++
      const first = await fragments.hole('greet')
      async function* texts(): AsyncGenerator<string> {
        yield first
        await new Promise((resolve) => setImmediate(resolve))
        yield `and ${await fragments.hole('greet')}`
      }
      return streamOf(texts())
    }

    const shown = [await show(view, 'ann'), await show(view, 'bob')]

    expect(shown).toEqual(['Hi ann!and Hi ann!', 'Hi bob!and Hi bob!'])
    expect(views).toBe(1)
  })

  it('keeps the page from being kept where it is the first, and the head has been sent', async () => {
    const { fragments, show } = open()
    const view = async (): Promise<Response> => {
      views++
      async function* texts(): AsyncGenerator<string> {
        yield 'first '
        await new Promise((resolve) => setImmediate(resolve))
        yield await fragments.hole('greet')
      }
      return streamOf(texts())
    }

    const shown = [await show(view, 'ann'), await show(view, 'bob')]

    expect(shown).toEqual(['first Hi ann!', 'first Hi bob!'])
    expect(views).toBe(2)
  })
})

describe('what stands for a hole', () => {
  it('cannot be made by what a page shows', async () => {
    const { fragments, show } = open()
    let seen = ''
    await show(
      page(
        async () => {
          seen = await fragments.hole('greet')
          return seen
        },
        { 'Cache-Control': 'private' },
      ),
      'ann',
    )
    opened.clock.advance(20_000)
    const view = page(async () => `${seen}|${await fragments.hole('greet')}`)

    const shown = [await show(view, 'bob'), await show(view, 'eve')]

    expect(shown).toEqual([`${seen}|Hi bob!<p>2</p>`, `${seen}|Hi eve!<p>2</p>`])
  })

  it.for([
    ['made of capitals', (text: string) => text.toUpperCase()],
    ['cut', (text: string) => text.slice(0, 20)],
  ] as const)('is an error where it was %s, and nothing is kept', async ([, change]) => {
    const { fragments, show } = open()
    const view = page(async () => change(await fragments.hole('greet')))

    await expect(show(view, 'ann')).rejects.toThrow(expect.objectContaining({ code: 'E_TEMPLATE' }))
    expect(await stored()).not.toContain('"kind":"page"')
  })

  it('is an error where the view has compressed it', async () => {
    const { fragments, show } = open()
    const view = async (): Promise<Response> => {
      const body = gzipSync(await fragments.hole('greet'))
      return new Response(body, { headers: { ...HTML, 'Content-Encoding': 'gzip' } })
    }

    expect(await show(view, 'ann')).toContain('compressed')
    expect(errors).toEqual([expect.objectContaining({ code: 'E_TEMPLATE' })])
  })
})

describe('inPages', () => {
  it('refuses what is no function, and the cache what is not of its making', () => {
    const { fragments } = open()

    expect(() => fragments.inPages('user' as never)).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }),
    )
    expect(() => pageCache(opened.caches.pages, '60s', { holes: fragments as never })).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }),
    )
  })
})
