import type { CacheControlOptions } from '../../cache-control.ts'
import { type ConditionalOptions, conditionalWord } from '../../conditional.ts'
import { amendResponse } from '../../response-words.ts'
import type { Word } from '../../word.ts'
import {
  cacheControlWord,
  neverCacheWord,
  varyOnCookieWord,
  varyOnHeadersWord,
} from '../../words.ts'
import { type HonoContext, honoExchange, type HonoMiddleware } from './cache-page.ts'

/**
 * Says this of a route's answers as well as what its view says, where of two lifetimes the shorter counts and `private` stays:
 * `app.get('/a', cacheControl({ maxAge: '60s' }), view)`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function cacheControl(options: CacheControlOptions): HonoMiddleware {
  return middleware(cacheControlWord(options))
}

/**
 * Keeps a route's answers out of every cache, page caches around it and within included: `app.get('/a', neverCache(), view)`.
 */
export function neverCache(): HonoMiddleware {
  return middleware(neverCacheWord())
}

/**
 * Says that a route's answers depend on these fields of a request: `varyOnHeaders('Accept-Language')`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnHeaders(...names: string[]): HonoMiddleware {
  return middleware(varyOnHeadersWord(names))
}

/**
 * Says that a route's answers depend on cookies, to caches outside by `Vary: Cookie`. Page caches around it tell them apart
 * by those that are named alone: `varyOnCookie('theme')`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnCookie(...names: string[]): HonoMiddleware {
  return middleware(varyOnCookieWord(names))
}

/**
 * Answers 304 or 412 without the view, where the validators that these functions tell are enough to know (RFC 9110 §13), and
 * puts them on its answers: `conditional({ etag: (c) => versionOf(c.req.param('id')) })`. See {@link ConditionalOptions}.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function conditional<Context extends HonoContext = HonoContext>(
  options: ConditionalOptions<Context>,
): HonoMiddleware<Context> {
  return middleware(conditionalWord(options))
}

function middleware<Context extends HonoContext>(word: Word<Context>): HonoMiddleware<Context> {
  return async (c, next) => {
    const exchange = honoExchange(c, next)
    const said = await word(exchange)
    if ('reply' in said) return exchange.reply(said.reply)
    await next()
    const { res } = c
    const amended = amendResponse(res, said)
    if (amended === res) return undefined
    // Without this Hono copies the old response's fields over the new one's.
    c.res = undefined
    c.res = amended
    return undefined
  }
}
