import type { Duration } from '../../../base/duration.ts'
import type { Exchange, Tap } from '../../exchange.ts'
import type { PageOptions } from '../../options.ts'
import { PageCache } from '../../page-cache.ts'
import type { PageStore } from '../../page-store.ts'
import type { Reason } from '../../reasons.ts'
import type { Reply } from '../../replay.ts'
import { type SiteOptions, sitePages } from '../../site-cache.ts'
import { type PageSigns, signsOf } from '../../signs.ts'
import { currentPage, untracked } from '../../tag.ts'
import { insteadOf, seenAtOnce, tapResponse } from '../../web-handler.ts'
import { webResponse } from '../../web-response.ts'
import type { H3Event } from './event.ts'
import { toResponse } from './to-response.ts'
import { watchEvent } from './watch-event.ts'

/** A middleware as H3 calls it. */
export type H3Middleware<Event extends H3Event = H3Event> = (
  event: Event,
  next: () => unknown,
) => Promise<unknown>

/** A view has answered by itself, on the server's own response. */
const HANDLED = Symbol.for('h3.handled')
/** No route has matched. */
export const NOT_FOUND: symbol = Symbol.for('h3.notFound')

/**
 * Caches the pages of an h3 2 route, or of an application:
 * `app.get('/category/:slug', view, { middleware: [cachePage(cache, '60s', { tags: ['categories'] })] })`, or
 * `app.use('/category/**', cachePage(cache, '60s'))`. In Nitro 3 it is a middleware like any other.
 *
 * The page is the response that h3 makes of what the view returns, with what is prepared on `event.res`. What the view says in
 * Cache-Control wins over `ttl`; pages that are private, set a cookie or answer an Authorization are never kept, nor is what
 * is written to the server's own response. See {@link PageOptions}; its functions get h3's event. What it returns also
 * explains itself: see {@link PageSigns}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function cachePage<Event extends H3Event = H3Event>(
  store: PageStore,
  ttl: Duration,
  options: PageOptions<Event> = {},
): H3Middleware<Event> & PageSigns<Event> {
  return middleware(new PageCache(store, ttl, options))
}

/**
 * Caches the pages of a whole h3 2 application, or of Nitro 3: `app.use(siteCache(cache, '60s', { except: ['/admin'] }))`, after
 * the layers that find out who is asking, before the routes.
 *
 * As {@link cachePage}, but that a `cachePage` of a route within answers for its own pages, by its own options. See
 * {@link SiteOptions}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function siteCache<Event extends H3Event = H3Event>(
  store: PageStore,
  ttl: Duration,
  options: SiteOptions<Event> = {},
): H3Middleware<Event> & PageSigns<Event> {
  return middleware(sitePages(store, ttl, options))
}

function middleware<Event extends H3Event>(
  cache: PageCache<Event>,
): H3Middleware<Event> & PageSigns<Event> {
  const answer: H3Middleware<Event> = async (event, next) => {
    return await cache.answer(h3Exchange(event, next))
  }
  return Object.assign(
    answer,
    signsOf(cache, (event) => h3Exchange(event, () => {})),
  )
}

/** Answers with a Response, or with what the view returned where that is no page. */
export function h3Exchange<Event extends H3Event>(
  event: Event,
  next: () => unknown,
): Exchange<Event, unknown> {
  const request = event.req
  const { headers, method, url } = request
  const { protocol, host, pathname, search } = new URL(url)
  let before: readonly (readonly [name: string, value: string])[] | undefined
  return {
    incoming: event,
    method,
    scheme: protocol.slice(0, -1),
    authority: host === '' ? undefined : host,
    // Behind a trusted proxy the URL has the forwarded host, while the view can read either.
    alsoKnownAs: [untracked(() => headers.get('host')) ?? host],
    path: pathname,
    // `search` is empty for a lone `?`, which the view can see.
    query: search === '' && /^[^#]*\?(?:#|$)/.test(url) ? '?' : search,
    // Not by `body`: srvx begins to read when that is looked at.
    hasBody: headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0',
    once: true,
    fills: true,
    member: (name) => (event.context as Record<string, unknown>)[name],
    route: () => event.context.matchedRoute?.route,
    header: (name) => headers.get(name) ?? undefined,
    async run(tap) {
      if (tap === undefined) return await next()
      const answered = tap.whole ? watchEvent(event, currentPage(), tap.asks) : undefined
      before = [...event.res.headers]
      let response: Response | undefined
      let made: unknown
      try {
        made = await next()
        response = await responseOf(made, event, request)
      } finally {
        answered?.()
      }
      if (response !== undefined) {
        const instead = answered === undefined ? undefined : replyInstead(response, tap)
        return instead === undefined ? await seen(response, tap) : replace(event, instead, before)
      }
      if (made === NOT_FOUND) tap.head({ status: 404, fields: [] })
      else tap.fail(oddity(made) ?? 'h3 does not say what it sends')
      return made
    },
    discard() {},
    reply: (page) => (before === undefined ? answer(event, page) : replace(event, page, before)),
  }
}

/** What the tap wants sent in place of a response, which is then given up. */
function replyInstead(response: Response, tap: Tap): Reply | undefined {
  const instead = insteadOf(response, tap)
  return instead === 'again' ? undefined : instead
}

/** Answers as if the view had never run: what it has prepared is gone. */
function replace(
  event: H3Event,
  page: Reply,
  before: readonly (readonly [name: string, value: string])[],
): Response {
  const { headers } = event.res
  // Listed first: deleting while they are walked would pass some over.
  const names = [...headers.keys()]
  for (const name of names) headers.delete(name)
  for (const [name, value] of before) headers.append(name, value)
  return answer(event, page)
}

/** Why what a view returned is no page. */
function oddity(made: unknown): Reason | undefined {
  if (made === undefined) return 'it has no body'
  if (made === HANDLED) return 'it was written past h3'
  if (made === NOT_FOUND) return 'no route'
  return made instanceof Error ? 'the view failed' : undefined
}

/** What h3 sends for what a view returned; `undefined` where that is no page, or nobody can tell. */
export async function responseOf(
  made: unknown,
  event: H3Event,
  request: Request,
): Promise<Response | undefined> {
  if (oddity(made) !== undefined) return undefined
  const response = await toResponse(made, event, request)
  // srvx's response knows the type of its body only once that was looked at.
  const body = response?.body
  // Another server in this process may have put a Response of its own in the platform's place, and h3 goes by that.
  if (response === undefined || response instanceof Response) return response
  return new Response(body, response)
}

async function seen(response: Response, tap: Tap): Promise<Response> {
  const tapped = tapResponse(response, tap)
  await seenAtOnce(tap)
  return tapped
}

/** What layers outside have prepared stays, unless the page has a field of that name. */
function answer(event: H3Event, page: Reply): Response {
  for (let index = 0; index < page.fields.length; index += 2) {
    event.res.headers.delete(page.fields[index] as string)
  }
  return webResponse(page)
}
