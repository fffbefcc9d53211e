// A reverse proxy whose cache is the page cache: the site behind it is its view.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  pageCache,
  type PageHandler,
  type PageOptions,
  type PageStore,
  untracked,
} from 'breakwater/http'
import { endToEnd, isClaim } from './fields.ts'
import { Origin } from './origin.ts'

export interface ProxyOptions {
  /** Address of the site, such as `'http://localhost:8000'`; a path in it is not used. */
  readonly origin: string
  /** Where pages are kept. */
  readonly store: PageStore
  /** 0 takes any free port. */
  readonly port: number
  /** Default: this machine alone. */
  readonly host?: string
  /** How long the origin may be silent. Default 30,000. */
  readonly silentMs?: number
  readonly pages?: PageOptions
}

export interface Proxy {
  readonly port: number
  close(): Promise<void>
}

/** Listens, and answers from the cache what the origin allows to be kept. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { host = '127.0.0.1', pages = {}, port, silentMs = 30_000, store } = options
  const origin = new Origin(new URL(options.origin), silentMs)
  // Nothing is kept but what says for how long; and whoever asks has no one between us who would compress a part.
  const cached = pageCache(store, '0s', { ranges: 'always', ...pages })
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing, origin, cached)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  origin: Origin,
  cached: PageHandler,
): Promise<void> {
  const { method = 'GET' } = incoming
  const { authority, target } = addressOf(incoming)
  const hasBody =
    incoming.headers['transfer-encoding'] !== undefined ||
    (incoming.headers['content-length'] ?? '0') !== '0'
  const ask = async (fields: Iterable<readonly [string, string]>): Promise<Response> => {
    return await origin.ask({ method, target, fields, body: hasBody ? incoming : undefined })
  }
  const fields = endToEnd(incoming.rawHeaders).filter(([name]) => {
    // Node has answered `Expect: 100-continue` by itself.
    return !isClaim(name) && name !== 'expect' && name !== 'host'
  })
  fields.push(['host', authority])
  try {
    const request = webRequest(method, authority, target, fields)
    const uncached = request === undefined || (SAFE.has(method) && hasBody)
    const response = uncached
      ? await ask(fields)
      : // All fields go on: which of them make a difference is for the origin to say, by Vary.
        await cached(request, async (asked) => await ask(untracked(() => [...asked.headers])))
    await send(response, outgoing)
  } catch (error) {
    if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy()
    const silent = error instanceof Error && error.message === 'The origin is silent.'
    outgoing.writeHead(silent ? 504 : 502, { 'content-type': 'text/plain' })
    outgoing.end(silent ? 'The site is too slow.\n' : 'The site cannot be reached.\n')
  }
}

/** Whom and what a request asks for. RFC 9112 §3.2: a whole address in its first line wins over Host. */
function addressOf(incoming: IncomingMessage): { authority: string; target: string } {
  const { headers, url = '/' } = incoming
  const absolute = /^https?:\/\/([^/?#]+)(.*)$/i.exec(url)
  if (absolute === null) return { authority: headers.host ?? '', target: url }
  const [, authority = '', rest = ''] = absolute
  return { authority, target: rest.startsWith('/') ? rest : `/${rest}` }
}

/**
 * The request as the page cache sees it; `undefined` for what it cannot keep: a method that `Request` refuses, and an address
 * that `URL` would write in another way, because the origin may tell the two apart.
 */
function webRequest(
  method: string,
  authority: string,
  target: string,
  fields: readonly (readonly [string, string])[],
): Request | undefined {
  const address = `http://${authority}${target}`
  if (method === 'TRACE' || !URL.canParse(address)) return undefined
  const { href, origin } = new URL(address)
  if (SAFE.has(method) && href.slice(origin.length) !== target) return undefined
  const headers = new Headers()
  for (const [name, value] of fields) headers.append(name, value)
  return new Request(address, { method, headers })
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const { body, headers, status, statusText } = response
  if (outgoing.destroyed) {
    await body?.cancel()
    return
  }
  outgoing.writeHead(status, statusText, [...headers].flat())
  if (body === null) return void outgoing.end()
  try {
    await pipeline(Readable.fromWeb(body), outgoing)
  } catch {
    // The visitor has left, or the origin has: what is sent of the page ends here, and nobody takes it for the whole.
    outgoing.destroy()
  }
}
