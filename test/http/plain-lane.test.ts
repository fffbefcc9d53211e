// What is said on the lane must be what the ordinary way says. It is closed to a cache with an option that looks at requests, so
// two caches are asked the same that differ in nothing but such an option, which lets everything through.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { cachePage, neverCache, siteCache } from '../../src/http/adapters/node/index.ts'
import { purge } from '../../src/http/index.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { FakeClock } from './fake-clock.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

const HOST = 'site.test'
const DATE = 'Sat, 28 Nov 2026 08:00:00 GMT'
const PLAIN = `GET /a HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`

describe('a hit for who asks plainly', () => {
  let clock: FakeClock
  let lane: Cache
  let ordinary: Cache
  let server: Server
  let act: Handler
  let views: number

  beforeEach(async () => {
    clock = new FakeClock()
    views = 0
    const open = (): Cache =>
      createCaches({ default: { store: memory(), clock, jitter: 0, early: 0 } }).default
    ;[lane, ordinary] = [open(), open()]
    server = createServer((request, response) => void act(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(async () => {
    server.close()
    await Promise.all([lane.close(), ordinary.close()])
  })

  const view: Handler = ({ headers, url }, response) => {
    views++
    response.writeHead(200, {
      'Content-Type': 'text/html',
      'Cache-Control': 'max-age=3, no-transform',
      Date: DATE,
      ETag: '"v1"',
      'Last-Modified': 'Fri, 27 Nov 2026 08:00:00 GMT',
    })
    response.end(`the page of ${url} on ${headers.host}`)
  }
  const options = { cacheStatus: true } as const

  /** All that comes back, byte for byte. */
  async function answerOf(handler: Handler, text: string): Promise<string> {
    act = handler
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    let got = ''
    socket.setEncoding('latin1').on('data', (more: string) => void (got += more))
    socket.end(text.replace('\r\n', '\r\nConnection: close\r\n'))
    await once(socket, 'close')
    return got
  }

  function both(): readonly [Handler, Handler] {
    const quick = cachePage(lane, '1h', { ...options, clock })(view)
    const slow = cachePage(ordinary, '1h', { ...options, clock, when: () => true })(view)
    return [quick, slow]
  }

  async function warm(handler: Handler): Promise<void> {
    for (let asked = 0; asked < 3; asked++) await answerOf(handler, PLAIN)
  }

  const plain = (...fields: string[]): string =>
    `GET /a HTTP/1.1\r\n${[`Host: ${HOST}`, ...fields].join('\r\n')}\r\n\r\n`

  it.for([
    PLAIN,
    PLAIN.replace('GET', 'HEAD'),
    PLAIN.replace('/a', '/a?'),
    PLAIN.replace('/a', '/b'),
    PLAIN.replace('/a', 'http://other.test/a'),
    PLAIN.replace(HOST, 'Site.Test'),
    PLAIN.replace(HOST, 'other.test'),
    'GET /a HTTP/1.0\r\n\r\n',
    plain('Cookie: theme=dark', 'Accept-Encoding: gzip', 'Cache-Control: no-cache'),
    plain('If-None-Match: "v1"'),
    plain('If-None-Match: "v0"'),
    plain('If-None-Match: *'),
    plain(`If-Modified-Since: ${DATE}`),
    plain('Range: bytes=0-3'),
    plain('Range: bytes=0-3', 'If-Range: "v0"'),
    plain('Range: bytes=999-'),
    plain('If-Match: "v1"'),
    plain(`If-Unmodified-Since: ${DATE}`),
    plain('Authorization: Bearer 1'),
    plain('Upgrade: h2c'),
    plain('Content-Length: 0'),
    plain('Content-Length: 3') + 'abc',
    plain('Transfer-Encoding: chunked') + '0\r\n\r\n',
  ])('is what the ordinary way answers to %j', async (asked) => {
    const [quick, slow] = both()
    await warm(quick)
    await warm(slow)

    const got = await answerOf(quick, asked)
    const expected = await answerOf(slow, asked)

    expect(got).toBe(expected)
    expect(got).toMatch(/^HTTP\/1\.1 [2-4]/)
  })

  it('tells at each moment of its life its age and what is left of it, and then no longer comes', async () => {
    const [quick, slow] = both()
    await warm(quick)
    await warm(slow)
    const got: string[] = []
    const expected: string[] = []

    for (const ms of [0, 400, 599, 1, 1, 998, 1, 999, 1, 1, 2000]) {
      clock.advance(ms)
      for (let twice = 0; twice < 2; twice++) {
        got.push(await answerOf(quick, PLAIN))
        expected.push(await answerOf(slow, PLAIN))
      }
    }

    expect(got).toEqual(expected)
    expect(got.map((answer) => /\r\nAge: (\d)/.exec(answer)?.[1])).toContain('2')
    expect(got.some((answer) => answer.includes('fwd='))).toBe(true)
  })

  it('is none from the moment on in which its address is purged', async () => {
    const [quick] = both()
    await warm(quick)
    const before = views

    await purge(lane, { url: `http://${HOST}/a` })
    await answerOf(quick, PLAIN)

    expect(views).toBe(before + 1)
  })

  it('is none where a word says that nothing is kept', async () => {
    const [quick] = both()
    await warm(quick)
    const before = views

    const got = await answerOf(neverCache()(quick), PLAIN)

    expect(views).toBe(before + 1)
    expect(got).not.toContain('; hit')
  })

  it.for([
    ['except', { except: ['/a'] }],
    ['hosts', { hosts: ['other.test'] }],
  ] as const)('is none of a site that leaves it out by %s', async ([, leftOut]) => {
    await warm(siteCache(lane, '1h', { ...options, clock })(view))
    const before = views

    await warm(siteCache(lane, '1h', { ...options, ...leftOut, clock })(view))

    expect(views).toBe(before + 3)
  })

  it('is a part of the page around it, which goes with it', async () => {
    const inner = cachePage(lane, '1h', { ...options, clock, tags: ['inner'] })(view)
    await warm(inner)
    let outside = 0
    const outer = cachePage(ordinary, '1h', { ...options, clock })((request, response) => {
      outside++
      return inner(request, response)
    })
    await warm(outer)

    await ordinary.invalidateTags(['inner'])
    await answerOf(outer, PLAIN)

    expect(outside).toBe(2)
  })

  it('is counted as any other, and told to those who listen', async () => {
    const quick = cachePage(lane, '1h', { ...options, clock })
    const slow = cachePage(ordinary, '1h', { ...options, clock, when: () => true })
    await warm(quick(view))
    await warm(slow(view))
    const heard: unknown[] = []

    const stop = quick.on('hit', (event) => void heard.push(event))
    await warm(quick(view))
    stop()
    await warm(slow(view))

    expect(quick.stats()).toEqual(slow.stats())
    expect(heard).toHaveLength(3)
    expect((await lane.stats()).hits).toBe((await ordinary.stats()).hits)
  })
})
