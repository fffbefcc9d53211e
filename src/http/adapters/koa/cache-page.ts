import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duration } from '../../../base/duration.ts'
import type { Exchange, Tap } from '../../exchange.ts'
import type { PageOptions } from '../../options.ts'
import { PageCache } from '../../page-cache.ts'
import type { PageStore } from '../../page-store.ts'
import type { Reads } from '../../reads.ts'
import type { Reply } from '../../replay.ts'
import { type PageSigns, signsOf } from '../../signs.ts'
import { type SiteOptions, sitePages } from '../../site-cache.ts'
import { fieldsOf } from '../node/capture.ts'
import { askForAll, nodeExchange } from '../node/exchange.ts'
import { fieldsByName } from '../node/fields-by-name.ts'
import { reasonOf, setReason } from '../node/reason.ts'
import { watchSending } from '../node/watch-sending.ts'
import { tapBody } from './tap-body.ts'

/** What is used of Koa's context, so that Koa's own types are not needed here. */
export interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly originalUrl: string
  /** As Koa resolved it, proxies included. */
  readonly protocol: string
  readonly host: string
  readonly headerSent: boolean
  /** The pattern that `@koa/router` has matched. */
  readonly _matchedRoute?: string | RegExp | undefined
  /** What layers share, such as the user. */
  readonly state: Record<string, unknown>
  status: number
  body: unknown
  /** False when the view writes to `res` by itself. */
  respond?: boolean | undefined
  readonly request: object
  readonly response: {
    readonly headers: Record<string, number | string | string[] | undefined>
    append(name: string, value: string | string[]): unknown
    remove(name: string): unknown
    set(name: string, value: string | string[]): unknown
  }
}

export type KoaMiddleware<Context extends KoaContext = KoaContext> = (
  ctx: Context,
  next: () => Promise<unknown>,
) => Promise<void>

/**
 * Caches the pages of a Koa route: `router.get('/category/:slug', cachePage(cache, '60s', { tags: ['categories'] }), view)`.
 *
 * The page is what the middleware inside has left in `ctx.body`, of any kind that Koa sends; layers outside add to every
 * answer, hits included. If one of them adds a cookie or a Vary on the way out, the page is not kept; nor is one that the
 * view writes past Koa. What the view says in Cache-Control wins over `ttl`; pages that are private, set a cookie or answer
 * an Authorization are never kept. See {@link PageOptions}; its functions get Koa's context. What it returns also explains
 * itself: see {@link PageSigns}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function cachePage<Context extends KoaContext = KoaContext>(
  store: PageStore,
  ttl: Duration,
  options: PageOptions<Context> = {},
): KoaMiddleware<Context> & PageSigns<Context> {
  return middleware(new PageCache(store, ttl, options))
}

/**
 * Caches the pages of a whole Koa application: `app.use(siteCache(cache, '60s', { except: ['/admin'] }))`, after the layers
 * that read cookies and find out who is asking, before the routes.
 *
 * As {@link cachePage}, but that a `cachePage` of a route within answers for its own pages, by its own options. See
 * {@link SiteOptions}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function siteCache<Context extends KoaContext = KoaContext>(
  store: PageStore,
  ttl: Duration,
  options: SiteOptions<Context> = {},
): KoaMiddleware<Context> & PageSigns<Context> {
  return middleware(sitePages(store, ttl, options))
}

function middleware<Context extends KoaContext>(
  cache: PageCache<Context>,
): KoaMiddleware<Context> & PageSigns<Context> {
  const answering: KoaMiddleware<Context> = async (ctx, next) => {
    await cache.answer(koaExchange(ctx, next))
  }
  return Object.assign(
    answering,
    signsOf(cache, (ctx) => koaExchange(ctx, async () => {})),
  )
}

export function koaExchange<Context extends KoaContext>(
  ctx: Context,
  next: () => Promise<unknown>,
): Exchange<Context, void> {
  const url = ctx.originalUrl
  const mark = url.indexOf('?')
  return {
    ...nodeExchange(ctx.req, ctx.res, () => {}),
    incoming: ctx,
    member: (name) => ctx.state[name] ?? (ctx as unknown as Record<string, unknown>)[name],
    scheme: ctx.protocol,
    authority: ctx.host === '' ? undefined : ctx.host,
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? '' : url.slice(mark),
    route: () => ctx._matchedRoute?.toString(),
    async run(tap) {
      const asked = tap?.whole === true ? askForAll(ctx.req, ctx.res, [ctx, ctx.state]) : undefined
      trackAddress(ctx, asked?.reads)
      await next()
      asked?.end()
      if (tap !== undefined) tapContext(ctx, tap)
    },
    reply: (page) => answer(ctx, page),
  }
}

/** Koa remembers the address once a layer outside, such as a logger, has asked for it. */
function trackAddress(ctx: KoaContext, reads: Reads | undefined): void {
  if (reads === undefined) return
  for (const name of ['ip', 'ips'] as const) {
    const inherited = (): unknown => {
      return Reflect.get(Object.getPrototypeOf(ctx.request) as object, name, ctx.request)
    }
    Object.defineProperty(ctx.request, name, {
      configurable: true,
      get() {
        reads.all('the client’s address')
        return inherited()
      },
      set(value: unknown) {
        Object.defineProperty(ctx.request, name, { configurable: true, writable: true, value })
      },
    })
  }
}

function tapContext(ctx: KoaContext, tap: Tap): void {
  if (ctx.respond === false || ctx.headerSent) return tap.fail('it was written past Koa')
  const { res, status } = ctx
  const { add, drop } = tap.head({ status, reason: reasonOf(res), fields: fieldsOf(res) })
  for (const name of drop) ctx.response.remove(name)
  for (let index = 0; index + 1 < add.length; index += 2) {
    ctx.response.append(add[index] as string, add[index + 1] as string)
  }
  if (!tap.collecting) return
  // Kept only once layers outside have had their say and its body was whole.
  const sending = watchSending(ctx.res, tap)
  const { 'content-length': length } = ctx.response.headers
  const seen = tapBody(ctx.body, tap, () => sending.bodyEnded())
  if (seen === undefined) return
  ctx.body = seen
  // Koa forgets it with the body that it had.
  if (length !== undefined) ctx.response.set('Content-Length', String(length))
}

function answer(ctx: KoaContext, page: Reply): void {
  // First, because an empty body drops fields and changes the status.
  if (page.body === null) ctx.body = null
  ctx.status = page.status
  setReason(ctx.res, page)
  const fields = fieldsByName(page)
  for (const [name, value] of fields) ctx.response.set(name, value)
  if (page.body === null) return
  ctx.body = page.body
  // Koa gives bytes a type where the page had none.
  if (!fields.some(([name]) => name.toLowerCase() === 'content-type')) {
    ctx.response.remove('Content-Type')
  }
}
