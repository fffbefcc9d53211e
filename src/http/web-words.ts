import type { Duration } from '../base/duration.ts'
import { type ConditionalOptions, conditionalWord } from './conditional.ts'
import type { PageStore } from './page-store.ts'
import { amendResponse } from './response-words.ts'
import { type SiteOptions, sitePages } from './site-cache.ts'
import type { PageSigns } from './signs.ts'
import { type PageHandler, webExchange, webPages } from './web-handler.ts'

/**
 * A page cache around a whole site: `const site = siteCache(cache, '60s')`, then `site(request, () => app.fetch(request))`. As
 * `pageCache`, but that a page cache of a route within answers for its own pages, by its own options; see
 * {@link SiteOptions}.
 *
 * @param ttl for pages whose view names no lifetime
 * @throws {CacheError} `E_OPTION`, `E_KEY` while building; afterwards only what `next` throws
 */
export function siteCache(
  store: PageStore,
  ttl: Duration,
  options: SiteOptions = {},
): PageHandler & PageSigns<Request> {
  return webPages(sitePages(store, ttl, options))
}

/**
 * Answers 304 or 412 without the view, where the validators that these functions tell are enough to know (RFC 9110 §13), and
 * puts them on what it answers: `conditional({ etag: () => version })(request, view)`. See {@link ConditionalOptions}.
 *
 * @throws {CacheError} `E_OPTION` while building; afterwards what `next` throws, and what the functions throw for a request
 * whose preconditions guard a write
 */
export function conditional(options: ConditionalOptions): PageHandler {
  const word = conditionalWord(options)
  return async (request, next) => {
    const exchange = webExchange(request, next, { incoming: request, once: true })
    const said = await word(exchange)
    if ('reply' in said) return exchange.reply(said.reply)
    return amendResponse(await next(request), said)
  }
}
