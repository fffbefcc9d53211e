import type { CacheControlOptions } from '../../cache-control.ts'
import { type ConditionalOptions, conditionalWord } from '../../conditional.ts'
import type { Word } from '../../word.ts'
import {
  cacheControlWord,
  neverCacheWord,
  varyOnCookieWord,
  varyOnHeadersWord,
} from '../../words.ts'
import { nodeExchange } from '../node/exchange.ts'
import { presetOn, speak } from '../node/speak.ts'
import type { ExpressMiddleware, ExpressRequest } from './cache-page.ts'

/**
 * Says this of a route's answers as well as what its view says, where of two lifetimes the shorter counts and `private` stays:
 * `app.get('/a', cacheControl({ maxAge: '60s' }), view)`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function cacheControl(options: CacheControlOptions): ExpressMiddleware {
  return middleware(cacheControlWord(options))
}

/**
 * Keeps a route's answers out of every cache, page caches around it and within included: `app.get('/a', neverCache(), view)`.
 */
export function neverCache(): ExpressMiddleware {
  return middleware(neverCacheWord())
}

/**
 * Says that a route's answers depend on these fields of a request: `varyOnHeaders('Accept-Language')`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnHeaders(...names: string[]): ExpressMiddleware {
  return middleware(varyOnHeadersWord(names))
}

/**
 * Says that a route's answers depend on cookies, to caches outside by `Vary: Cookie`. Page caches around it tell them apart
 * by those that are named alone: `varyOnCookie('theme')`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnCookie(...names: string[]): ExpressMiddleware {
  return middleware(varyOnCookieWord(names))
}

/**
 * Answers 304 or 412 without the view, where the validators that these functions tell are enough to know (RFC 9110 §13), and
 * puts them on its answers: `conditional({ etag: (req) => versionOf(req.params.id) })`. See {@link ConditionalOptions}.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function conditional<Incoming extends ExpressRequest = ExpressRequest>(
  options: ConditionalOptions<Incoming>,
): ExpressMiddleware<Incoming> {
  return middleware(conditionalWord(options))
}

function middleware<Incoming extends ExpressRequest>(
  word: Word<Incoming>,
): ExpressMiddleware<Incoming> {
  return async (request, response, next) => {
    try {
      const exchange = nodeExchange(request, response, () => next())
      await speak(word, exchange, response, presetOn(response))
    } catch (error) {
      next(error)
    }
  }
}
