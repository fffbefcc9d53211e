import type { IncomingMessage } from 'node:http'
import type { CacheControlOptions } from '../../cache-control.ts'
import { type ConditionalOptions, conditionalWord } from '../../conditional.ts'
import type { Word } from '../../word.ts'
import {
  cacheControlWord,
  neverCacheWord,
  varyOnCookieWord,
  varyOnHeadersWord,
} from '../../words.ts'
import type { HandlerWrapper } from './cache-page.ts'
import { nodeExchange } from './exchange.ts'
import { presetOn, speak } from './speak.ts'

/**
 * Says this of a handler's answers as well as what it says itself, where of two lifetimes the shorter counts and `private` stays:
 * `cacheControl({ maxAge: '60s' })(handler)`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function cacheControl(options: CacheControlOptions): HandlerWrapper {
  return wrapper(cacheControlWord(options))
}

/**
 * Keeps a handler's answers out of every cache, page caches around it and within included: `neverCache()(handler)`.
 */
export function neverCache(): HandlerWrapper {
  return wrapper(neverCacheWord())
}

/**
 * Says that a handler's answers depend on these fields of a request: `varyOnHeaders('Accept-Language')(handler)`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnHeaders(...names: string[]): HandlerWrapper {
  return wrapper(varyOnHeadersWord(names))
}

/**
 * Says that a handler's answers depend on cookies, to caches outside by `Vary: Cookie`. Page caches around it tell them apart
 * by those that are named alone: `varyOnCookie('theme')(handler)`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnCookie(...names: string[]): HandlerWrapper {
  return wrapper(varyOnCookieWord(names))
}

/**
 * Answers 304 or 412 without the handler, where the validators that these functions tell are enough to know (RFC 9110 §13), and
 * puts them on its answers: `conditional({ etag: () => version })(handler)`. See {@link ConditionalOptions}.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function conditional<Incoming extends IncomingMessage = IncomingMessage>(
  options: ConditionalOptions<Incoming>,
): HandlerWrapper<Incoming> {
  return wrapper(conditionalWord(options))
}

function wrapper<Incoming extends IncomingMessage>(word: Word<Incoming>): HandlerWrapper<Incoming> {
  return (handler) =>
    async (...given) => {
      const [request, response] = given as Parameters<typeof handler>
      const run = async (): Promise<void> => void (await handler(request, response))
      await speak(word, nodeExchange(request, response, run), response, presetOn(response))
    }
}
