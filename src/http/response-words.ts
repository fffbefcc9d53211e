// The words of views in web terms: each says something of one response.
import { type CacheControlOptions, controlText, NEVER } from './cache-control.ts'
import type { FieldList } from './rules/fields.ts'
import { type Amendment, amended } from './word.ts'
import { cacheControlWord, neverCacheWord, varyOnCookieWord, varyOnHeadersWord } from './words.ts'

/**
 * The value of Cache-Control in the words of options:
 * `response.headers.set('Cache-Control', cacheControl({ maxAge: '60s', private: true }))`.
 *
 * @throws {CacheError} `E_OPTION` for an option that there is not, a bare number, both `private` and `public`, or a lifetime
 * beside `noStore`: one of the two was not meant
 */
export function cacheControl(options: CacheControlOptions): string
/**
 * Says this of a response as well as what it says already: of two lifetimes the shorter counts, and `private` stays.
 *
 * @returns the response, or a new one with its body where its headers cannot be changed; the headers themselves
 */
export function cacheControl<On extends Headers | Response>(
  on: On,
  options: CacheControlOptions,
): On
export function cacheControl(
  first: CacheControlOptions | Headers | Response,
  options?: CacheControlOptions,
): unknown {
  if (options === undefined) return controlText(first as CacheControlOptions)
  return amend(first as Headers | Response, cacheControlWord(options)())
}

/** The value of Cache-Control for what no cache, of a browser, a proxy or ours, may keep. */
export function neverCache(): string
/**
 * Says of a response that no cache may keep it, and that it has expired.
 *
 * @returns as {@link cacheControl}
 */
export function neverCache<On extends Headers | Response>(on: On): On
export function neverCache(on?: Headers | Response): unknown {
  return on === undefined ? NEVER : amend(on, neverCacheWord()())
}

/**
 * Says that a response depends on these fields of its request: `varyOnHeaders(response, 'Accept-Language')`. They are added
 * to what its `Vary` says already.
 *
 * @returns as {@link cacheControl}
 * @throws {CacheError} `E_OPTION` for no name, or for what is none
 */
export function varyOnHeaders<On extends Headers | Response>(on: On, ...names: string[]): On {
  return amend(on, varyOnHeadersWord(names)())
}

/**
 * Says that a response depends on cookies of its request, which is `Vary: Cookie` to caches outside. With names, a page that
 * is being made here is told apart by these cookies alone.
 *
 * @returns as {@link cacheControl}
 * @throws {CacheError} `E_OPTION` for what is no name of a cookie
 */
export function varyOnCookie<On extends Headers | Response>(on: On, ...names: string[]): On {
  return amend(on, varyOnCookieWord(names)())
}

function amend<On extends Headers | Response>(on: On, said: Amendment): On {
  if ('headers' in on) return amendResponse(on, said) as On
  const headers: Headers = on
  setAll(headers, amended(said, { status: 200, fields: [...headers].flat() }))
  return on
}

/** The response with what is said of it: itself, unless its headers cannot be changed. */
export function amendResponse(response: Response, said: Amendment): Response {
  const { headers, status } = response
  const fields = amended(said, { status, fields: [...headers].flat() })
  if (fields.length === 0) return response
  try {
    setAll(headers, fields)
    return response
  } catch {
    // Such as those of a fetched response. A status such as 101 cannot be made.
    if (status < 200) return response
    // Not read before: with some servers to look at more of a response parts it from the headers that it gave us.
    const { body, statusText } = response
    const changed = new Headers(headers)
    setAll(changed, fields)
    return new Response(body, { status, statusText, headers: changed })
  }
}

function setAll(headers: Headers, fields: FieldList): void {
  for (let index = 0; index + 1 < fields.length; index += 2) {
    headers.set(fields[index] as string, fields[index + 1] as string)
  }
}
