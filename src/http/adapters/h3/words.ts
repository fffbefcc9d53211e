import type { CacheControlOptions } from '../../cache-control.ts'
import { type ConditionalOptions, conditionalWord } from '../../conditional.ts'
import { amendResponse } from '../../response-words.ts'
import { type Amendment, amended, type Word } from '../../word.ts'
import {
  cacheControlWord,
  neverCacheWord,
  varyOnCookieWord,
  varyOnHeadersWord,
} from '../../words.ts'
import { h3Exchange, type H3Middleware, NOT_FOUND, responseOf } from './cache-page.ts'
import type { H3Event } from './event.ts'

/**
 * Says this of a route's answers as well as what its view says, where of two lifetimes the shorter counts and `private` stays:
 * `app.get('/a', view, { middleware: [cacheControl({ maxAge: '60s' })] })`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function cacheControl(options: CacheControlOptions): H3Middleware {
  return middleware(cacheControlWord(options))
}

/**
 * Keeps a route's answers out of every cache, page caches around it and within included: `app.use('/a/**', neverCache())`.
 */
export function neverCache(): H3Middleware {
  return middleware(neverCacheWord())
}

/**
 * Says that a route's answers depend on these fields of a request: `varyOnHeaders('Accept-Language')`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnHeaders(...names: string[]): H3Middleware {
  return middleware(varyOnHeadersWord(names))
}

/**
 * Says that a route's answers depend on cookies, to caches outside by `Vary: Cookie`. Page caches around it tell them apart
 * by those that are named alone: `varyOnCookie('theme')`.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function varyOnCookie(...names: string[]): H3Middleware {
  return middleware(varyOnCookieWord(names))
}

/**
 * Answers 304 or 412 without the view, where the validators that these functions tell are enough to know (RFC 9110 §13), and
 * puts them on its answers: `conditional({ etag: (event) => versionOf(event.url) })`. See {@link ConditionalOptions}.
 *
 * @throws {CacheError} `E_OPTION` while building
 */
export function conditional<Event extends H3Event = H3Event>(
  options: ConditionalOptions<Event>,
): H3Middleware<Event> {
  return middleware(conditionalWord(options))
}

function middleware<Event extends H3Event>(word: Word<Event>): H3Middleware<Event> {
  return async (event, next) => {
    const request = event.req
    const exchange = h3Exchange(event, next)
    const said = await word(exchange)
    if ('reply' in said) return exchange.reply(said.reply)
    try {
      const made = await (said.around === undefined ? next() : said.around(next))
      const response = await responseOf(made, event, request)
      if (response !== undefined) return amendResponse(response, said)
      // What h3 makes of it by itself has the prepared fields.
      if (made instanceof Error) sayOfError(event, made, said)
      else prepare(event.res.headers, made === NOT_FOUND ? 404 : (event.res.status ?? 200), said)
      return made
    } catch (error) {
      sayOfError(event, error, said)
      throw error
    }
  }
}

function sayOfError(event: H3Event, error: unknown, said: Amendment): void {
  const { status } = error as { status?: unknown }
  const { errHeaders } = event.res
  if (errHeaders !== undefined) prepare(errHeaders, typeof status === 'number' ? status : 500, said)
}

function prepare(headers: Headers, status: number, said: Amendment): void {
  const fields = amended(said, { status, fields: [...headers].flat() })
  for (let index = 0; index + 1 < fields.length; index += 2) {
    headers.set(fields[index] as string, fields[index + 1] as string)
  }
}
