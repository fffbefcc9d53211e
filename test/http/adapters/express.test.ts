import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express, { type Request, type RequestHandler } from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachePage } from '../../../src/http/adapters/express/index.ts'
import { tag } from '../../../src/http/index.ts'
import { FakeClock } from '../fake-clock.ts'
import { MemoryPages } from '../memory-pages.ts'

interface Got {
  readonly status: number
  readonly message: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

describe('cachePage of breakwater/express', () => {
  let clock: FakeClock
  let store: MemoryPages
  let server: Server | undefined
  let views: number

  beforeEach(() => {
    clock = new FakeClock()
    store = new MemoryPages(clock)
    views = 0
  })

  afterEach(async () => {
    server?.closeAllConnections()
    await new Promise((resolve) =>
      server?.listening === true ? server.close(resolve) : resolve(0),
    )
  })

  async function serve(handler: RequestHandler, ...before: RequestHandler[]): Promise<void> {
    const app = express().set('env', 'test')
    const counted: RequestHandler = (_req, _res, next) => {
      views++
      next()
    }
    const cached = cachePage(store, '60s', { clock, cacheStatus: true })
    app.get('/page', ...before, cached, counted, handler)
    server = createServer(app)
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  }

  async function ask(headers: Record<string, string> = {}): Promise<Got> {
    const { port } = (server as Server).address() as AddressInfo
    const url = { host: '127.0.0.1', port, path: '/page', headers, agent: false }
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, resolve).on('error', reject)
    })
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    await store.quiet()
    const { statusCode = 0, statusMessage = '' } = response
    const body = Buffer.concat(chunks).toString('latin1')
    return { status: statusCode, message: statusMessage, headers: response.headers, body }
  }

  /** The same twice, the second time from the store. */
  async function expectReplayed(): Promise<Got> {
    const first = await ask()
    const second = await ask()
    expect(second.headers['cache-status']).toContain('hit')
    expect([second.status, second.body]).toEqual([first.status, first.body])
    for (const [name, value] of Object.entries(first.headers)) {
      if (
        ['cache-status', 'date', 'connection', 'keep-alive', 'transfer-encoding'].includes(name)
      ) {
        continue
      }
      expect([name, second.headers[name]]).toEqual([name, value])
    }
    expect(views).toBe(1)
    return second
  }

  it.each<readonly [string, RequestHandler]>([
    ['send', (_req, res) => void res.send('<p>ü</p>')],
    ['json', (_req, res) => void res.json({ a: ['ü'] })],
    ['a Buffer', (_req, res) => void res.send(Buffer.from([0, 255, 128, 10]))],
    ['type and end', (_req, res) => void res.type('css').end('a{}')],
    ['latin1', (_req, res) => void res.end('ü', 'latin1')],
    ['hex in parts', (_req, res) => void (res.write('00ff', 'hex'), res.end('80', 'hex'))],
    ['end with a callback', (_req, res) => void res.end(() => {})],
    ['end with text and a callback', (_req, res) => void res.end('text', () => {})],
    ['writeHead with an object', (_req, res) => void res.writeHead(200, { 'X-A': '1' }).end('x')],
    [
      'writeHead with a reason',
      (_req, res) => void res.writeHead(200, 'Fine', { 'X-A': '1' }).end('x'),
    ],
    [
      'writeHead with a list',
      (_req, res) => void res.writeHead(200, ['X-A', '1', 'X-A', '2']).end('x'),
    ],
    ['fields in lists', (_req, res) => void res.setHeader('X-A', ['1', '2']).end('x')],
    ['flushHeaders', (_req, res) => void (res.flushHeaders(), res.end('late'))],
    ['a trailer', (_req, res) => void (res.write('x'), res.addTrailers({ 'X-T': '1' }), res.end())],
  ])('replays what a view wrote by %s', async (_how, handler) => {
    await serve(handler)

    await expectReplayed()
  })

  it('replays a file sent by sendFile, and parts of it come whole', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pages-'))
    try {
      await writeFile(join(folder, 'page.html'), '<h1>A file</h1>')
      await serve((_req, res) => res.sendFile(join(folder, 'page.html'), { cacheControl: false }))

      expect((await ask({ range: 'bytes=0-3' })).status).toBe(200)
      await expectReplayed()
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('keeps the view’s ETag and answers 304 to it', async () => {
    await serve((_req, res) => void res.send('a page'))
    const { headers } = await ask()

    const got = await ask({ 'if-none-match': headers.etag as string })

    expect([got.status, got.body, views]).toEqual([304, '', 1])
  })

  it('keeps the bytes as they were written, though the view reuses its buffer', async () => {
    await serve((_req, res) => {
      const buffer = Buffer.from('aaaa')
      res.write(buffer, () => {
        buffer.fill('b')
        res.end()
      })
    })

    expect((await expectReplayed()).body).toBe('aaaa')
  })

  it('does not keep a page to which a session outside adds its cookie at the last moment', async () => {
    // As express-session does: in a writeHead of its own.
    const session: RequestHandler = (_req, res, next) => {
      const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => typeof res
      res.writeHead = (...args: unknown[]) => {
        res.setHeader('Set-Cookie', `sid=${views}`)
        return writeHead(...args)
      }
      next()
    }
    await serve((_req, res) => void res.send(`page ${views}`), session)

    const first = await ask()
    const second = await ask()

    expect([first.headers['set-cookie'], first.body]).toEqual([['sid=1'], 'page 1'])
    expect([second.headers['set-cookie'], second.body]).toEqual([['sid=2'], 'page 2'])
    expect(second.headers['cache-status']).toContain('set-cookie')
  })

  it('does not keep a page to which Vary is added outside, at the last moment', async () => {
    const outer: RequestHandler = (_req, res, next) => {
      const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => typeof res
      res.writeHead = (...args: unknown[]) => writeHead(...args.slice(0, 1), { Vary: 'X-User' })
      next()
    }
    await serve((req, res) => void res.send(`for ${req.get('x-user') ?? ''}`), outer)

    expect((await ask({ 'x-user': 'ann' })).body).toBe('for ann')
    expect((await ask({ 'x-user': 'bob' })).body).toBe('for bob')
  })

  it('leaves errors passed to next alone', async () => {
    await serve((_req, _res, next) => next(Object.assign(new Error('No.'), { status: 503 })))

    expect((await ask()).status).toBe(503)
    expect((await ask()).status).toBe(503)
    expect(views).toBe(2)
  })

  it('lets what the view set with status and statusMessage through', async () => {
    await serve((_req, res) => {
      res.statusMessage = 'Fine'
      res.status(200).end('x')
    })

    expect((await ask()).message).toBe('Fine')
  })

  it('gives options Express’s request, and tags from the view', async () => {
    const app = express().set('env', 'test')
    const tags = (req: Request): string[] => [`category:${String(req.params['slug'])}`]
    app.get('/category/:slug', cachePage(store, '60s', { clock, tags }), (req, res) => {
      views++
      tag('products')
      res.send(`${String(req.params['slug'])} ${views}`)
    })
    server = createServer(app)
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const fetchText = async (): Promise<string> => {
      const text = await (await fetch(`http://127.0.0.1:${port}/category/tea`)).text()
      await store.quiet()
      return text
    }

    expect([await fetchText(), await fetchText()]).toEqual(['tea 1', 'tea 1'])
    await store.invalidateTags(['category:tea'])
    expect(await fetchText()).toBe('tea 2')
    await store.invalidateTags(['products'])
    expect(await fetchText()).toBe('tea 3')
  })

  it('keys on the whole path, also in a mounted router', async () => {
    const app = express().set('env', 'test')
    for (const mount of ['/de', '/en']) {
      const router = express.Router()
      router.get('/page', cachePage(store, '60s', { clock }), (_req, res) => void res.send(mount))
      app.use(mount, router)
    }
    server = createServer(app)
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo

    for (const mount of ['/de', '/en', '/de', '/en']) {
      expect(await (await fetch(`http://127.0.0.1:${port}${mount}/page`)).text()).toBe(mount)
    }
  })
})
