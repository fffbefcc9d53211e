import type { CacheControlOptions } from '../../cache-control.ts'
import { type ConditionalOptions, conditionalWord } from '../../conditional.ts'
import type { Word } from '../../word.ts'
import {
  cacheControlWord,
  neverCacheWord,
  varyOnCookieWord,
  varyOnHeadersWord,
} from '../../words.ts'
import { speak } from '../node/speak.ts'
import type { FastifyHook } from './cache-page.ts'
import { fastifyExchange, type FastifyReply, type FastifyRequest } from './exchange.ts'

/**
 * Says this of a route's answers as well as what its view says, where of two lifetimes the shorter counts and `private` stays:
 * `{ preHandler: cacheControl({ maxAge: '60s' }) }`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function cacheControl(options: CacheControlOptions): FastifyHook {
  return hook(cacheControlWord(options))
}

/**
 * Keeps a route's answers out of every cache, page caches around it and within included: `{ preHandler: neverCache() }`.
 */
export function neverCache(): FastifyHook {
  return hook(neverCacheWord())
}

/**
 * Says that a route's answers depend on these fields of a request: `{ preHandler: varyOnHeaders('Accept-Language') }`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnHeaders(...names: string[]): FastifyHook {
  return hook(varyOnHeadersWord(names))
}

/**
 * Says that a route's answers depend on cookies, to caches outside by `Vary: Cookie`. Page caches around it tell them apart
 * by those that are named alone: `{ preHandler: varyOnCookie('theme') }`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnCookie(...names: string[]): FastifyHook {
  return hook(varyOnCookieWord(names))
}

/**
 * Answers 304 or 412 without the view, where the validators that these functions tell are enough to know (RFC 9110 §13), and
 * puts them on its answers: `{ preHandler: conditional({ etag: (request) => versionOf(request.params.id) }) }`. See {@link ConditionalOptions}.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function conditional<Incoming extends FastifyRequest = FastifyRequest>(
  options: ConditionalOptions<Incoming>,
): FastifyHook<NoInfer<Incoming>> {
  return hook(conditionalWord(options))
}

/** For Fastify, which keeps fields of its own until it sends. */
export function presetOnReply(reply: FastifyReply): (name: string, value: string) => void {
  return (name, value) => {
    if (reply.getHeaders()[name.toLowerCase()] === undefined) reply.header(name, value)
  }
}

function hook<Incoming extends FastifyRequest>(word: Word<Incoming>): FastifyHook<Incoming> {
  return (request, reply, done) => {
    void spoken(word, request, reply, done)
  }
}

async function spoken<Incoming extends FastifyRequest>(
  word: Word<Incoming>,
  request: Incoming,
  reply: FastifyReply,
  done: (error?: Error) => void,
): Promise<void> {
  try {
    const exchange = fastifyExchange(request, reply, () => done())
    await speak(word, exchange, reply.raw, presetOnReply(reply))
  } catch (error) {
    done(error as Error)
  }
}
