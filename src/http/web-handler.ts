import type { Duration } from '../base/duration.ts'
import type { Exchange, HeadEdit, Inquiry, Tap } from './exchange.ts'
import type { PageOptions } from './options.ts'
import { PageCache } from './page-cache.ts'
import type { PageStore } from './page-store.ts'
import type { Reply } from './replay.ts'
import { type PageSigns, signsOf } from './signs.ts'
import { currentPage, untracked } from './tag.ts'
import type { FieldList } from './rules/fields.ts'
import { trackedRequest, wholeRequest } from './tracked-request.ts'

/** Answers a request; `next` makes the page when the cache has none. */
export type PageHandler = (
  request: Request,
  next: (request: Request) => Promise<Response> | Response,
) => Promise<Response>

/**
 * A page cache in the web's own terms: `const pages = pageCache(cache, '60s')`, then `pages(request, () => view(request))`.
 *
 * `next` gets the request to answer, which is the one that came unless that asked for less than the whole page
 * (If-None-Match, Range), and tells the cache what was read of it: see option `reads`. With option `stale` it may be called
 * after the response was returned. `pages.explain(request)` tells what the cache would do: see {@link PageSigns}.
 *
 * @param ttl for pages whose view names no lifetime in Cache-Control or Expires; those that do are kept that long
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building; afterwards only what `next` throws
 */
export function pageCache(
  store: PageStore,
  ttl: Duration,
  options: PageOptions = {},
): PageHandler & PageSigns<Request> {
  return webPages(new PageCache(store, ttl, options))
}

export function webPages(cache: PageCache<Request>): PageHandler & PageSigns<Request> {
  const handle: PageHandler = async (request, next) => {
    return await cache.answer(webExchange(request, next, { incoming: request, once: false }))
  }
  return Object.assign(
    handle,
    signsOf(cache, (request) => webInquiry(request, request)),
  )
}

/** A request that is only looked at. @param incoming the request as options see it */
function webInquiry<Incoming>(request: Request, incoming: Incoming): Inquiry<Incoming> {
  return webExchange(request, () => Response.error(), { incoming, once: false })
}

/**
 * The exchange of anything that speaks `Request` and `Response`.
 *
 * @param frame `incoming`: the request as options see it; `once`: see {@link Exchange.once}
 */
export function webExchange<Incoming>(
  request: Request,
  next: (request: Request) => Promise<Response> | Response,
  frame: { readonly incoming: Incoming; readonly once: boolean },
): Exchange<Incoming, Response> {
  const { host, password, pathname, protocol, search, username } = new URL(request.url)
  // The platform makes no request of such an address, so no view could be given it.
  const isSigned = username !== '' || password !== ''
  const { headers } = request
  return {
    // Not spread: an object to which a spread adds members is made thirty times slower.
    incoming: frame.incoming,
    once: frame.once,
    fills: true,
    method: request.method,
    scheme: protocol.slice(0, -1),
    authority: host === '' || isSigned ? undefined : host,
    // In another case, or another altogether beside a target that names its host.
    // A request that the application makes of itself, as to warm a page, has no Host. To look is no read of a view's.
    alsoKnownAs: [untracked(() => headers.get('host')) ?? host],
    path: pathname,
    // `search` is empty for a lone `?`, which the view can see.
    query: search === '' && /^[^#]*\?(?:#|$)/.test(request.url) ? '?' : search,
    // Of a GET the platform shows no body, but a view can see that there was one.
    hasBody:
      (!isSigned && request.body !== null) ||
      headers.has('transfer-encoding') ||
      (headers.get('content-length') ?? '0') !== '0',
    header: (name) => request.headers.get(name) ?? undefined,
    member: (name) => (request as unknown as Record<string, unknown>)[name],
    // For adapters that know: a spread that only replaces members is as quick.
    route: () => undefined,
    async run(tap) {
      if (tap === undefined) return await next(request)
      const asked = tap.whole ? askingForAll(request, tap.asks) : request
      const first = await next(asked)
      const instead = responseInstead(first, tap)
      if (instead === undefined) return tapResponse(first, tap)
      return instead === 'again' ? tapResponse(await next(askingForAll(request, [])), tap) : instead
    },
    discard: giveUp,
    reply: webResponse,
  }
}

/**
 * What a view is given of a request whose page is made for others too: it asks for the whole page, whatever part or version
 * of it the client has, and what the view reads of it becomes part of the key. Called while the view is being run.
 *
 * @param asks what the view is asked by instead
 */
export function askingForAll(request: Request, asks: FieldList): Request {
  const page = currentPage()
  if (page?.reads === undefined) return wholeRequest(request, asks)
  return trackedRequest(request, page.reads, page.query, page.userIsKeyed, asks)
}

/** What the tap wants sent in place of a response, which is then given up; `undefined` when it is to be sent. */
export function responseInstead(response: Response, tap: Tap): Response | 'again' | undefined {
  const instead = insteadOf(response, tap)
  return instead === undefined || instead === 'again' ? instead : webResponse(instead)
}

/** As {@link responseInstead}, for adapters that answer in their own way. */
export function insteadOf(response: Response, tap: Tap): Reply | 'again' | undefined {
  if (!tap.takes(response.status)) return undefined
  const instead = tap.instead({ status: response.status, fields: [...response.headers].flat() })
  if (instead !== undefined) giveUp(response)
  return instead
}

// A body that has ended, or is locked by a reader, cannot and need not be cancelled.
function giveUp(response: Response): void {
  response.body?.cancel().catch(() => {})
}

/** A page from the cache as the platform's own response. */
export function webResponse(reply: Reply): Response {
  const response = new Response(reply.body as Uint8Array<ArrayBuffer> | null, {
    status: reply.status,
    statusText: reply.reason ?? '',
    // Some servers' own Response has a type by itself where it is told nothing.
    headers: [],
  })
  // Not given to the constructor, which copies them once more.
  for (let index = 0; index + 1 < reply.fields.length; index += 2) {
    response.headers.append(reply.fields[index] as string, reply.fields[index + 1] as string)
  }
  return response
}

/** More than the platform takes to hand out a text that is there. */
const TURNS = 100

/**
 * Resolves once a body that is there, and no stream on its way, was seen: what layers outside read from then on is not the
 * view's. While a stream is on its way, its view may still read. Takes no time: nothing that waits for anything goes on
 * meanwhile.
 */
export async function seenAtOnce(tap: Tap): Promise<void> {
  for (let turn = 0; tap.collecting && turn < TURNS; turn++) await Promise.resolve()
}

/** The response as it is, its body seen by the tap on its way. */
export function tapResponse(response: Response, tap: Tap): Response {
  const { headers, status, statusText } = response
  const edit = tap.head({ status, reason: statusText, fields: [...headers].flat() })
  if (response.bodyUsed) {
    tap.fail('its body was read')
    return response
  }
  if (response.body === null) tap.end()
  const isSeen = tap.collecting || tap.filling !== undefined
  if (!isSeen || response.body === null) return withHead(response, response.body, edit)
  return withHead(response, tapStream(response.body, tap), edit)
}

function withHead(response: Response, body: ReadableStream | null, edit: HeadEdit): Response {
  const { add } = edit
  const drop = edit.drop.filter((name) => response.headers.has(name))
  if (drop.length + add.length === 0 && body === response.body) return response
  // Made anew, because the headers of a fetched response are immutable. A status such as 101 cannot be made: leave those.
  if (response.status < 200) return response
  const { status, statusText } = response
  const made = new Response(body, { status, statusText, headers: response.headers })
  for (const name of drop) made.headers.delete(name)
  for (let index = 0; index + 1 < add.length; index += 2) {
    made.headers.append(add[index] as string, add[index + 1] as string)
  }
  return made
}

const NOTHING = new Uint8Array()

/**
 * While the page may still be stored the source is read as fast as it comes, so that others do not wait for one slow
 * client; the queue is bounded, because beyond `maxBodyBytes` the tap stops collecting. From then on the client sets the pace.
 */
function tapStream(source: ReadableStream<Uint8Array>, tap: Tap): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  const step = async (
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<boolean> => {
    const { filling } = tap
    try {
      const { done, value } = await reader.read()
      if (done) {
        const rest = filling?.rest() ?? NOTHING
        if (rest.length > 0) controller.enqueue(rest)
        tap.end()
        controller.close()
        return false
      }
      if (value instanceof Uint8Array) tap.chunk(value)
      else tap.fail('its body is not bytes')
      const sent = filling === undefined ? value : filling.through(value)
      if (sent.length > 0) controller.enqueue(sent)
      // Whoever waits for bytes is asked for no more until there are some.
      return sent.length > 0 || (await step(controller))
    } catch (error) {
      tap.fail('its body failed')
      controller.error(error)
      return false
    }
  }
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      // Not awaited by the stream's consumer: what is queued can be read at once.
      while (tap.collecting && (await step(controller)));
    },
    async pull(controller) {
      await step(controller)
    },
    async cancel(reason) {
      tap.fail('its client left')
      await reader.cancel(reason)
    },
  })
}
