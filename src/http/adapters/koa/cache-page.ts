import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Duration } from '../../../base/duration.ts'
import type { Exchange, Tap } from '../../exchange.ts'
import type { PageOptions } from '../../options.ts'
import { PageCache } from '../../page-cache.ts'
import type { PageStore } from '../../page-store.ts'
import type { Reads } from '../../reads.ts'
import type { Reply } from '../../replay.ts'
import { type PageSigns, signsOf } from '../../signs.ts'
import { type SiteOptions, sitePages } from '../../site-cache.ts'
import { currentPage } from '../../tag.ts'
import { fieldsOf } from '../node/capture.ts'
import { askForAll, type Asked, NodeExchange } from '../node/exchange.ts'
import { fieldsByName } from '../node/fields-by-name.ts'
import { reasonOf, setReason } from '../node/reason.ts'
import { restoreFields } from '../node/stand-in.ts'
import { watchSending } from '../node/watch-sending.ts'
import { narrowUrl } from './narrow-url.ts'
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

/** A middleware as Koa calls it. */
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

/** A hit is on the context in the turn in which it was asked for. */
const SET: Promise<void> = Promise.resolve()

function middleware<Context extends KoaContext>(
  cache: PageCache<Context>,
): KoaMiddleware<Context> & PageSigns<Context> {
  const answering: KoaMiddleware<Context> = (ctx, next) => {
    try {
      return cache.answer(koaExchange(ctx, next)) ?? SET
    } catch (error) {
      return Promise.reject(error)
    }
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
  return new LayerExchange(ctx, next)
}

class LayerExchange<Context extends KoaContext> extends NodeExchange<Context> {
  readonly #next: () => Promise<unknown>
  #before: OutgoingHttpHeaders | undefined

  constructor(ctx: Context, next: () => Promise<unknown>) {
    const { host, originalUrl, protocol, req, res } = ctx
    super(
      ctx,
      { request: req, response: res, next: () => {} },
      { url: originalUrl, scheme: protocol, authority: host === '' ? undefined : host },
    )
    this.#next = next
  }

  member(name: string): unknown {
    const ctx = this.incoming
    return ctx.state[name] ?? (ctx as unknown as Record<string, unknown>)[name]
  }

  route(): string | undefined {
    return this.incoming._matchedRoute?.toString()
  }

  override async run(tap: Tap | undefined): Promise<void> {
    const ctx = this.incoming
    const asked = tap?.whole === true ? askWhole(ctx, this.client.hide(tap.asks)) : undefined
    this.#before = ctx.res.getHeaders()
    let streams = false
    try {
      await this.#next()
      // Layers outside may still answer 304 by themselves.
      asked?.answered()
      const seen = tap === undefined ? false : tapContext(ctx, tap)
      if (typeof seen === 'boolean') streams = seen
      else replace(ctx, seen, this.#before)
    } finally {
      asked?.answered()
      // The view of a stream is not done yet.
      if (streams) ctx.res.once('close', () => asked?.end())
      else asked?.end()
    }
  }

  override reply(page: Reply): void {
    if (this.#before === undefined) answer(this.incoming, page)
    else replace(this.incoming, page, this.#before)
  }
}

/** @returns to be called when the view has made its page */
function askWhole(ctx: KoaContext, answered: () => void): Asked {
  const asked = askForAll(ctx.req, ctx.res, [ctx, ctx.state], answered)
  trackAddress(ctx, asked.reads)
  const widen = narrowUrl(ctx, currentPage()?.query)
  return {
    ...asked,
    end() {
      widen()
      asked.end()
    },
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

/** @returns what is to be sent in its place, or whether a stream is on its way, of which the tap sees each part */
function tapContext(ctx: KoaContext, tap: Tap): Reply | boolean {
  if (ctx.respond === false || ctx.headerSent) {
    tap.fail('it was written past Koa')
    return false
  }
  const { res, status } = ctx
  const head = { status, reason: reasonOf(res), fields: fieldsOf(res) }
  const instead = tap.takes(status) ? tap.instead(head) : undefined
  if (instead !== undefined && instead !== 'again') return instead
  const { add, drop } = tap.head(head)
  for (const name of drop) ctx.response.remove(name)
  for (let index = 0; index + 1 < add.length; index += 2) {
    ctx.response.append(add[index] as string, add[index + 1] as string)
  }
  if (!tap.collecting && tap.filling === undefined) return false
  // Kept only once layers outside have had their say and its body was whole.
  const sending = watchSending(ctx.res, tap)
  const { 'content-length': length } = ctx.response.headers
  const seen = tapBody(ctx.body, tap, () => sending.bodyEnded())
  if (seen === undefined) return false
  ctx.body = seen
  // Koa forgets it with the body that it had.
  if (length !== undefined) ctx.response.set('Content-Length', String(length))
  return !Buffer.isBuffer(seen)
}

/** Answers as if the view had never run: its body is let go, and the fields are those of before. */
function replace(ctx: KoaContext, page: Reply, before: OutgoingHttpHeaders): void {
  if (ctx.headerSent) return
  // Koa lets go of a stream that it is not to send.
  ctx.body = null
  restoreFields(ctx.res, before)
  answer(ctx, page)
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
