import type { Duration } from '../../../base/duration.ts'
import type { PageOptions } from '../../options.ts'
import { PageCache } from '../../page-cache.ts'
import type { PageStore } from '../../page-store.ts'
import { type PageSigns, signsOf } from '../../signs.ts'
import {
  fastifyExchange,
  fastifyInquiry,
  type FastifyReply,
  type FastifyRequest,
} from './exchange.ts'

/** A hook of Fastify with a callback, which keeps the view inside the page that it makes. */
export type FastifyHook<Incoming extends FastifyRequest = FastifyRequest> = (
  request: Incoming,
  reply: FastifyReply,
  done: (error?: Error) => void,
) => void

/**
 * Caches the pages of a Fastify 5 route:
 * `app.get('/category/:slug', { preHandler: cachePage(cache, '60s', { tags: ['categories'] }) }, handler)`.
 *
 * As `preHandler` of the route it runs after the hooks of the application and of plugins, so whoever they turn away never
 * sees a page; after `app.addHook('preHandler', …)` it does the same for all routes that follow. The page is what goes to the
 * wire, whatever the handler returns; `onSend` hooks have had their say by then, and have it again on a hit. What the view
 * says in Cache-Control wins over `ttl`; pages that are private, set a cookie or answer an Authorization are never kept. See
 * {@link PageOptions}; its functions get Fastify's request. What it returns also explains itself: see {@link PageSigns}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function cachePage<Incoming extends FastifyRequest = FastifyRequest>(
  store: PageStore,
  ttl: Duration,
  options: PageOptions<Incoming> = {},
): FastifyHook<NoInfer<Incoming>> & PageSigns<Incoming> {
  const cache = new PageCache(store, ttl, options)
  const hook: FastifyHook<Incoming> = (request, reply, done) => {
    void answer(cache, request, reply, done)
  }
  return Object.assign(hook, signsOf(cache, fastifyInquiry))
}

async function answer<Incoming extends FastifyRequest>(
  cache: PageCache<Incoming>,
  request: Incoming,
  reply: FastifyReply,
  done: (error?: Error) => void,
): Promise<void> {
  try {
    await cache.answer(fastifyExchange(request, reply, () => done()))
  } catch (error) {
    done(error as Error)
  }
}
