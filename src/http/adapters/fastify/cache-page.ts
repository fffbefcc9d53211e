import type { Duration } from '../../../base/duration.ts'
import type { PageOptions } from '../../options.ts'
import { PageCache } from '../../page-cache.ts'
import type { PageStore } from '../../page-store.ts'
import { type PageSigns, signsOf } from '../../signs.ts'
import { type SiteOptions, sitePages } from '../../site-cache.ts'
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
  return hook(new PageCache(store, ttl, options))
}

/** What is used of Fastify's instance, so that Fastify's own types are not needed here. */
export interface FastifyInstance<Incoming extends FastifyRequest = FastifyRequest> {
  addHook(name: 'preHandler', hook: FastifyHook<Incoming>): unknown
}

/** A plugin for `app.register(…)`. */
export type FastifyPlugin<Incoming extends FastifyRequest = FastifyRequest> = (
  instance: FastifyInstance<Incoming>,
  options: unknown,
  done: () => void,
) => void

/**
 * Caches the pages of a whole Fastify 5 application: `app.register(siteCache(cache, '60s', { except: ['/admin'] }))`, before
 * the plugins that hold its routes: those that are registered earlier are not cached.
 *
 * A plugin without encapsulation: it is for the whole instance that registers it and for the plugins that follow there. It
 * works as `preHandler`, so `onRequest` hooks, such as those that find out who is asking, come before it whenever they are
 * added. As {@link cachePage}, but that a `cachePage` of a route within answers for its own pages, by its own options. See
 * {@link SiteOptions}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function siteCache<Incoming extends FastifyRequest = FastifyRequest>(
  store: PageStore,
  ttl: Duration,
  options: SiteOptions<Incoming> = {},
): FastifyPlugin<NoInfer<Incoming>> & PageSigns<Incoming> {
  const cache = sitePages(store, ttl, options)
  const site = hook(cache)
  const plugin: FastifyPlugin<Incoming> = (instance, _, done) => {
    instance.addHook('preHandler', site)
    done()
  }
  // How Fastify is told not to give the plugin an instance of its own.
  return Object.assign(plugin, signsOf(cache, fastifyInquiry), {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'breakwater-site-cache',
  })
}

function hook<Incoming extends FastifyRequest>(
  cache: PageCache<Incoming>,
): FastifyHook<Incoming> & PageSigns<Incoming> {
  const answering: FastifyHook<Incoming> = (request, reply, done) => {
    const failed = (error: unknown): void => done(error as Error)
    try {
      const answer = cache.answer(fastifyExchange(request, reply, () => done()))
      // A hit is sent by now.
      answer?.catch(failed)
    } catch (error) {
      failed(error)
    }
  }
  return Object.assign(answering, signsOf(cache, fastifyInquiry))
}
