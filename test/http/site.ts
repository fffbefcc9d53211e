// One small site on each way to reach the page cache: the core alone, Hono on its Node server, Express on node:http.
import { request as httpRequest, createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { serve } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import type { PageOptions, PageStore } from '../../src/http/index.ts'
import { pageCache } from '../../src/http/index.ts'
import { cachePage as cacheExpress } from '../../src/http/adapters/express/index.ts'
import { cachePage as cacheHono } from '../../src/http/adapters/hono/index.ts'
import type { Duration } from '../../src/base/duration.ts'

/** What a test's view is told, in every framework alike. */
interface Call {
  readonly method: string
  readonly url: string
  header(name: string): string | undefined
}

export interface Made {
  readonly status?: number
  readonly fields?: readonly (readonly [name: string, value: string])[]
  readonly body?: string | Buffer | AsyncIterable<Buffer>
}

export type View = (call: Call) => Made | Promise<Made>

export interface Got {
  readonly status: number
  /** `[name, value, …]`, names lower-cased. */
  readonly fields: readonly string[]
  readonly body: Buffer
  field(name: string): string | undefined
}

interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Leaves after the first bytes of the body have come. */
  readonly leaveEarly?: Promise<void>
  /** Told when the first bytes of the body have come. */
  readonly onFirst?: (bytes: Buffer) => void
}

export interface Site {
  get(path: string, ask?: Ask): Promise<Got>
  close(): Promise<void>
}

/** What all three can be told in the same words. */
export type SiteOptions = Omit<
  PageOptions<never>,
  'tags' | 'key' | 'when' | 'user' | 'route' | 'holes'
> & {
  readonly tags?: readonly string[]
}

export type OpenSite = (
  store: PageStore,
  ttl: Duration,
  options: SiteOptions,
  view: View,
) => Promise<Site>

export const openCore: OpenSite = async (store, ttl, options, view) => {
  const pages = pageCache(store, ttl, options)
  return {
    async get(path, ask = {}) {
      const { host = 'site.test', ...headers } = ask.headers ?? {}
      const method = ask.method ?? 'GET'
      const request = new Request(`http://${host}${path}`, { method, headers })
      const response = await pages(request, async (given) => await makeResponse(given, view))
      const fields = [...response.headers].flat()
      if (ask.leaveEarly === undefined) {
        const chunks: Buffer[] = []
        for await (const chunk of response.body ?? []) {
          if (chunks.length === 0) ask.onFirst?.(Buffer.from(chunk))
          chunks.push(Buffer.from(chunk))
        }
        return got(response.status, fields, Buffer.concat(chunks))
      }
      const reader = (response.body as ReadableStream<Uint8Array>).getReader()
      const { value } = await reader.read()
      await ask.leaveEarly
      // Its promise waits for the view to notice.
      void reader.cancel()
      return got(response.status, fields, Buffer.from(value as Uint8Array))
    },
    async close() {},
  }
}

export const openHono: OpenSite = async (store, ttl, options, view) => {
  const app = new Hono()
  app.all('*', cacheHono(store, ttl, options), async (c) => await makeResponse(c.req.raw, view))
  app.onError((error, c) => c.text(error.message, 500))
  const server = await new Promise<Server>((resolve) => {
    const made = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => {
      resolve(made as Server)
    })
  })
  return overWire(server)
}

export const openExpress: OpenSite = async (store, ttl, options, view) => {
  const app = express()
  // Its own validator would answer for the cache.
  app.disable('etag')
  const answer: express.RequestHandler = async (req, res) => {
    const header = (name: string): string | undefined => req.get(name)
    const made = await view({ method: req.method, url: req.originalUrl, header })
    res.status(made.status ?? 200)
    for (const [name, value] of made.fields ?? []) res.append(name, value)
    const { body = '' } = made
    if (typeof body === 'string' || Buffer.isBuffer(body)) res.end(body)
    else await pipeline(Readable.from(body), res)
  }
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 waits for handlers.
  app.all('/*rest', cacheExpress(store, ttl, options), answer)
  app.use(
    (error: Error, _req: express.Request, res: express.Response, next: express.NextFunction) => {
      if (res.headersSent) next(error)
      else res.status(500).end(error.message)
    },
  )
  app.set('env', 'test')
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return overWire(server)
}

async function makeResponse(request: Request, view: View): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const made = await view({
    method: request.method,
    url: pathname + search,
    header: (name) => request.headers.get(name) ?? undefined,
  })
  const { body = '' } = made
  const headers = new Headers()
  for (const [name, value] of made.fields ?? []) headers.append(name, value)
  const init = { status: made.status ?? 200, headers }
  if (request.method === 'HEAD' || init.status === 304) return new Response(null, init)
  if (typeof body === 'string') return new Response(body, init)
  if (Buffer.isBuffer(body)) return new Response(new Uint8Array(body), init)
  return new Response(ReadableStream.from(body) as ReadableStream, init)
}

/** Asks a real server through a client that changes nothing: no decoding, no pooling, no following. */
function overWire(server: Server): Site {
  const { port } = server.address() as AddressInfo
  const agents = false
  return {
    async get(path, ask = {}) {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const headers = { host: 'site.test', ...ask.headers }
        const method = ask.method ?? 'GET'
        const request = httpRequest({
          port,
          host: '127.0.0.1',
          path,
          method,
          headers,
          agent: agents,
        })
        request.on('response', resolve).on('error', reject).end()
      })
      const fields = response.rawHeaders
      if (ask.leaveEarly === undefined) {
        const chunks: Buffer[] = []
        for await (const chunk of response) {
          if (chunks.length === 0) ask.onFirst?.(chunk as Buffer)
          chunks.push(chunk as Buffer)
        }
        return got(response.statusCode ?? 0, fields, Buffer.concat(chunks))
      }
      const first = await new Promise<Buffer>((resolve) => response.once('data', resolve))
      await ask.leaveEarly
      response.destroy()
      return got(response.statusCode ?? 0, fields, first)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function got(status: number, raw: readonly string[], body: Buffer): Got {
  const fields = raw.map((each, index) => (index % 2 === 0 ? each.toLowerCase() : each))
  return {
    status,
    fields,
    body,
    field(name) {
      const index = fields.findIndex((each, at) => at % 2 === 0 && each === name)
      return index === -1 ? undefined : fields[index + 1]
    },
  }
}
