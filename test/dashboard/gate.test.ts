// Who may come in, and which acts were meant.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCaches, type Caches, memory } from '../../src/index.ts'
import { type Dashboard, dashboard, type DashboardOptions } from '../../src/dashboard/index.ts'
import { ask, doAct, ORIGIN, post, question, SAME_ORIGIN, text } from './asking.ts'

let caches: Caches
const opened: Dashboard[] = []

function open(options: Partial<DashboardOptions> = {}): Dashboard {
  const board = dashboard({ caches, ...options })
  opened.push(board)
  return board
}

beforeEach(() => {
  caches = createCaches({ default: { store: memory() } })
})

afterEach(async () => {
  delete process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'test'
  for (const board of opened.splice(0)) board.close()
  await caches.close()
})

const EVERYTHING = [
  '/',
  '/families',
  '/key?alias=default&key=a',
  '/live?page=',
  '/audit.json',
  '/confirm?act=clear&alias=default',
  '/assets/dashboard.css',
  '/nowhere',
]

function failing(): never {
  throw new Error('the session store is away')
}

describe('authorize', () => {
  it('is needed in production: without it everything is refused, with an explanation', async () => {
    process.env['NODE_ENV'] = 'production'
    const board = open()

    const answers = await Promise.all(EVERYTHING.map((path) => ask(board, path)))

    expect(answers.map(({ status }) => status)).toEqual(EVERYTHING.map(() => 403))
    expect(await answers[0]?.text()).toContain('authorize: (request')
  })

  it('may be left out in development, for this machine alone', async () => {
    const board = open()

    const own = await ask(board, '/')
    const rebound = await ask(board, '/', { host: 'evil.example' })
    const tunnelled = await ask(board, '/', { 'x-forwarded-for': '203.0.113.7' })

    expect([own.status, rebound.status, tunnelled.status]).toEqual([200, 403, 403])
  })

  it.for<[string, NonNullable<DashboardOptions['authorize']>]>([
    ['false', () => false],
    ['nothing', () => undefined],
    ['an empty name', () => ''],
    ['true, which is no name', () => true as never],
    ['a throw', failing],
    ['a rejection', () => Promise.reject(new Error('away'))],
  ])('lets nobody in by %s, not even to the style sheet', async ([, authorize]) => {
    const board = open({ authorize })

    const answers = await Promise.all(EVERYTHING.map((path) => ask(board, path)))

    expect(answers.map(({ status }) => status)).toEqual(EVERYTHING.map(() => 403))
    expect(await answers[0]?.text()).not.toContain('away')
  })

  it('is given the request and what the framework knows, and names who acts', async () => {
    const seen: unknown[] = []
    const board = open({
      authorize: (request, native) => {
        seen.push(request.headers.get('cookie'), native)
        return 'ada'
      },
    })

    const page = await board.fetch(
      new Request(`${ORIGIN}/`, { headers: { cookie: 'sid=1' } }),
      'context',
    )

    expect(await page.text()).toContain('ada')
    expect(seen).toEqual(['sid=1', 'context'])
  })

  it('may answer something else instead, which no cache keeps', async () => {
    const login = new Response(null, {
      status: 302,
      headers: { location: '/login', 'cache-control': 'public' },
    })
    const board = open({ authorize: () => login })

    const answer = await ask(board, '/')

    expect([
      answer.status,
      answer.headers.get('location'),
      answer.headers.get('cache-control'),
    ]).toEqual([302, '/login', 'no-store'])
  })

  it('decides anew for each request', async () => {
    let admitted = true
    const board = open({ authorize: () => admitted && 'ada' })
    const fields = await question(board, { act: 'clear', alias: 'default' })
    admitted = false

    const answer = await post(board, { ...fields, typed: 'default' })

    expect(answer.status).toBe(403)
  })
})

describe('an act', () => {
  beforeEach(async () => {
    await caches.default.set('a', 1)
  })

  const stillThere = async (): Promise<boolean> => await caches.default.has('a')

  it.for([
    ['from another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['from another origin of this site', { 'sec-fetch-site': 'same-site', origin: ORIGIN }],
    ['of which the browser says nothing', {}],
    ['of another origin, by a browser that says no more', { origin: 'https://evil.example' }],
    ['of an origin that hides', { origin: 'null' }],
    ['typed into the address', { 'sec-fetch-site': 'none' }],
    ['of the same host at another port', { origin: 'http://localhost:4000' }],
  ] as const)('%s is refused, whatever it carries', async ([, headers]) => {
    const board = open()
    const fields = await question(board, { act: 'delete', alias: 'default', key: 'a' })

    const answer = await post(board, fields, headers)

    expect(answer.status).toBe(403)
    expect(await stillThere()).toBe(true)
  })

  it('is taken from its own origin, also by a browser that says no more than that', async () => {
    const board = open()
    const fields = await question(board, { act: 'delete', alias: 'default', key: 'a' })

    const answer = await post(board, fields, { origin: ORIGIN })

    expect(answer.status).toBe(303)
    expect(await stillThere()).toBe(false)
  })

  it('is taken from an origin that was named, for proxies that change the host', async () => {
    const board = open({ authorize: () => 'ada', origins: ['https://ops.example'] })
    const fields = await question(board, { act: 'delete', alias: 'default', key: 'a' })

    const answer = await post(board, fields, {
      origin: 'https://ops.example',
      host: '10.0.0.7:8080',
    })

    expect(answer.status).toBe(303)
  })

  it('is not done by a GET', async () => {
    const board = open()
    const fields = await question(board, { act: 'delete', alias: 'default', key: 'a' })

    const answer = await ask(board, `/act?${new URLSearchParams(fields).toString()}`, SAME_ORIGIN)

    expect(answer.status).toBe(404)
    expect(await stillThere()).toBe(true)
  })

  it('without the token, or with that of another process, is asked for again and not done', async () => {
    const [board, other] = [open(), open()]
    const fields = await question(other, { act: 'delete', alias: 'default', key: 'a' })

    const answers = [await post(board, fields), await post(board, { ...fields, token: '' })]

    expect(answers.map(({ status }) => status)).toEqual([409, 409])
    expect(await answers[0]?.text()).toContain('It is asked again here')
    expect(await stillThere()).toBe(true)
  })

  it('of a page of another process is taken where all know one secret', async () => {
    const secret = 'one for the whole fleet'
    const [board, other] = [open({ secret }), open({ secret })]
    const fields = await question(other, { act: 'delete', alias: 'default', key: 'a' })

    const answer = await post(board, fields)

    expect(answer.status).toBe(303)
  })

  it('with the token of somebody else is not done', async () => {
    let actor = 'ada'
    const board = open({ authorize: () => actor })
    const fields = await question(board, { act: 'delete', alias: 'default', key: 'a' })
    actor = 'eve'

    const answer = await post(board, fields)

    expect(answer.status).toBe(409)
    expect(await stillThere()).toBe(true)
  })
})

describe('readOnly', () => {
  it('takes all acts off the pages, and the server refuses them', async () => {
    await caches.default.set('a', 1)
    const writable = open({ secret: 'one for the whole fleet' })
    const board = open({ secret: 'one for the whole fleet', readOnly: true })
    const fields = await question(writable, { act: 'delete', alias: 'default', key: 'a' })

    const pages = await Promise.all(
      ['/tags', '/key?alias=default&key=a', '/keys?alias=default&pattern=*'].map((path) =>
        text(board, path),
      ),
    )
    const answers = [
      await post(board, fields),
      await ask(board, '/confirm?act=clear&alias=default'),
    ]

    for (const page of pages) {
      expect(page).toContain('read only')
      expect(page).not.toMatch(/confirm|<form[^>]*post/)
    }
    expect(answers.map(({ status }) => status)).toEqual([403, 403])
    expect(await caches.default.has('a')).toBe(true)
  })

  it('is a boolean and nothing that looks like one', () => {
    expect(() => open({ readOnly: 'false' as never })).toThrow(/readOnly/)
  })
})

describe('every answer', () => {
  it('forbids what is not its own, being framed, being guessed at, being kept', async () => {
    const board = open()

    const { headers } = await ask(board, '/')

    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('keeps assets for good under a name that changes with them', async () => {
    const board = open()
    const [path = ''] = /assets\/dashboard\.[\w-]+\.css/.exec(await text(board, '/')) ?? []

    const answer = await ask(board, `/${path}`)

    expect(answer.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
    expect((await ask(board, '/assets/dashboard.css')).status).toBe(404)
  })

  it('has nothing inline: no script, no style, no handler', async () => {
    const board = open()

    const page = await text(board, '/')

    expect(page).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=/)
  })
})

describe('paths', () => {
  it.for([
    '/ops/cache/../../etc/passwd',
    '/ops/cache/assets/../dashboard.ts',
    '/ops/cache/assets/..%2f..%2fpackage.json',
    '/ops/cache/%2e%2e/secret',
    '/ops/cache//families',
    '/ops/cache/families/',
    '/ops/cache/constructor',
    '/ops/cache/__proto__',
    '/ops/cachefamilies',
    '/ops/cache%2ffamilies',
    '/ops',
    '/families',
    '//ops/cache/families',
  ])('%s is nothing', async (path) => {
    const board = open({ basePath: '/ops/cache' })

    const answer = await ask(board, path)

    expect(answer.status).toBe(404)
  })

  it('of the mount without its slash goes to the one with it, relative, so that a proxy may have cut off more', async () => {
    const board = open({ basePath: '/ops/cache/' })

    const answer = await ask(board, '/ops/cache?alias=default')

    expect([answer.status, answer.headers.get('location')]).toEqual([308, './cache/?alias=default'])
    expect((await ask(board, '/ops/cache/')).status).toBe(200)
    expect((await ask(board, '/ops/cache/families')).status).toBe(200)
  })

  it.for(['/Ops/..', 'ops', '/ops//x', '/ops?x', '/öps'])('refuses %s as a base', (basePath) => {
    expect(() => open({ basePath })).toThrow(/basePath/)
  })
})

describe('an act that is no act', () => {
  it.for([
    [{ act: 'constructor' }, 404],
    [{ act: 'flushServer', alias: 'default' }, 404],
    [{ act: 'delete', alias: 'other', key: 'a' }, 404],
    [{ act: 'delete', alias: 'default' }, 400],
    [{ act: 'invalidate-tags', alias: 'default', tags: ' , ' }, 303],
  ] as const)('%j answers %i', async ([fields, status]) => {
    const board = open()
    const { token = '' } = await question(board, { act: 'clear', alias: 'default' })

    const asked = new URLSearchParams(fields as Record<string, string>).toString()
    const answer = await post(board, { asked, token })

    expect(answer.status).toBe(status)
  })

  it('is not read to its end when it is longer than any form', async () => {
    const board = open()

    const answer = await post(board, { asked: 'x'.repeat(100_000) })

    expect(answer.status).toBe(413)
  })

  it('of a whole cache needs its name, as it is written', async () => {
    await caches.default.set('a', 1)
    const board = open()

    const answer = await doAct(board, { act: 'clear', alias: 'default' }, { typed: 'Default' })

    expect(answer.status).toBe(422)
    expect(await caches.default.has('a')).toBe(true)
  })
})
