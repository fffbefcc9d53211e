import { optionError } from '../base/errors.ts'
import type { Inquiry } from './exchange.ts'
import { type ExplainOptions, explain, type PageExplanation } from './explain.ts'
import type { PageStats } from './journal.ts'
import type { PageCache } from './page-cache.ts'
import { PAGE_EVENTS, type PageEventName, type PageListener } from './page-events.ts'
import { WebInquiry } from './web-inquiry.ts'

/**
 * What a page cache tells of itself; `cachePage` and `pageCache` return it with what they make.
 *
 * @typeParam Incoming the request as the framework shows it
 */
export interface PageSigns<Incoming> {
  /**
   * What the cache would do with this request now, and why: its key, what it has learned of the address, what lies there,
   * and what happened last. The view is not run, and nothing changes.
   *
   * Rejects with nothing but `E_OPTION`: a store that fails is a part of the answer.
   */
  explain(request: Incoming, options?: ExplainOptions): Promise<PageExplanation>
  /**
   * As `explain`, of an address instead of a request: of a GET for it without cookies, or with the fields that are given.
   * Options that are functions of the framework's request are given a web `Request`; where they cannot work with it, the
   * answer is `option failed`.
   *
   * @param request.url absolute
   * @param request.route the pattern under which its routes are counted, where it is known
   * @throws {CacheError} `E_OPTION` for an address that is none
   */
  explainUrl(request: PageAddress, options?: ExplainOptions): Promise<PageExplanation>
  /** What happened in this process since it began. */
  stats(): PageStats
  /**
   * Calls `listener` for each event of this name until the returned function is called. The same is published on the
   * diagnostics channel `breakwater:page:<name>`.
   *
   * @throws {CacheError} `E_OPTION` for a name that there is not
   */
  on(name: PageEventName, listener: PageListener): () => void
}

/** An address as it would be asked for. */
export interface PageAddress {
  /** With scheme and host. */
  readonly url: string
  /** Those that the request would have. Default none. */
  readonly headers?: Readonly<Record<string, string>>
  /** The route that would answer, where it matters. */
  readonly route?: string
}

/** A request that nobody has sent. */
class AddressInquiry<Incoming> extends WebInquiry<Incoming> {
  readonly #route: string | undefined

  constructor(request: Request, route: string | undefined) {
    super(request, request as Incoming)
    this.#route = route
  }

  override route(): string | undefined {
    return this.#route
  }
}

function addressInquiry<Incoming>({ headers, route, url }: PageAddress): Inquiry<Incoming> {
  if (typeof url !== 'string' || !/^https?:/i.test(url) || !URL.canParse(url))
    throw optionError('url', "an address such as 'https://shop.example/product/7'", url)
  const { host, password, username } = new URL(url)
  if (username !== '' || password !== '')
    throw optionError('url', 'an address without a user', 'one with a user')
  return new AddressInquiry(new Request(url, { headers: { host, ...headers } }), route)
}

/** @param inquire how the framework's request is looked at */
export function signsOf<Incoming>(
  cache: PageCache<Incoming>,
  inquire: (request: Incoming) => Inquiry<Incoming>,
): PageSigns<Incoming> {
  return {
    explain: async (request, options = {}) => await explain(cache, inquire(request), options),
    explainUrl: async (request, options = {}) =>
      await explain(cache, addressInquiry(request), options),
    stats: () => cache.journal.stats(),
    on(name, listener) {
      if (!PAGE_EVENTS.includes(name))
        throw optionError('on', `one of ${PAGE_EVENTS.join(', ')}`, name)
      if (typeof listener !== 'function') throw optionError('listener', 'a function', listener)
      return cache.events.on(name, listener)
    },
  }
}
