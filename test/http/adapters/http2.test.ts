// What only HTTP/2 has. That the contract of all adapters holds there is shown in contract.test.ts.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:http2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachePage } from '../../../src/http/adapters/node/index.ts'
import type { PageOptions } from '../../../src/http/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'
import { onHttp2 } from './sites/http2.ts'
import { type Got, onServer, Site } from './sites/site.ts'

/** What node:http2 has besides. */
type Request = IncomingMessage & { readonly scheme: string; readonly stream: object }

describe('cachePage of breakwater/node on HTTP/2', () => {
  let store: CachedPages
  let views: number
  const open: Site[] = []

  beforeEach(() => {
    store = new CachedPages(new FakeClock())
    views = 0
  })

  afterEach(async () => {
    for (const site of open.splice(0)) await site.close()
    await store.close()
  })

  async function serve(
    view: (request: Request, response: ServerResponse) => string = () => 'page',
    options: PageOptions<IncomingMessage> = {},
    on: typeof onHttp2 = onHttp2,
  ): Promise<Site> {
    const told = { cacheStatus: true, ...options }
    const handle = cachePage(
      store,
      '60s',
      told,
    )((request, response) => {
      views++
      response.end(`${view(request as Request, response)} ${views}`)
    })
    const site = await Site.open(on((request, response) => void handle(request, response)))
    open.push(site)
    return site
  }

  async function ask(site: Site, headers: Record<string, string> = {}): Promise<Got> {
    const got = await site.get('/a', { headers })
    await store.quiet()
    return got
  }

  it('does not look for a reason phrase, of which Node would warn', async () => {
    const warnings: string[] = []
    const warned = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', warned)
    const site = await serve()
    try {
      await ask(site)
      const hit = await ask(site)

      expect([hit.body.toString(), warnings]).toEqual(['page 1', []])
    } finally {
      process.off('warning', warned)
    }
  })

  it('takes the host from :authority, as the one that option hosts names', async () => {
    const site = await serve(undefined, { hosts: ['site.test'] })
    await ask(site)

    const ours = await ask(site, { host: 'SITE.test' })
    const other = await ask(site, { host: 'other.test' })

    // Written in another way, which its view can see.
    expect(ours.field('cache-status')).toContain('fwd=uri-miss')
    expect(other.field('cache-status')).toContain('detail="host"')
    expect((await ask(site)).body.toString()).toBe('page 1')
  })

  it('shares pages with HTTP/1, without what speaks of a connection there', async () => {
    const odd = (_request: Request, response: ServerResponse): string => {
      response.setHeader('Connection', 'X-Hop')
      response.setHeader('X-Hop', '1')
      response.setHeader('Keep-Alive', 'timeout=9')
      response.setHeader('Proxy-Connection', 'keep-alive')
      response.setHeader('X-Page', 'yes')
      return 'page'
    }
    await ask(await serve(odd, {}, onServer))
    const site = await serve(odd)

    const got = await ask(site)

    expect([got.body.toString(), got.field('x-page')]).toEqual(['page 1', 'yes'])
    for (const name of ['connection', 'keep-alive', 'proxy-connection', 'x-hop']) {
      expect([name, got.field(name)]).toEqual([name, undefined])
    }
  })

  it('keeps all of a page whose view goes on after an end that Node refuses', async () => {
    const site = await serve((_, response) => {
      expect(() => response.end(42)).toThrow('chunk')
      response.write('all of ')
      return 'a page'
    })
    await ask(site)

    expect((await ask(site)).body.toString()).toBe('all of a page 1')
  })

  it('keeps out of a GET with a body, whose head need not say so', async () => {
    const site = await serve()
    await ask(site)
    const session = connect(`http://127.0.0.1:${site.port}`)
    try {
      const stream = session.request(
        { ':authority': 'site.test', ':path': '/a' },
        { endStream: false },
      )
      const status = new Promise((resolve) => {
        stream.once('response', (head) => resolve(head['cache-status']))
      })
      stream.end('a body')
      stream.resume()

      expect(await status).toContain('detail="request body"')
    } finally {
      session.destroy()
    }
  })

  it.each<readonly [string, (request: Request, response: ServerResponse) => unknown]>([
    ['the address of the client', ({ socket }) => socket.remoteAddress],
    ['the stream', ({ stream }) => stream],
    ['the way to the connection of the response', (_, { socket }) => socket],
    ['all headers', ({ headers }) => Object.keys(headers)],
  ])('does not keep a page whose view reads %s', async (_what, read) => {
    const site = await serve((...given) => typeof read(...given))
    await ask(site)

    expect((await ask(site)).body.toString()).toMatch(/ 2$/)
  })

  it.each<readonly [string, (request: Request) => unknown]>([
    ['request.scheme', (request) => request.scheme],
    [':scheme', ({ headers }) => headers[':scheme']],
  ])(
    'keeps a page whose view reads %s only where that is the connection\u2019s',
    async (_what, read) => {
      const site = await serve((request) => String(read(request)))
      await ask(site, { ':scheme': 'https' })
      const claimed = await ask(site, { ':scheme': 'https' })
      await ask(site)

      const honest = await ask(site)

      expect(claimed.body.toString()).toBe('https 2')
      expect(honest.body.toString()).toBe('http 3')
    },
  )

  it('tells pages apart by a header that their view reads, and knows the rest of the address', async () => {
    const site = await serve(({ headers }) => {
      return [headers[':authority'], headers[':path'], headers['x-tone']].join(' ')
    })
    await ask(site, { 'x-tone': 'high' })

    expect((await ask(site, { 'x-tone': 'low' })).body.toString()).toBe('site.test /a low 2')
    expect((await ask(site, { 'x-tone': 'high' })).body.toString()).toBe('site.test /a high 1')
  })
})
