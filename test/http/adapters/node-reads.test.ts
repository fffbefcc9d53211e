// What a view of node:http, Express here, reads of its request by any of its ways: the page is told apart by it, or not kept.
import { get, createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Request, type RequestHandler } from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachePage, type ExpressRequest } from '../../../src/http/adapters/express/index.ts'
import type { PageOptions } from '../../../src/http/index.ts'
import { FakeClock } from '../fake-clock.ts'
import { MemoryPages } from '../memory-pages.ts'

type Ambient = Request & {
  user?: { id: number } | undefined
  session?: { basket: number }
  cookies?: Record<string, string>
}

describe('a view of node:http', () => {
  let store: MemoryPages
  let server: Server | undefined
  let views: number

  beforeEach(() => {
    store = new MemoryPages(new FakeClock())
    views = 0
  })

  afterEach(async () => {
    server?.closeAllConnections()
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(0)))
  })

  async function serve(
    view: (request: Ambient, response: express.Response) => string,
    options: PageOptions<ExpressRequest> = {},
    ...before: RequestHandler[]
  ): Promise<void> {
    const app = express().set('env', 'test')
    for (const layer of before) app.use(layer)
    const errors: unknown[] = []
    const cached = cachePage(store, '60s', {
      cacheStatus: true,
      onError: (error) => errors.push(error),
      ...options,
    })
    app.get('/page', cached, (req, res) => {
      views++
      res.send(`${view(req as Ambient, res)} ${views}`)
    })
    server = createServer(app)
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  }

  async function ask(
    headers: Record<string, string> = {},
    path = '/page',
  ): Promise<{ body: string; headers: IncomingMessage['headers'] }> {
    const { port } = (server as Server).address() as AddressInfo
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, headers, agent: false }, resolve).on('error', reject)
    })
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    await store.quiet()
    return { body: Buffer.concat(chunks).toString(), headers: response.headers }
  }

  const cookies: RequestHandler = (req, _res, next) => {
    const pairs = (req.headers.cookie ?? '').split('; ').map((pair) => pair.split('='))
    Object.assign(req, { cookies: Object.fromEntries(pairs) })
    next()
  }
  const user: RequestHandler = (req, res, next) => {
    const id = req.get('x-login')
    const who = id === undefined ? undefined : { id: Number(id) }
    Object.assign(req, { user: who })
    res.locals['user'] = who
    next()
  }

  it.each<readonly [string, (request: Ambient) => unknown]>([
    ['spreads its headers', (req) => ({ ...req.headers })],
    ['prints its headers', (req) => JSON.stringify(req.headers)],
    ['reads rawHeaders', (req) => req.rawHeaders],
    ['reads headersDistinct', (req) => req.headersDistinct],
    ['reads the address', (req) => req.socket.remoteAddress],
    ['reads the port', (req) => req.connection.remotePort],
    ['reads req.ip', (req) => req.ip],
  ])('that %s is not kept', async (_how, act) => {
    await serve((req) => {
      act(req)
      return 'page'
    })
    await ask()

    const got = await ask()

    expect(got.body).toBe('page 2')
    expect(got.headers['cache-status']).toMatch(
      /detail="read (?:every header|the client.s address)"/,
    )
  })

  it('that reads what the key has is kept', async () => {
    await serve((req) => [req.protocol, req.hostname, req.secure, req.host, req.get('host')].join())
    const first = await ask()

    expect((await ask()).body).toBe(first.body)
    expect(first.headers.vary).toBeUndefined()
    expect(views).toBe(1)
  })

  it('that reads one of its cookies is told apart by that one', async () => {
    await serve((req) => req.cookies?.['theme'] ?? 'plain', {}, cookies)
    const dark = await ask({ cookie: 'sid=1; theme=dark' })

    expect((await ask({ cookie: 'theme=dark; sid=2' })).body).toBe('dark 1')
    expect((await ask({ cookie: 'theme=light; sid=1' })).body).toBe('light 2')
    expect((await ask()).body).toBe('plain 3')
    expect(dark.headers.vary).toBe('cookie')
  })

  it('that walks over its cookies is told apart by all of them', async () => {
    await serve((req) => Object.keys(req.cookies ?? {}).join(), {}, cookies)
    await ask({ cookie: 'a=1; b=2' })

    expect((await ask({ cookie: 'a=1; c=2' })).body).toBe('a,c 2')
    expect((await ask({ cookie: 'a=1; b=2' })).body).toBe('a,b 1')
  })

  it('that reads its session is told apart by the cookies that choose it', async () => {
    const session: RequestHandler = (req, _res, next) => {
      Object.assign(req, { session: { basket: req.headers.cookie?.length ?? 0 } })
      next()
    }
    await serve((req) => `basket ${req.session?.basket}`, {}, session)
    await ask({ cookie: 'sid=1' })

    expect((await ask({ cookie: 'sid=12' })).body).toBe('basket 6 2')
    expect((await ask()).body).toBe('basket 0 3')
    expect((await ask({ cookie: 'sid=1' })).body).toBe('basket 5 1')
  })

  it.each<readonly [string, (req: Ambient, res: express.Response) => number | undefined]>([
    ['req.user', (req) => req.user?.id],
    ['res.locals.user', (_req, res) => (res.locals['user'] as { id: number } | undefined)?.id],
  ])(
    'that reads %s is kept for nobody, and by user where they are told apart',
    async (_how, who) => {
      await serve((req, res) => `${who(req, res) ?? 'nobody'}`, {}, user)
      const texts: string[] = []
      for (const headers of [{ 'x-login': '7' }, {}, { 'x-login': '7' }, {}, { 'x-login': '8' }]) {
        texts.push((await ask(headers)).body)
      }
      expect(texts).toEqual(['7 1', 'nobody 2', '7 3', 'nobody 2', '8 4'])
    },
  )

  it('is kept by user where option user tells them apart', async () => {
    const options = { user: (req: ExpressRequest) => (req as unknown as Ambient).user?.id }
    await serve((req) => String(req.user?.id ?? 'nobody'), options, user)
    const texts: string[] = []
    for (const id of ['7', '8', '7', '8']) texts.push((await ask({ 'x-login': id })).body)

    expect(texts).toEqual(['7 1', '8 2', '7 1', '8 2'])
    expect((await ask({ 'x-login': '7' })).headers['cache-control']).toBe('private')
  })

  it('is not told apart by what layers around the cache read', async () => {
    const logger: RequestHandler = (req, res, next) => {
      const end = res.end.bind(res) as (...args: unknown[]) => express.Response
      res.end = ((...args: unknown[]) => {
        res.locals['log'] = [req.ip, { ...req.headers }, req.originalUrl]
        return end(...args)
      }) as typeof res.end
      next()
    }
    await serve(() => 'page', {}, logger)
    await ask({ 'x-trace': '1' })

    expect((await ask({ 'x-trace': '2' })).body).toBe('page 1')
  })

  it('does not see the parameters that allowQuery leaves out, layers around it do', async () => {
    const logged: string[] = []
    const logger: RequestHandler = (req, res, next) => {
      res.on('finish', () => logged.push(req.originalUrl))
      next()
    }
    const options = { allowQuery: ['page'] }
    await serve((req) => `${req.originalUrl} ${JSON.stringify(req.query)}`, options, logger)

    const got = await ask({}, '/page?utm=x&page=2')

    expect(got.body).toBe('/page?page=2 {"page":"2"} 1')
    expect(logged).toEqual(['/page?utm=x&page=2'])
  })

  it('is told apart also by what a layer reads between it and a cache inside that keeps out of the way', async () => {
    const greets: RequestHandler = (req, res, next) => {
      const end = res.end.bind(res) as (...args: unknown[]) => express.Response
      // Written around the answer of the inner cache, and part of the outer one's page.
      res.end = ((...args: unknown[]) => {
        res.setHeader('X-For', req.headers['x-name'] ?? 'nobody')
        return end(...args)
      }) as typeof res.end
      next()
    }
    const outer = cachePage(store, '60s', { cacheStatus: true })
    await serve(() => 'page', { when: () => false }, outer, greets)

    expect((await ask({ 'x-name': 'ann' })).headers['x-for']).toBe('ann')
    expect((await ask({ 'x-name': 'bob' })).headers['x-for']).toBe('bob')
    expect((await ask({ 'x-name': 'ann' })).headers['x-for']).toBe('ann')
  })

  it('that shows a user whom a layer sets only when there is one gives nobody’s page to nobody else', async () => {
    const login: RequestHandler = (req, _res, next) => {
      const id = req.get('x-login')
      if (id !== undefined) Object.assign(req, { user: { id: Number(id) } })
      next()
    }
    await serve((req) => `user ${req.user?.id ?? 'nobody'}`, {}, login)
    await ask()

    expect((await ask({ 'x-login': '7' })).body).toBe('user 7 2')
    expect((await ask({ 'x-login': '8' })).body).toBe('user 8 3')
    expect((await ask()).body).toBe('user nobody 1')
  })

  it('that shows a user whom a layer inside has found by a cookie is told apart by the cookie', async () => {
    const seen: RequestHandler = (req, _res, next) => {
      const id = (req as Ambient).cookies?.['sid']
      if (id !== undefined) Object.assign(req, { user: { id: Number(id) } })
      next()
    }
    await serve(
      (req) => {
        seen(req, undefined as never, () => {})
        return `user ${req.user?.id ?? 'nobody'}`
      },
      {},
      cookies,
    )

    for (let round = 0; round < 2; round++) {
      expect((await ask({ cookie: 'sid=7' })).body).toBe('user 7 1')
      expect((await ask({ cookie: 'sid=8' })).body).toMatch(/^user 8 [23]$/)
    }
  })

  it('is answered where a parser of cookies gives objects without a prototype', async () => {
    const bare: RequestHandler = (req, _res, next) => {
      Object.assign(req, { cookies: Object.assign(Object.create(null), { theme: 'dark' }) })
      next()
    }
    await serve((req) => `theme ${req.cookies?.['theme']}`, {}, bare)

    expect((await ask()).body).toBe('theme dark 1')
  })

  it('that lists its headers by a list which a layer outside has made is not kept', async () => {
    const looking: RequestHandler = (req, _res, next) => {
      void req.headersDistinct
      next()
    }
    await serve((req) => `for ${req.headersDistinct['x-name']?.[0]}`, {}, looking)

    expect((await ask({ 'x-name': 'ann' })).body).toBe('for ann 1')
    expect((await ask({ 'x-name': 'bob' })).body).toBe('for bob 2')
  })

  it.each(['language', 'locale', 'csrfToken', 'account', 'sessionID'])(
    'that shows what a layer has put under %s is not shared by those whom it differs for',
    async (name) => {
      const layer: RequestHandler = (req, _res, next) => {
        Object.assign(req, { [name]: req.headers.cookie })
        next()
      }
      await serve((req) => `has ${(req as never as Record<string, string>)[name]}`, {}, layer)

      for (const who of ['ann', 'bob', 'ann']) {
        expect((await ask({ cookie: who })).body).toMatch(new RegExp(`^has ${who}`))
      }
    },
  )

  it('that forbids to keep its page in one of two spellings of Cache-Control is not kept', async () => {
    const server2 = createServer((req, res) => {
      void cachePage(store, '60s')(req, res, () => {
        views++
        res.writeHead(200, { 'cache-control': 'private', 'Cache-Control': 'max-age=60' })
        res.end(`page ${views}`)
      })
    })
    server = server2
    await new Promise<void>((resolve) => server2.listen(0, '127.0.0.1', resolve))
    await ask()

    expect((await ask()).body).toBe('page 2')
  })
})
