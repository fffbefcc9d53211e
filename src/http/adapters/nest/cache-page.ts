import type { ServerResponse } from 'node:http'
import type { Duration } from '../../../base/duration.ts'
import type { Exchange, Inquiry, Tap } from '../../exchange.ts'
import type { PageOptions } from '../../options.ts'
import { PageCache } from '../../page-cache.ts'
import type { PageStore } from '../../page-store.ts'
import type { Reply } from '../../replay.ts'
import { type PageSigns, signsOf } from '../../signs.ts'
import { type SiteOptions, sitePages } from '../../site-cache.ts'
import {
  fastifyExchange,
  fastifyInquiry,
  type FastifyReply,
  type FastifyRequest,
} from '../fastify/exchange.ts'
import { nodeExchange, nodeInquiry, type NodeRequest } from '../node/exchange.ts'

/** A request of either platform: Express's, or Fastify's. */
export type NestRequest = NodeRequest | FastifyRequest

/** What is used of Nest's `ExecutionContext`, so that Nest's own types are not needed here. */
export interface NestContext {
  getType(): string
  switchToHttp(): { getRequest(): unknown; getResponse(): unknown }
}

/** An interceptor for `@UseInterceptors(…)`. What it resolves to is Nest's business: an observable of some kind. */
export interface NestInterceptor {
  intercept(context: NestContext, next: { handle(): unknown }): Promise<never>
}

/**
 * Caches what a method of a NestJS controller answers, on Express or on Fastify:
 * `@UseInterceptors(cachePage(cache, '60s', { tags: ['categories'] }))`, on the method or on its class.
 *
 * Guards run before it, so whoever they turn away never sees a page. The page is what goes to the wire: after interceptors,
 * serialisation and templates. On a hit the page is written at once; interceptors outside see `undefined` pass, and what
 * Nest would make of that is not sent. What the method says in Cache-Control wins over `ttl`; pages that are private, set a
 * cookie or answer an Authorization are never kept. See {@link PageOptions}; its functions get the platform's request. What
 * is not HTTP is left alone. What it returns also explains itself: see {@link PageSigns}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function cachePage<Incoming extends NestRequest = NestRequest>(
  store: PageStore,
  ttl: Duration,
  options: PageOptions<Incoming> = {},
): NestInterceptor & PageSigns<Incoming> {
  return interceptor(new PageCache(store, ttl, options))
}

/**
 * Caches what all controllers of a NestJS application answer: `app.useGlobalInterceptors(siteCache(cache, '60s'))`, first of
 * them. What is served past controllers, such as static files, is left alone.
 *
 * As {@link cachePage}, but that a `cachePage` of a method or a controller answers for its own pages, by its own options. See
 * {@link SiteOptions}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function siteCache<Incoming extends NestRequest = NestRequest>(
  store: PageStore,
  ttl: Duration,
  options: SiteOptions<Incoming> = {},
): NestInterceptor & PageSigns<Incoming> {
  return interceptor(sitePages(store, ttl, options))
}

function interceptor<Incoming extends NestRequest>(
  cache: PageCache<Incoming>,
): NestInterceptor & PageSigns<Incoming> {
  return {
    ...signsOf(cache, nestInquiry),
    async intercept(context, next) {
      if (context.getType() !== 'http') return next.handle() as never
      const http = context.switchToHttp()
      const request = http.getRequest() as Incoming
      const answer = await cache.answer(nestExchange(request, http.getResponse(), next))
      return answer as never
    },
  }
}

function nestInquiry<Incoming extends NestRequest>(request: Incoming): Inquiry<Incoming> {
  const inquiry: unknown = 'raw' in request ? fastifyInquiry(request) : nodeInquiry(request)
  return inquiry as Inquiry<Incoming>
}

/** Answers with what Nest subscribes to. */
export function nestExchange<Incoming extends NestRequest>(
  request: Incoming,
  response: unknown,
  next: { handle(): unknown },
): Exchange<Incoming, unknown> {
  return new MethodExchange(request, response, next)
}

/** That of the platform, with answers as Nest wants them. */
class MethodExchange<Incoming extends NestRequest> implements Exchange<Incoming, unknown> {
  readonly #platform: Exchange<Incoming, void>
  readonly #response: unknown
  #view: unknown

  constructor(request: Incoming, response: unknown, next: { handle(): unknown }) {
    // Nest runs the view later, in the asynchronous context of this call.
    const run = (): void => void (this.#view = next.handle())
    this.#platform = platformOf(request, response, run)
    this.#response = response
  }

  get incoming(): Incoming {
    return this.#platform.incoming
  }

  get once(): boolean {
    return this.#platform.once
  }

  get fills(): boolean {
    return this.#platform.fills === true
  }

  get method(): string {
    return this.#platform.method
  }

  get scheme(): string {
    return this.#platform.scheme
  }

  get authority(): string | undefined {
    return this.#platform.authority
  }

  get path(): string {
    return this.#platform.path
  }

  get query(): string {
    return this.#platform.query
  }

  get hasBody(): boolean {
    return this.#platform.hasBody
  }

  get alsoKnownAs(): readonly string[] {
    return this.#platform.alsoKnownAs
  }

  header(name: string): string | undefined {
    return this.#platform.header(name)
  }

  member(name: string): unknown {
    return this.#platform.member?.(name)
  }

  route(): string | undefined {
    return this.#platform.route?.()
  }

  async run(tap: Tap | undefined): Promise<unknown> {
    await this.#platform.run(tap)
    return this.#view
  }

  discard(): void {}

  reply(page: Reply): unknown {
    this.#platform.reply(page)
    muffle(this.#response as Muffled)
    // Anything that can be iterated is an observable to Nest; a value spares layers outside their timeouts.
    return [undefined]
  }
}

function platformOf<Incoming extends NestRequest>(
  request: Incoming,
  response: unknown,
  run: () => void,
): Exchange<Incoming, void> {
  const platform: unknown =
    'raw' in request
      ? fastifyExchange(request, response as FastifyReply, run)
      : nodeExchange(request, response as ServerResponse, run)
  return platform as Exchange<Incoming, void>
}

/** What Nest calls on a response of either platform to send what a method returned. */
interface Muffled {
  send: () => unknown
  json: () => unknown
  render: () => unknown
  view: () => unknown
  redirect: () => unknown
}

/** The page is on its way: what Nest makes of no value must neither follow it nor fail for it. */
function muffle(response: Muffled): void {
  const nothing = (): unknown => response
  Object.assign(response, {
    send: nothing,
    json: nothing,
    render: nothing,
    view: nothing,
    redirect: nothing,
  })
}
