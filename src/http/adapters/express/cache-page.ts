import type { ServerResponse } from 'node:http'
import type { Duration } from '../../../base/duration.ts'
import type { PageOptions } from '../../options.ts'
import { PageCache } from '../../page-cache.ts'
import type { PageStore } from '../../page-store.ts'
import { type PageSigns, signsOf } from '../../signs.ts'
import { type SiteOptions, sitePages } from '../../site-cache.ts'
import { nodeExchange, nodeInquiry, type NodeRequest } from '../node/exchange.ts'

/** What is used of Express's `Request`, so that Express's own types are not needed here. */
export interface ExpressRequest extends NodeRequest {
  readonly params?: Readonly<Record<string, string | string[]>>
  readonly query?: unknown
}

/** A middleware as Express calls it. */
export type ExpressMiddleware<Incoming extends ExpressRequest = ExpressRequest> = (
  request: Incoming,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void> | undefined

/**
 * Caches the pages of an Express 5 route: `app.get('/category/:slug', cachePage(cache, '60s', { tags: ['categories'] }), handler)`.
 *
 * The page is what the view writes, whether by `send`, `json`, `sendFile`, `render`, streams or `writeHead`. What it says in
 * Cache-Control wins over `ttl`; pages that are private, set a cookie or answer an Authorization are never kept. A page that
 * an error handler makes is kept like any other if its status is 200: give errors their status. See {@link PageOptions}; its
 * functions get Express's request. What it returns also explains itself: see {@link PageSigns}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function cachePage<Incoming extends ExpressRequest = ExpressRequest>(
  store: PageStore,
  ttl: Duration,
  options: PageOptions<Incoming> = {},
): ExpressMiddleware<Incoming> & PageSigns<Incoming> {
  return middleware(new PageCache(store, ttl, options))
}

/**
 * Caches the pages of a whole Express 5 application: `app.use(siteCache(cache, '60s', { except: ['/admin'] }))`, after the
 * layers that read cookies and find out who is asking, before the routes.
 *
 * As {@link cachePage}, but that a `cachePage` of a route within answers for its own pages, by its own options. See
 * {@link SiteOptions}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function siteCache<Incoming extends ExpressRequest = ExpressRequest>(
  store: PageStore,
  ttl: Duration,
  options: SiteOptions<Incoming> = {},
): ExpressMiddleware<Incoming> & PageSigns<Incoming> {
  return middleware(sitePages(store, ttl, options))
}

function middleware<Incoming extends ExpressRequest>(
  cache: PageCache<Incoming>,
): ExpressMiddleware<Incoming> & PageSigns<Incoming> {
  const answering: ExpressMiddleware<Incoming> = (request, response, next) => {
    try {
      const answer = cache.answer(nodeExchange(request, response, () => next()))
      // A hit is written by now.
      return answer === undefined ? undefined : failingTo(next, answer)
    } catch (error) {
      next(error)
      return undefined
    }
  }
  return Object.assign(answering, signsOf(cache, nodeInquiry))
}

async function failingTo(next: (error: unknown) => void, answer: Promise<void>): Promise<void> {
  try {
    await answer
  } catch (error) {
    next(error)
  }
}
