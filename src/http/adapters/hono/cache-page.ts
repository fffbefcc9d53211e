import type { Duration } from '../../../base/duration.ts'
import type { Exchange } from '../../exchange.ts'
import type { PageOptions } from '../../options.ts'
import { PageCache } from '../../page-cache.ts'
import type { PageStore } from '../../page-store.ts'
import type { FieldList } from '../../rules/fields.ts'
import { type SiteOptions, sitePages } from '../../site-cache.ts'
import { askingForAll, responseInstead, tapResponse, webExchange } from '../../web-handler.ts'

/** What is used of Hono's `Context`, so that Hono's own types are not needed here. */
export interface HonoContext {
  readonly req: {
    raw: Request
    readonly path: string
    param(name: string): string | undefined
    query(name: string): string | undefined
    header(name: string): string | undefined
  }
  /** What layers before have `set`. */
  readonly var?: object
  get res(): Response
  set res(response: Response | undefined)
  /** What the view threw. */
  readonly error: Error | undefined
}

export type HonoMiddleware<Context extends HonoContext = HonoContext> = (
  c: Context,
  next: () => Promise<void>,
) => Promise<Response | undefined>

/**
 * Caches the pages of a Hono route: `app.get('/category/:slug', cachePage(cache, '60s', { tags: ['categories'] }), handler)`.
 *
 * What the view says in Cache-Control wins over `ttl`; pages that are private, set a cookie or answer an Authorization are
 * never kept. See {@link PageOptions}; its functions get Hono's context.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function cachePage<Context extends HonoContext = HonoContext>(
  store: PageStore,
  ttl: Duration,
  options: PageOptions<Context> = {},
): HonoMiddleware<Context> {
  return middleware(new PageCache(store, ttl, options))
}

/**
 * Caches the pages of a whole Hono application: `app.use('*', siteCache(cache, '60s', { except: ['/admin'] }))`, after the
 * layers that read cookies and find out who is asking, before the routes.
 *
 * As {@link cachePage}, but that a `cachePage` of a route within answers for its own pages, by its own options. See
 * {@link SiteOptions}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function siteCache<Context extends HonoContext = HonoContext>(
  store: PageStore,
  ttl: Duration,
  options: SiteOptions<Context> = {},
): HonoMiddleware<Context> {
  return middleware(sitePages(store, ttl, options))
}

function middleware<Context extends HonoContext>(
  cache: PageCache<Context>,
): HonoMiddleware<Context> {
  return async (c, next) => await cache.answer(honoExchange(c, next))
}

/** Answers with the Response of a hit, or with `undefined` when the view has set `c.res`. */
export function honoExchange<Context extends HonoContext>(
  c: Context,
  next: () => Promise<void>,
): Exchange<Context, Response | undefined> {
  const { raw } = c.req
  return {
    ...webExchange(raw, () => c.res, { incoming: c, once: true }),
    async run(tap) {
      if (tap?.whole === true) c.req.raw = forAll(raw, tap.asks)
      try {
        await next()
      } finally {
        // Layers outside may still answer 304 by themselves.
        c.req.raw = raw
      }
      if (tap === undefined) return undefined
      const { res } = c
      const instead = responseInstead(res, tap)
      // Hono catches what a view throws and lets `onError` make a page of it, with whatever status.
      if (c.error !== undefined) tap.fail('the view failed')
      const tapped = instead instanceof Response ? instead : tapResponse(res, tap)
      if (tapped === res) return undefined
      // Without this Hono copies the old response's fields over the new one's.
      c.res = undefined
      c.res = tapped
      return undefined
    },
    discard() {},
  }
}

function forAll(raw: Request, asks: FieldList): Request {
  try {
    return askingForAll(raw, asks)
  } catch {
    // A server may have a Request of its own, which the platform's cannot copy. A request with a body does not come here.
    const { headers, method, signal, url } = raw
    return askingForAll(new Request(url, { headers: [...headers], method, signal }), asks)
  }
}
