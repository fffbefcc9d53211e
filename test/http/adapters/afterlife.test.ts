// A page past its life on every framework: asked for by its validators, and standing in for errors however they are made.
import { Readable } from 'node:stream'
import compression from 'compression'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachePage as cacheExpress } from '../../../src/http/adapters/express/index.ts'
import { cachePage as cacheNode } from '../../../src/http/adapters/node/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'
import { ADAPTERS } from './sites/adapters.ts'
import { type App, type Got, onServer, type Setup, Site } from './sites/site.ts'

const TEXT = ['Content-Type', 'text/plain; charset=utf-8'] as const

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
  await site?.close()
  site = undefined
  await store.close()
})

async function open(app: App): Promise<void> {
  site = await Site.open(app)
}

/** Asks, and waits until what is to be stored is stored. */
async function ask(path: string, headers: Record<string, string> = {}): Promise<Got> {
  const got = await (site as Site).get(path, { headers })
  await store.quiet()
  return got
}

function told(): Setup['options'] {
  return { clock, cacheStatus: true, onError: () => {}, staleIfError: '1h' }
}

describe.each(ADAPTERS)('a page past its life on %s', (name, openApp) => {
  async function serve(view: Setup['view'], compressed = false): Promise<void> {
    const counted: Setup['view'] = async (call) => {
      views++
      return await view(call)
    }
    await open(await openApp({ store, options: told(), view: counted, compressed }))
  }

  it('is freshened by the 304 of its view, and sent whole', async () => {
    await serve((call) => {
      const fields = [TEXT, ['ETag', '"v1"'], ['X-Turn', String(views)]] as const
      if (call.header('if-none-match') === '"v1"') return { status: 304, fields }
      return { body: `page ${views}`, fields }
    })
    await ask('/a')
    clock.advance(60_000)

    const second = await ask('/a')
    const third = await ask('/a')

    for (const got of [second, third]) {
      expect([got.status, got.body.toString()]).toEqual([200, 'page 1'])
      expect(got.lines('etag')).toEqual(['"v1"'])
      expect(got.lines('x-turn')).toEqual(['2'])
      expect(got.lines('content-type')).toEqual(['text/plain; charset=utf-8'])
      expect(got.lines('content-length')).toEqual(['6'])
      expect(got.lines('date')).toHaveLength(1)
    }
    expect(second.field('cache-status')).toBe('breakwater; fwd=stale; fwd-status=304; stored')
    expect(third.field('cache-status')).toBe('breakwater; hit; ttl=60')
    expect(views).toBe(2)
  })

  it('is a 304 to a client that has it, whatever the view was asked by', async () => {
    await serve((call) => {
      const fields = [TEXT, ['ETag', '"v1"']] as const
      if (call.header('if-none-match') === '"v1"') return { status: 304, fields }
      return { body: `page ${views}`, fields }
    })
    await ask('/a')
    clock.advance(60_000)
    const own = await ask('/a', { 'if-none-match': '"v1"' })
    clock.advance(60_000)
    const other = await ask('/a', { 'if-none-match': '"v0"' })

    expect([own.status, own.body.length]).toEqual([304, 0])
    expect([other.status, other.body.toString()]).toEqual([200, 'page 1'])
  })

  it('reaches a client that has nothing whole, also through a compressor in front', async () => {
    const page = 'a page '.repeat(400)
    await serve((call) => {
      const fields = [TEXT, ['ETag', '"v1"']] as const
      if (call.header('if-none-match') === '"v1"') return { status: 304, fields }
      return { body: page, fields }
    }, true)
    await ask('/a')
    clock.advance(60_000)

    const got = await ask('/a')

    expect([got.status, got.body.toString()]).toEqual([200, page])
    expect(views).toBe(2)
  })

  it.each<readonly [string, Setup['view']]>([
    ['a text', () => ({ status: 503, body: 'an error page', fields: [TEXT, ['X-Error', 'yes']] })],
    [
      'a long body',
      () => ({ status: 503, body: Buffer.alloc(300_000), fields: [['X-Error', 'yes']] }),
    ],
    [
      'what is thrown',
      () => {
        throw new Error('The database is down.')
      },
    ],
  ])('stands in for an error: %s', async (_what, fail) => {
    await serve((call) => {
      if (views > 1) return fail(call)
      return { body: 'the good page', fields: [TEXT, ['X-Page', 'yes']] }
    })
    await ask('/a')
    clock.advance(70_000)

    const led = await ask('/a')
    const held = await ask('/a')

    for (const got of [led, held]) {
      expect([got.status, got.body.toString()]).toEqual([200, 'the good page'])
      expect(got.lines('x-page')).toEqual(['yes'])
      expect(got.lines('content-length')).toEqual(['13'])
      expect(got.lines('content-type')).toEqual(['text/plain; charset=utf-8'])
      expect(got.field('x-error')).toBeUndefined()
    }
    expect(led.field('cache-status')).toMatch(
      /^breakwater; fwd=stale; (?:fwd-status=50|detail="the)/,
    )
    expect(held.field('cache-status')).toMatch(/^breakwater; hit; ttl=-10; detail="/)
    expect(views).toBe(2)
  })

  it('stands in for an error whose body is a stream', async () => {
    // NestJS has a class of its own for streams, which the others do not know.
    if (name.startsWith('NestJS')) return expect(name).toContain('NestJS')
    await serve(() => {
      if (views > 1) return { status: 500, body: inTwo('an error ', 'page'), fields: [TEXT] }
      return { body: 'the good page', fields: [TEXT] }
    })
    await ask('/a')
    clock.advance(70_000)

    const got = await ask('/a')

    expect([got.status, got.body.toString()]).toEqual([200, 'the good page'])
    expect(got.lines('content-length')).toEqual(['13'])
  })

  it('lets an answer pass that is no failure of the site', async () => {
    await serve(() => {
      if (views > 1) return { status: 404, body: 'not here', fields: [TEXT] }
      return { body: 'the good page', fields: [TEXT] }
    })
    await ask('/a')
    clock.advance(70_000)

    const got = await ask('/a')

    expect([got.status, got.body.toString()]).toEqual([404, 'not here'])
  })

  it('serves many connections one after the other when it stands in', async () => {
    await serve(() => {
      if (views > 1) return { status: 503, body: 'an error page', fields: [TEXT] }
      return { body: 'the good page', fields: [TEXT] }
    })
    await ask('/a')

    for (let turn = 0; turn < 3; turn++) {
      clock.advance(70_000)
      expect((await ask('/a')).body.toString()).toBe('the good page')
    }
    expect(views).toBe(4)
  })
})

describe('a page that stands in on node:http', () => {
  it('leaves the fields of layers outside as they were before the view ran', async () => {
    const cached = cacheNode(
      store,
      '60s',
      told(),
    )((request, response) => {
      views++
      response.setHeader('X-View', String(views))
      if (views === 1) return void response.end('the good page')
      expect(request.headers['if-none-match']).toBeUndefined()
      response.setHeader('X-Layer', 'changed by the view')
      response.writeHead(503, 'Down', ['X-Error', 'yes'])
      response.write('an error ')
      response.end('page')
    })
    await open(
      onServer((request, response) => {
        response.setHeader('X-Layer', 'outside')
        response.setHeader('X-Request', request.url ?? '')
        void cached(request, response)
      }),
    )
    await ask('/a')
    clock.advance(70_000)

    const got = await ask('/a')

    expect([got.status, got.body.toString()]).toEqual([200, 'the good page'])
    expect([got.lines('x-layer'), got.lines('x-request')]).toEqual([['outside'], ['/a']])
    expect([got.lines('x-view'), got.field('x-error')]).toEqual([['1'], undefined])
  })

  it('tells a view that all it writes was written, and outlives what it does to the response', async () => {
    let written = 0
    const cached = cacheNode(
      store,
      '60s',
      told(),
    )(async (_request, response) => {
      views++
      if (views === 1) return void response.end('the good page')
      response.statusCode = 503
      await new Promise<void>((done) => response.write('an error ', () => (written++, done())))
      await new Promise<void>((done) => response.end('page', () => (written++, done())))
      response.destroy()
    })
    await open(onServer((request, response) => void cached(request, response)))
    await ask('/a')
    clock.advance(70_000)

    expect((await ask('/a')).body.toString()).toBe('the good page')
    expect(written).toBe(2)
  })

  it('stands in for a body that is piped, and for a head that is flushed', async () => {
    const cached = cacheNode(
      store,
      '60s',
      told(),
    )((request, response) => {
      views++
      if (views === 1) return void response.end('the good page')
      response.statusCode = 502
      if (request.url === '/flushed') response.flushHeaders()
      Readable.from([Buffer.from('an error '), Buffer.from('page')]).pipe(response)
    })
    await open(onServer((request, response) => void cached(request, response)))
    for (const path of ['/piped', '/flushed']) {
      views = 0
      await ask(path)
      clock.advance(70_000)

      const got = await ask(path)

      expect([path, got.status, got.body.toString()]).toEqual([path, 200, 'the good page'])
    }
  })

  it('lets a rejection pass that is the client’s own fault', async () => {
    const cached = cacheNode(
      store,
      '60s',
      told(),
    )((_request, response) => {
      views++
      if (views === 1) return void response.end('the good page')
      throw Object.assign(new Error('Not found.'), { status: 404 })
    })
    await open(
      onServer((request, response) => {
        cached(request, response).catch((error: unknown) => {
          response.writeHead((error as { status: number }).status).end('not here')
        })
      }),
    )
    await ask('/a')
    clock.advance(70_000)

    expect((await ask('/a')).status).toBe(404)
  })
})

describe('a page that stands in on Express', () => {
  it('does so for next(error), behind a compressor inside, and when a layer outside answers 304 by itself', async () => {
    const app = express().set('env', 'test')
    app.use((request, response, next) => {
      const end = response.end.bind(response) as (...args: unknown[]) => unknown
      response.end = ((...args: unknown[]) => {
        // As layers for conditional requests do, at the end of every answer.
        if (request.headers['if-none-match'] === response.getHeader('etag')) {
          response.setHeader('X-Outside-Would-Say', '304')
        }
        return end(...args)
      }) as typeof response.end
      next()
    })
    app.get(
      '/a',
      cacheExpress(store, '60s', told()),
      compression({ threshold: 0 }),
      (_request, response, next) => {
        views++
        if (views === 1) response.set('ETag', '"v1"').type('text').send('the good page')
        else if (views === 2) next(new Error('The database is down.'))
        else response.status(304).end()
      },
    )
    app.use(((_error, _request, response, _next) => {
      response.status(500).json({ error: 'down' })
    }) satisfies express.ErrorRequestHandler)
    await open(onServer(app))
    await ask('/a')
    clock.advance(70_000)

    const led = await ask('/a')
    clock.advance(70_000)
    const freshened = await ask('/a')

    for (const got of [led, freshened]) {
      expect([got.status, got.body.toString()]).toEqual([200, 'the good page'])
      expect(got.field('x-outside-would-say')).toBeUndefined()
    }
    expect(freshened.field('cache-status')).toContain('fwd-status=304')
  })

  it('uses the entity tags that Express gives by itself', async () => {
    const app = express().set('env', 'test')
    app.get('/a', cacheExpress(store, '60s', told()), (_request, response) => {
      views++
      response.type('text').send('the page')
    })
    await open(onServer(app))
    await ask('/a')
    clock.advance(60_000)

    const got = await ask('/a')

    expect([got.status, got.body.toString()]).toEqual([200, 'the page'])
    expect(got.field('cache-status')).toBe('breakwater; fwd=stale; fwd-status=304; stored')
  })
})

async function* inTwo(head: string, tail: string): AsyncGenerator<Buffer> {
  yield Buffer.from(head)
  await new Promise((resolve) => setImmediate(resolve))
  yield Buffer.from(tail)
}
