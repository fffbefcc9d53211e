import type { Duration } from '../../../base/duration.ts'
import type { Exchange, Tap } from '../../exchange.ts'
import type { PageOptions } from '../../options.ts'
import { PageCache } from '../../page-cache.ts'
import type { PageStore } from '../../page-store.ts'
import type { Reply } from '../../replay.ts'
import { type PageSigns, signsOf } from '../../signs.ts'
import type { FieldList } from '../../rules/fields.ts'
import { type SiteOptions, sitePages } from '../../site-cache.ts'
import { currentPage } from '../../tag.ts'
import { askingForAll, responseInstead, seenAtOnce, tapResponse } from '../../web-handler.ts'
import { WebInquiry } from '../../web-inquiry.ts'
import { webResponse } from '../../web-response.ts'
import { trackContext } from './tracked.ts'

/** What is used of Hono's `Context`, so that Hono's own types are not needed here. */
export interface HonoContext {
  readonly req: {
    raw: Request
    readonly path: string
    /** What takes part in the answer, the handler last. */
    readonly matchedRoutes?: readonly { readonly path: string }[]
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
  /** What layers have set. */
  get: (name: never) => unknown
  /** What the platform gives: on Node the request that came. */
  env: unknown
}

/** A middleware as Hono calls it. */
export type HonoMiddleware<Context extends HonoContext = HonoContext> = (
  c: Context,
  next: () => Promise<void>,
) => Promise<Response | undefined>

/**
 * Caches the pages of a Hono route: `app.get('/category/:slug', cachePage(cache, '60s', { tags: ['categories'] }), handler)`.
 *
 * What the view says in Cache-Control wins over `ttl`; pages that are private, set a cookie or answer an Authorization are
 * never kept. See {@link PageOptions}; its functions get Hono's context. What it returns also explains itself: see
 * {@link PageSigns}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building
 */
export function cachePage<Context extends HonoContext = HonoContext>(
  store: PageStore,
  ttl: Duration,
  options: PageOptions<Context> = {},
): HonoMiddleware<Context> & PageSigns<Context> {
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
): HonoMiddleware<Context> & PageSigns<Context> {
  return middleware(sitePages(store, ttl, options))
}

function middleware<Context extends HonoContext>(
  cache: PageCache<Context>,
): HonoMiddleware<Context> & PageSigns<Context> {
  const answer: HonoMiddleware<Context> = async (c, next) => {
    const answer = cache.answer(honoExchange(c, next))
    // A hit is there by now: to await it would take two turns more.
    return answer instanceof Promise ? await answer : answer
  }
  return Object.assign(
    answer,
    signsOf(cache, (c) => honoExchange(c, async () => {})),
  )
}

/** Answers with the Response of a hit, or with `undefined` when the view has set `c.res`. */
export function honoExchange<Context extends HonoContext>(
  c: Context,
  next: () => Promise<void>,
): Exchange<Context, Response | undefined> {
  return new ContextExchange(c, next)
}

class ContextExchange<Context extends HonoContext>
  extends WebInquiry<Context>
  implements Exchange<Context, Response | undefined>
{
  readonly #next: () => Promise<void>

  constructor(c: Context, next: () => Promise<void>) {
    super(c.req.raw, c)
    this.#next = next
  }

  get once(): true {
    return true
  }

  get fills(): true {
    return true
  }

  override route(): string | undefined {
    return this.incoming.req.matchedRoutes?.at(-1)?.path
  }

  override member(name: string): unknown {
    return this.incoming.get(name as never) ?? super.member(name)
  }

  async run(tap: Tap | undefined): Promise<undefined> {
    const { incoming: c, request } = this
    const asked = tap?.whole === true ? askForAll(c, request, tap.asks) : undefined
    try {
      await this.#next()
    } catch (error) {
      asked?.end()
      throw error
    } finally {
      asked?.answered()
    }
    if (tap === undefined) return undefined
    const { res } = c
    const instead = responseInstead(res, tap)
    // Hono catches what a view throws and lets `onError` make a page of it, with whatever status.
    if (c.error !== undefined) tap.fail('the view failed')
    const tapped = instead instanceof Response ? instead : tapResponse(res, tap)
    await seenAtOnce(tap)
    // While a stream is on its way its view may still read.
    if (!tap.collecting) asked?.end()
    if (tapped === res) return undefined
    // Without this Hono copies the old response's fields over the new one's.
    c.res = undefined
    c.res = tapped
    return undefined
  }

  discard(): void {}

  reply(reply: Reply): Response {
    return webResponse(reply)
  }
}

/**
 * Until the page is made, of a stream until it has ended, the view has a request that tells what is read of it. Layers outside
 * may still answer 304 by themselves, so then it is the one that came, and what the view was asked by is gone before.
 */
function askForAll(
  c: HonoContext,
  raw: Request,
  asks: FieldList,
): { readonly answered: () => void; readonly end: () => void } {
  const page = currentPage()
  const reads = page?.reads
  const asked = forAll(raw, asks)
  let given: Request | undefined
  let isAnswered = false
  const isOver = (): boolean => (reads === undefined ? isAnswered : reads.hasEnded)
  Object.defineProperty(c.req, 'raw', {
    configurable: true,
    enumerable: true,
    get: () => given ?? (isOver() ? raw : asked),
    set(value: Request) {
      given = value
    },
  })
  const answered = (): void => {
    isAnswered = true
    for (let index = 0; index < asks.length; index += 2) asked.headers.delete(asks[index] as string)
  }
  return { answered, end: trackContext(c, page) }
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
