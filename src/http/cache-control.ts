import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'

/** What a view says of its page to all caches, ours included. RFC 9111 §5.2.2, RFC 5861, RFC 8246. */
export interface CacheControlOptions {
  /** How long any cache may use it; `'0s'` not without asking. Whole seconds, rounded down. Default: nothing is said. */
  readonly maxAge?: Duration
  /** The same for shared caches, such as this one and a CDN. Default: as `maxAge`. */
  readonly sharedMaxAge?: Duration
  /** How long after that it may be used while it is refreshed. Default: nothing is said. */
  readonly staleWhileRevalidate?: Duration
  /** How long after that it may be used when the site fails, as this cache does too. Default: nothing is said. */
  readonly staleIfError?: Duration
  /** One visitor's own: no shared cache keeps it. Default false. */
  readonly private?: boolean
  /** Shared caches may keep it, also in answer to Authorization. Default false. */
  readonly public?: boolean
  /** Kept, but never used without asking; this cache keeps it if the view gave it an ETag or Last-Modified. Default false. */
  readonly noCache?: boolean
  /** Not kept anywhere. Default false. */
  readonly noStore?: boolean
  /** Nobody may change its bytes on the way. Default false. */
  readonly noTransform?: boolean
  /** Never used after its time, whatever happens. Default false. */
  readonly mustRevalidate?: boolean
  /** It never changes while it is fresh. Default false. */
  readonly immutable?: boolean
}

const TIMES = [
  ['maxAge', 'max-age'],
  ['sharedMaxAge', 's-maxage'],
  ['staleWhileRevalidate', 'stale-while-revalidate'],
  ['staleIfError', 'stale-if-error'],
] as const
const WORDS = [
  ['private', 'private'],
  ['public', 'public'],
  ['noCache', 'no-cache'],
  ['noStore', 'no-store'],
  ['noTransform', 'no-transform'],
  ['mustRevalidate', 'must-revalidate'],
  ['immutable', 'immutable'],
] as const

/** RFC 9111 §1.2.2: the greatest value that all caches understand. */
const FOREVER_SECONDS = 2_147_483_648

/** What no cache, of a browser, a proxy or ours, may keep, also in the words of caches that do not know `no-store`. */
export const NEVER = 'max-age=0, no-cache, no-store, must-revalidate, private'

/**
 * The value of Cache-Control in the words of options.
 *
 * @throws {CacheError} `E_OPTION` for an option that there is not, a bare number, both `private` and `public`, or a lifetime
 * beside `noStore`: one of the two was not meant
 */
export function controlText(options: CacheControlOptions): string {
  refuseUnknown(
    'cacheControl',
    options,
    [...TIMES, ...WORDS].map(([name]) => name),
  )
  const said: string[] = []
  for (const [name, word] of WORDS) {
    const given = options[name]
    if (given !== undefined && typeof given !== 'boolean')
      throw optionError(name, 'true or false', given)
    if (given === true) said.push(word)
  }
  if (options.private === true && options.public === true) {
    throw optionError('public', "not to be given beside 'private'", true)
  }
  for (const [name, word] of TIMES) {
    const given = options[name]
    if (given === undefined) continue
    if (options.noStore === true) throw optionError(name, "not to be given beside 'noStore'", given)
    said.push(`${word}=${Math.min(Math.floor(toMs(given, name) / 1000), FOREVER_SECONDS)}`)
  }
  return said.join(', ')
}
