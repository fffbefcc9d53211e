import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Duration } from '../../../base/duration.ts'
import type { PageOptions } from '../../options.ts'
import { PageCache } from '../../page-cache.ts'
import type { PageStore } from '../../page-store.ts'
import { type PageSigns, signsOf } from '../../signs.ts'
import { type SiteOptions, sitePages } from '../../site-cache.ts'
import { nodeExchange, nodeInquiry } from './exchange.ts'

/** What answers a request of node:http. It may return a promise; what it throws or rejects with is its caller's. */
export type NodeHandler<Incoming extends IncomingMessage = IncomingMessage> = (
  request: Incoming,
  response: ServerResponse,
) => unknown

/**
 * Makes a handler of a handler. It rejects with what the other one throws. A server of node:http2 can have it, too; the other
 * one is then given what that has for a request and a response.
 */
export type HandlerWrapper<Incoming extends IncomingMessage = IncomingMessage> = (
  handler: NodeHandler<Incoming>,
) => (
  request: Incoming | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => Promise<void>

/**
 * Caches what a handler of node:http answers:
 * `createServer(cachePage(cache, '60s', { tags: ['products'] })(handler))`.
 *
 * The page is what the handler writes, whether by `write`, `end`, `writeHead` or a pipe. What it says in Cache-Control wins
 * over `ttl`; pages that are private, set a cookie or answer an Authorization are never kept. See {@link PageOptions}; its
 * functions get Node's request.
 *
 * @param ttl for pages whose handler names no lifetime
 * @returns what makes a cached handler of a handler, and explains itself: see {@link PageSigns}. The cached one rejects with
 * what the handler throws
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function cachePage<Incoming extends IncomingMessage = IncomingMessage>(
  store: PageStore,
  ttl: Duration,
  options: PageOptions<Incoming> = {},
): HandlerWrapper<Incoming> & PageSigns<Incoming> {
  return cached(new PageCache(store, ttl, options))
}

/**
 * Caches the pages of a whole site: `createServer(siteCache(cache, '60s', { except: ['/admin'] })(handler))`.
 *
 * As {@link cachePage}, but that a `cachePage` within answers for its own pages, by its own options. See {@link SiteOptions}.
 *
 * @param ttl for pages whose handler names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function siteCache<Incoming extends IncomingMessage = IncomingMessage>(
  store: PageStore,
  ttl: Duration,
  options: SiteOptions<Incoming> = {},
): HandlerWrapper<Incoming> & PageSigns<Incoming> {
  return cached(sitePages(store, ttl, options))
}

/** A hit is written in the turn in which it was asked for. */
const WRITTEN: Promise<void> = Promise.resolve()

function cached<Incoming extends IncomingMessage>(
  cache: PageCache<Incoming>,
): HandlerWrapper<Incoming> & PageSigns<Incoming> {
  const wrap: HandlerWrapper<Incoming> =
    (handler) =>
    (...given) => {
      const [request, response] = given as Parameters<typeof handler>
      const run = async (): Promise<void> => void (await handler(request, response))
      try {
        return cache.answer(nodeExchange(request, response, run)) ?? WRITTEN
      } catch (error) {
        return Promise.reject(error)
      }
    }
  return Object.assign(wrap, signsOf(cache, nodeInquiry))
}
