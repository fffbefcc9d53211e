// What a view of h3 returns becomes the page, and what it reads of its event tells pages apart, on a server and without one.
import {
  defineHandler,
  fromNodeHandler,
  getCookie,
  getRequestHeaders,
  getRequestIP,
  getRequestURL,
  H3,
  type H3Event,
  HTTPError,
  html,
  toNodeHandler,
} from 'h3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cachePage, neverCache } from '../../../src/http/adapters/h3/index.ts'
import type { PageOptions } from '../../../src/http/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'
import { onServer, Site } from './sites/site.ts'

interface Answer {
  readonly status: number
  readonly body: string
  field(name: string): string | undefined
}
type Ask = (path?: string, headers?: Record<string, string>, method?: string) => Promise<Answer>

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
  vi.unstubAllGlobals()
  await site?.close()
  site = undefined
  await store.close()
})

function cached(options: PageOptions<H3Event> = {}): ReturnType<typeof cachePage<H3Event>> {
  return cachePage<H3Event>(store, '60s', { clock, cacheStatus: true, onError() {}, ...options })
}

/** An application with one page, made by `view`. */
function appOf(view: (event: H3Event) => unknown, options: PageOptions<H3Event> = {}): H3 {
  return new H3({ silent: true }).all(
    '/page',
    (event) => {
      views++
      return view(event)
    },
    { middleware: [cached(options)] },
  )
}

async function onSrvx(app: H3): Promise<Ask> {
  const opened = await Site.open(onServer(toNodeHandler(app)))
  site = opened
  return async (path = '/page', headers = {}, method = 'GET') => {
    const got = await opened.get(path, { headers, method })
    await store.quiet()
    return { status: got.status, body: got.body.toString(), field: (name) => got.field(name) }
  }
}

async function onFetch(app: H3): Promise<Ask> {
  return async (path = '/page', headers = {}, method = 'GET') => {
    const got = await app.request(`http://site.test${path}`, { headers, method })
    const body = await got.text()
    await store.quiet()
    return { status: got.status, body, field: (name) => got.headers.get(name) ?? undefined }
  }
}

describe.each([
  ['a server', onSrvx],
  ['the platform’s own requests', onFetch],
] as const)('a view of h3 on %s', (_where, open) => {
  it.each<readonly [string, (event: H3Event) => unknown]>([
    ['spreads its headers', (event) => getRequestHeaders(event)],
    ['walks over its headers', (event) => [...event.headers]],
    ['copies its headers', (event) => new Headers(event.req.headers)],
    ['reads what a layer took for the address', (event) => getRequestIP(event)],
  ])('that %s is not kept', async (_how, act) => {
    const app = new H3({ silent: true })
    app.use((event) => {
      event.context.clientAddress = '192.0.2.1'
    })
    app.use(cached())
    app.get('/page', (event) => {
      act(event)
      return `page ${++views}`
    })
    const ask = await open(app)
    await ask('/page', { 'x-name': 'ann' })

    expect((await ask('/page', { 'x-name': 'bob' })).body).toBe('page 2')
  })

  it.each<readonly [string, (event: H3Event) => Request]>([
    ['clones its request', (event) => event.req.clone()],
    ['copies its request', (event) => new Request(event.req)],
    [
      'takes what is behind its request',
      (event) => Reflect.get(event.req, '_request') ?? event.req,
    ],
  ])('that %s is never told another’s fields', async (_how, copy) => {
    const ask = await open(appOf((event) => `for ${copy(event).headers.get('x-name')}`))
    await ask('/page', { 'x-name': 'ann' })

    expect((await ask('/page', { 'x-name': 'bob' })).body).not.toContain('ann')
  })

  it.each<readonly [string, (event: H3Event) => string | null | undefined]>([
    ['event.req.headers', (event) => event.req.headers.get('cookie')],
    ['event.headers', (event) => event.headers.get('cookie')],
    [
      'getCookie',
      (event) => (event.req.headers.has('cookie') ? `sid=${getCookie(event, 'sid')}` : null),
    ],
  ])('that reads a cookie by %s is told apart by the field', async (_how, read) => {
    const ask = await open(appOf((event) => `${read(event) ?? 'nobody'} ${views}`))
    const bodies: string[] = []
    for (const sid of ['ann', 'bob', 'ann', 'bob']) {
      bodies.push((await ask('/page', { cookie: `sid=${sid}` })).body)
    }

    expect(bodies.map((body) => body.split(' ')[0])).toEqual([
      'sid=ann',
      'sid=bob',
      'sid=ann',
      'sid=bob',
    ])
    const again = await ask('/page', { cookie: 'sid=bob' })
    expect(again.field('cache-status')).toContain('; hit')
    expect(again.field('vary')?.toLowerCase()).toBe('cookie')
  })

  it('that reads its cookie while its stream is sent is told apart by it', async () => {
    const ask = await open(
      appOf((event) => {
        return ReadableStream.from(
          (async function* late() {
            yield 'for '
            await new Promise((resolve) => setTimeout(resolve, 5))
            yield event.req.headers.get('cookie') ?? 'nobody'
          })(),
        ).pipeThrough(new TextEncoderStream())
      }),
    )
    for (let round = 0; round < 2; round++) {
      expect((await ask('/page', { cookie: 'ann' })).body).toBe('for ann')
      expect((await ask('/page', { cookie: 'bob' })).body).toBe('for bob')
      expect((await ask()).body).toBe('for nobody')
    }
  })

  it('that reads its address is kept', async () => {
    const ask = await open(appOf((event) => `${getRequestURL(event).pathname} ${event.url.host}`))
    await ask('/page', { host: 'site.test' })

    const got = await ask('/page', { host: 'site.test' })

    expect([got.body, views]).toEqual(['/page site.test', 1])
    expect(got.field('vary')).toBeUndefined()
  })

  it('is not told apart by what layers outside read, which see the request as it came', async () => {
    const app = new H3({ silent: true })
    const logged: unknown[] = []
    app.use(async (event, next) => {
      const made = await next()
      logged.push([event.req.headers.get('x-trace'), event.req.headers.get('if-none-match')])
      logged.push([event.url.search, new URL(event.req.url).search])
      return made
    })
    app.use(cached({ allowQuery: ['page'] }))
    app.get('/page', (event) => {
      views++
      return `${event.req.url.split('/page', 2)[1]} ${getRequestURL(event).search} ${event.url.search}`
    })
    const ask = await open(app)

    const first = await ask('/page?utm=x&page=2', { 'x-trace': '1', 'if-none-match': '"x"' })
    const second = await ask('/page?utm=y&page=2', { 'x-trace': '2' })

    expect([first.body, second.body]).toEqual(Array(2).fill('?page=2 ?page=2 ?page=2'))
    expect(views).toBe(1)
    expect(logged).toEqual([
      ['1', '"x"'],
      ['?utm=x&page=2', '?utm=x&page=2'],
      ['2', null],
      ['?utm=y&page=2', '?utm=y&page=2'],
    ])
  })

  it.each<readonly [string, () => unknown, string, string]>([
    ['an object', () => ({ n: 1 }), '{"n":1}', 'application/json;charset=UTF-8'],
    ['text', () => 'text', 'text', 'text/plain;charset=UTF-8'],
    ['html', () => html`<p>${'<'}</p>`, '<p>&lt;</p>', 'text/html; charset=utf-8'],
    ['null', () => null, '', 'text/plain;charset=UTF-8'],
    [
      'a Response',
      () => new Response('r', { headers: { 'x-own': '1' } }),
      'r',
      'text/plain;charset=UTF-8',
    ],
    ['a Blob', () => new Blob(['b'], { type: 'text/b' }), 'b', 'text/b'],
  ])('that returns %s is kept as h3 sends it', async (_kind, make, body, type) => {
    const ask = await open(
      appOf((event) => {
        event.res.headers.set('x-prepared', 'yes')
        return make()
      }),
    )
    const answers = [await ask(), await ask()]

    for (const got of answers) {
      expect([got.status, got.body, got.field('x-prepared')]).toEqual([200, body, 'yes'])
      expect(got.field('content-type')?.toLowerCase()).toBe(type.toLowerCase())
    }
    expect(answers[1]?.field('cache-status')).toContain('; hit')
  })

  it.each<readonly [string, () => unknown, number]>([
    [
      'throws an HTTPError',
      () => {
        throw new HTTPError({ status: 418 })
      },
      418,
    ],
    ['returns one', () => new HTTPError({ status: 410 }), 410],
    [
      'returns what cannot be sent',
      () => {
        const odd: unknown[] = []
        odd.push(odd)
        return odd
      },
      500,
    ],
  ])('that %s leaves the answer to the application', async (_how, act, status) => {
    const app = appOf(act)
    const errors: number[] = []
    Object.assign(app.config, { onError: (error: HTTPError) => void errors.push(error.status) })
    const ask = await open(app)

    expect([(await ask()).status, (await ask()).status]).toEqual([status, status])
    expect(errors).toEqual([status, status])
    expect(views).toBe(2)
  })

  it('that returns nothing is answered as ever, and not kept', async () => {
    const ask = await open(appOf(() => undefined))

    expect([(await ask()).status, (await ask()).status, views]).toEqual([200, 200, 2])
  })

  it('without an application is answered, and kept by nobody', async () => {
    const handler = defineHandler({ middleware: [cached()], handler: () => `page ${++views}` })
    const see = async (): Promise<string> => {
      return await (await handler.fetch(new Request('http://site.test/'))).text()
    }

    expect([await see(), await see()]).toEqual(['page 1', 'page 2'])
  })

  it('leaves a path without a route to the application', async () => {
    const ask = await open(new H3({ silent: true }).use(cached()))

    expect([(await ask()).status, (await ask()).status]).toEqual([404, 404])
  })

  it('what layers outside prepare is theirs on every answer, but for fields of the page', async () => {
    const app = new H3({ silent: true })
    let asked = 0
    app.use((event) => {
      event.res.headers.set('x-request', String(++asked))
      event.res.headers.set('cache-control', 'public, max-age=60')
    })
    app.use(cached({ user: (event) => event.req.headers.get('x-user') }))
    app.get('/page', () => `page ${++views}`)
    const ask = await open(app)

    const first = await ask('/page', { 'x-user': 'ann' })
    const second = await ask('/page', { 'x-user': 'ann' })

    expect([first.field('x-request'), first.body]).toEqual(['1', 'page 1'])
    expect(second.body).toBe('page 1')
    for (const got of [first, second]) expect(got.field('cache-control')).toContain('private')
  })
})

describe('neverCache on h3', () => {
  it.each<readonly [string, () => unknown, number]>([
    ['is returned', () => ({ n: 1 }), 200],
    ['is nothing', () => undefined, 200],
    ['is thrown', () => raise(new HTTPError({ status: 404 })), 404],
    ['is returned as an error', () => new HTTPError({ status: 410 }), 410],
  ])('is said of what %s', async (_how, view, status) => {
    const app = new H3({ silent: true }).get('/page', view, { middleware: [neverCache()] })

    const got = await app.request('http://site.test/page')

    expect(got.status).toBe(status)
    expect(got.headers.get('cache-control')).toContain('no-store')
  })

  it('is said also without an application', async () => {
    const handler = defineHandler({ middleware: [neverCache()], handler: () => 'page' })

    const got = await handler.fetch(new Request('http://site.test/'))

    expect(await got.text()).toBe('page')
    expect(got.headers.get('cache-control')).toContain('no-store')
  })
})

function raise(error: Error): never {
  throw error
}

describe('a view of h3 on node:http', () => {
  it('that looks at the server’s own request or response is not kept', async () => {
    const app = appOf((event) => `${String(event.runtime?.node?.req.headers['x-name'])} ${views}`)
    const ask = await onSrvx(app)

    expect((await ask('/page', { 'x-name': 'ann' })).body).toBe('ann 1')
    expect((await ask('/page', { 'x-name': 'bob' })).body).toBe('bob 2')
  })

  it('that writes to the server’s own response is answered by it, and not kept', async () => {
    const written = fromNodeHandler((_request, response) => {
      response.end(`page ${views}`)
    })
    const ask = await onSrvx(appOf((event) => written(event)))

    expect([(await ask()).body, (await ask()).body]).toEqual(['page 1', 'page 2'])
  })

  it('of a write can read its body at the server', async () => {
    const echo = fromNodeHandler((request, response) => {
      request.pipe(response)
    })
    const opened = await Site.open(onServer(toNodeHandler(appOf((event) => echo(event)))))
    site = opened

    expect((await opened.get('/page', { method: 'POST' })).status).toBe(200)
  })

  it('is sent where another server has put its own Response in the platform’s place', async () => {
    const Native = Response
    class Other extends Native {}
    const ask = await onSrvx(appOf(() => 'page'))
    vi.stubGlobal('Response', Other)

    expect((await ask('/page', {}, 'POST')).body).toBe('page')
    expect([(await ask()).body, (await ask()).body]).toEqual(['page', 'page'])
  })
})
