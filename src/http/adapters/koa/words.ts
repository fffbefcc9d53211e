import type { CacheControlOptions } from '../../cache-control.ts'
import { type ConditionalOptions, conditionalWord } from '../../conditional.ts'
import { amended, type Word } from '../../word.ts'
import {
  cacheControlWord,
  neverCacheWord,
  varyOnCookieWord,
  varyOnHeadersWord,
} from '../../words.ts'
import { amendHead } from '../node/amend-head.ts'
import { fieldsByName } from '../node/fields-by-name.ts'
import { fieldsOf } from '../node/capture.ts'
import { koaExchange, type KoaContext, type KoaMiddleware } from './cache-page.ts'

/**
 * Says this of a route's answers as well as what its view says, where of two lifetimes the shorter counts and `private` stays:
 * `router.get('/a', cacheControl({ maxAge: '60s' }), view)`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function cacheControl(options: CacheControlOptions): KoaMiddleware {
  return middleware(cacheControlWord(options))
}

/**
 * Keeps a route's answers out of every cache, page caches around it and within included: `router.get('/a', neverCache(), view)`.
 */
export function neverCache(): KoaMiddleware {
  return middleware(neverCacheWord())
}

/**
 * Says that a route's answers depend on these fields of a request: `varyOnHeaders('Accept-Language')`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnHeaders(...names: string[]): KoaMiddleware {
  return middleware(varyOnHeadersWord(names))
}

/**
 * Says that a route's answers depend on cookies, to caches outside by `Vary: Cookie`. Page caches around it tell them apart
 * by those that are named alone: `varyOnCookie('theme')`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnCookie(...names: string[]): KoaMiddleware {
  return middleware(varyOnCookieWord(names))
}

/**
 * Answers 304 or 412 without the view, where the validators that these functions tell are enough to know (RFC 9110 §13), and
 * puts them on its answers: `conditional({ etag: (ctx) => versionOf(ctx.params.id) })`. See {@link ConditionalOptions}.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function conditional<Context extends KoaContext = KoaContext>(
  options: ConditionalOptions<Context>,
): KoaMiddleware<Context> {
  return middleware(conditionalWord(options))
}

function middleware<Context extends KoaContext>(word: Word<Context>): KoaMiddleware<Context> {
  return async (ctx, next) => {
    const exchange = koaExchange(ctx, next)
    const said = await word(exchange)
    if ('reply' in said) return exchange.reply(said.reply)
    // For a view that writes past Koa, and for what Koa makes of an error.
    const leave = amendHead(ctx.res, said)
    await (said.around === undefined ? next() : said.around(next))
    if (ctx.respond === false || ctx.headerSent) return
    leave()
    const fields = amended(said, { status: ctx.status, fields: fieldsOf(ctx.res) })
    for (const [name, value] of fieldsByName({ fields })) ctx.response.set(name, value)
  }
}
