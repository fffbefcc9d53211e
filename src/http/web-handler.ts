import type { Duration } from '../base/duration.ts'
import type { Exchange, HeadEdit, Inquiry, Tap } from './exchange.ts'
import type { PageOptions } from './options.ts'
import { PageCache } from './page-cache.ts'
import type { PageStore } from './page-store.ts'
import type { Reply } from './replay.ts'
import { type PageSigns, signsOf } from './signs.ts'
import { currentPage } from './tag.ts'
import type { FieldList } from './rules/fields.ts'
import { trackedRequest, wholeRequest } from './tracked-request.ts'
import { WebInquiry } from './web-inquiry.ts'
import { webResponse } from './web-response.ts'

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
    const answer = cache.answer(webExchange(request, next, { incoming: request, once: false }))
    // A hit is there by now: to await it would take two turns more.
    return answer instanceof Promise ? await answer : answer
  }
  return Object.assign(
    handle,
    signsOf(cache, (request) => webInquiry(request, request)),
  )
}

/** A request that is only looked at. @param incoming the request as options see it */
function webInquiry<Incoming>(request: Request, incoming: Incoming): Inquiry<Incoming> {
  return new WebInquiry(request, incoming)
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
  return new WebExchange(request, next, frame)
}

class WebExchange<Incoming> extends WebInquiry<Incoming> implements Exchange<Incoming, Response> {
  readonly once: boolean
  readonly #next: (request: Request) => Promise<Response> | Response

  constructor(
    request: Request,
    next: (request: Request) => Promise<Response> | Response,
    frame: { readonly incoming: Incoming; readonly once: boolean },
  ) {
    super(request, frame.incoming)
    this.once = frame.once
    this.#next = next
  }

  get fills(): true {
    return true
  }

  async run(tap: Tap | undefined): Promise<Response> {
    const { request } = this
    if (tap === undefined) return await this.#next(request)
    const asked = tap.whole ? askingForAll(request, tap.asks) : request
    const first = await this.#next(asked)
    const instead = responseInstead(first, tap)
    if (instead === undefined) return tapResponse(first, tap)
    if (instead !== 'again') return instead
    return tapResponse(await this.#next(askingForAll(request, [])), tap)
  }

  discard(response: Response): void {
    giveUp(response)
  }

  reply(reply: Reply): Response {
    return webResponse(reply)
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
