import type { ServerResponse } from 'node:http'
import type { CacheControlOptions } from '../../cache-control.ts'
import { type ConditionalOptions, conditionalWord } from '../../conditional.ts'
import type { Word } from '../../word.ts'
import {
  cacheControlWord,
  neverCacheWord,
  varyOnCookieWord,
  varyOnHeadersWord,
} from '../../words.ts'
import type { FastifyReply } from '../fastify/exchange.ts'
import { presetOnReply } from '../fastify/words.ts'
import { presetOn, speak } from '../node/speak.ts'
import { nestExchange, type NestInterceptor, type NestRequest } from './cache-page.ts'

/**
 * Says this of a method's answers as well as what its view says, where of two lifetimes the shorter counts and `private` stays:
 * `@UseInterceptors(cacheControl({ maxAge: '60s' }))`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function cacheControl(options: CacheControlOptions): NestInterceptor {
  return interceptor(cacheControlWord(options))
}

/**
 * Keeps a method's answers out of every cache, page caches around it and within included: `@UseInterceptors(neverCache())`.
 */
export function neverCache(): NestInterceptor {
  return interceptor(neverCacheWord())
}

/**
 * Says that a method's answers depend on these fields of a request: `@UseInterceptors(varyOnHeaders('Accept-Language'))`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnHeaders(...names: string[]): NestInterceptor {
  return interceptor(varyOnHeadersWord(names))
}

/**
 * Says that a method's answers depend on cookies, to caches outside by `Vary: Cookie`. Page caches around it tell them apart
 * by those that are named alone: `@UseInterceptors(varyOnCookie('theme'))`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnCookie(...names: string[]): NestInterceptor {
  return interceptor(varyOnCookieWord(names))
}

/**
 * Answers 304 or 412 without the view, where the validators that these functions tell are enough to know (RFC 9110 §13), and
 * puts them on its answers: `@UseInterceptors(conditional({ etag: (req) => versionOf(req.params.id) }))`. See {@link ConditionalOptions}.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function conditional<Incoming extends NestRequest = NestRequest>(
  options: ConditionalOptions<Incoming>,
): NestInterceptor {
  return interceptor(conditionalWord(options))
}

function interceptor<Incoming extends NestRequest>(word: Word<Incoming>): NestInterceptor {
  return {
    async intercept(context, next) {
      if (context.getType() !== 'http') return next.handle() as never
      const http = context.switchToHttp()
      const request = http.getRequest() as Incoming
      const response = http.getResponse() as FastifyReply | ServerResponse
      const exchange = nestExchange(request, response, next)
      const answer = await ('raw' in response
        ? speak(word, exchange, response.raw, presetOnReply(response))
        : speak(word, exchange, response, presetOn(response)))
      return answer as never
    },
  }
}
