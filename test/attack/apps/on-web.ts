// The page cache in the web's own terms, and Hono, where a view returns its answer.
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { cachePage, siteCache } from 'breakwater/hono'
import { pageCache, readCookie, siteCache as siteOfWeb } from 'breakwater/http'
import { type Context, Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import type { Call, Made } from '../attack.ts'
import { freshCookie, PROFILE_NAMES, profileOf, signedIn } from '../profiles.ts'
import { type App, cachesOf, onServer, optionsOf, parameter, sendable, type Setup } from './app.ts'

type Ambient = Request & { user?: string; session?: { readonly basket: string } }

export function openWeb(setup: Setup): App {
  const { view } = setup
  const bare = async (request: Request): Promise<Response> => {
    return respond(await view(webCall(request)), request.method)
  }
  const handlers = new Map(
    PROFILE_NAMES.map((name) => {
      const { page, site } = cachesOf(name, setup, pageCache, siteOfWeb)
      const paged = page ? (request: Request) => page(request, bare) : bare
      return [name, site ? (request: Request) => site(request, paged) : paged]
    }),
  )
  const answer = async (request: Request): Promise<Response> => {
    const profile = profileOf(new URL(request.url).pathname)
    const cookie = request.headers.get('cookie') ?? undefined
    Object.assign(request, signedIn(cookie))
    const response = (await handlers.get(profile)?.(request)) as Response
    if (profile !== 'early' && profile !== 'rolling') return response
    const { body, headers, status } = response
    const sent = new Response(body, { status, headers })
    sent.headers.append('Set-Cookie', freshCookie(cookie))
    return sent
  }
  return onServer(
    getRequestListener(answer, { errorHandler: () => new Response('failed', { status: 500 }) }),
  )
}

interface Env {
  Bindings: HttpBindings
  Variables: { user: string | undefined; session: { readonly basket: string } | undefined }
}

export function openHono(setup: Setup): App {
  const { store, view } = setup
  const app = new Hono<Env>()
  app.use('*', async (c, next) => {
    const cookie = c.req.header('cookie')
    const known = signedIn(cookie)
    c.set('user', known?.user)
    c.set('session', known?.session)
    const profile = profileOf(c.req.path)
    if (profile === 'early') c.header('Set-Cookie', freshCookie(cookie), { append: true })
    await next()
    if (profile === 'rolling') c.header('Set-Cookie', freshCookie(cookie), { append: true })
  })
  const answer = async (c: Context<Env>): Promise<Response> => {
    return respond(await view(honoCall(c)), c.req.method)
  }
  for (const name of PROFILE_NAMES) {
    const { page, site } = cachesOf(name, setup, cachePage, siteCache)
    if (site) app.use(`/${name}/*`, site)
    if (page) app.use(`/${name}/*`, page)
    app.all(`/${name}/*`, answer)
  }
  if (store) app.use('*', cachePage(store, '60s', optionsOf('plain', setup)))
  app.all('*', answer)
  app.onError((_error, c) => c.text('failed', 500))
  return onServer(getRequestListener(app.fetch))
}

function webCall(request: Ambient): Call {
  return {
    method: request.method,
    url: pathOf(request.url),
    header: (name) => request.headers.get(name) ?? undefined,
    headers: () => [...request.headers],
    cookie: (name) => readCookie(request, name),
    query: (name) => parameter(request.url, name),
    host: () => new URL(request.url).host,
    scheme: () => new URL(request.url).protocol,
    // The platform has no way to ask.
    address: () => 'unknown',
    user: () => request.user,
    login: (user) => void Object.assign(request, { user }),
    session: () => request.session,
  }
}

function honoCall(c: Context<Env>): Call {
  return {
    ...webCall(c.req.raw),
    url: pathOf(c.req.url),
    header: (name) => c.req.header(name),
    headers: () => Object.entries(c.req.header()),
    cookie: (name) => getCookie(c, name),
    query: (name) => c.req.query(name),
    address: () => {
      const { address, port } = getConnInfo(c).remote
      return `${address}:${port}`
    },
    user: () => c.get('user'),
    login: (user) => c.set('user', user),
    session: () => c.var.session,
  }
}

/** As it came, without the origin. */
function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/?#]*/, '')
}

function respond(made: Made, method: string): Response {
  return new Response(webBody(made, method), {
    status: made.status ?? 200,
    headers: headersOf(made),
  })
}

function headersOf(made: Made): Headers {
  const headers = new Headers()
  for (const [name, value] of made.fields ?? []) headers.append(name, value)
  return headers
}

function webBody(
  made: Made,
  method: string,
): string | Uint8Array<ArrayBuffer> | ReadableStream | null {
  const bare = [204, 205, 304].includes(made.status ?? 200)
  if (bare || method === 'HEAD') return null
  const body = sendable(made.body)
  if (typeof body === 'string') return body
  if (Buffer.isBuffer(body)) return new Uint8Array(body)
  return ReadableStream.from(body) as ReadableStream
}
