import { type Bytes, toBytes } from '../base/bytes.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { tagField } from '../base/generation.ts'
import type { KeyPart } from '../base/key.ts'
import type { PageHoles } from '../cache/hole.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { type CdnOptions, type CdnPolicy, cdnPolicy } from './cdn/tag-fields.ts'
import {
  type CompressPolicy,
  type PageCompressOptions,
  resolveCompress,
} from './compress-option.ts'
import { type CacheStatusOption, statusOption } from './cache-status.ts'
import type { HeadEdit } from './exchange.ts'
import { holesOption } from './holes/option.ts'
import { baseUrl, lowered } from './hosts-option.ts'
import { atLeastOne, cookieNames, fieldNames, keyPrefix, names } from './key-options.ts'
import { anonymousOnly, personalMode, rangesMode, readsMode } from './mode-options.ts'
import { targetsOption } from './targets-option.ts'
import { warnOfPages } from './warn-of-pages.ts'

/**
 * How pages are cached.
 *
 * @typeParam Incoming the request as the adapter's framework shows it; the web's `Request` in `breakwater/http`
 */
export interface PageOptions<Incoming = Request> {
  /** Tags of every page of this route, or of the page that a request asks for. A view adds more with `tag(...)`. Default none. */
  readonly tags?: readonly string[] | ((request: Incoming) => readonly string[])
  /** Request fields that always select the page, known before the view says `Vary`. Default none. */
  readonly varyOn?: readonly string[]
  /** Names of cookies that always select the page. Reading other cookies, or the whole field Cookie, counts as a read of its own. Default none. */
  readonly varyOnCookie?: readonly string[]
  /**
   * Who is asking, as the application has found out: an id, or `undefined` or `null` for nobody. It becomes part of the key,
   * so that each user has pages of their own; those of users carry `Cache-Control: private`, so that no cache outside shares
   * them. It is asked again before a page is kept: who logged in meanwhile is not kept as nobody. Default: a page whose view
   * reads `request.user` is kept only while that is nobody.
   */
  readonly user?: (request: Incoming) => string | number | bigint | null | undefined
  /** Keeps pages for nobody only: requests of whom `user` names, or with Authorization, neither read nor fill. Needs `user`. Default false. */
  readonly anonymousOnly?: boolean
  /**
   * What happens when a view reads of its request what the key does not have, be it a header, a cookie, the user or the
   * session. `'vary'`: it becomes part of the key, learned for the URL, and is named in `Vary`. `'strict'`: the page is not
   * kept. `'throw'`: outside production the read throws `E_UNDECLARED_READ`; in production as `'strict'`. Reading all headers
   * at once, or what no key can hold (the client's address), is never kept. Default `'vary'`.
   */
  readonly reads?: 'vary' | 'strict' | 'throw'
  /**
   * Keeps these pages apart from others of the same addresses in the same store: `page:<prefix>:GET:/…` is how their keys
   * begin. Letters, digits, `.`, `_` and `-`. A purge by address or tag drops those of every prefix. Default none.
   */
  readonly prefix?: string
  /** More parts of the key, such as the tenant or the language that the application resolved. Default none. */
  readonly key?: (request: Incoming) => readonly KeyPart[]
  /** The only query parameters that the page depends on; others share its entry. Default: all of the query, as written. */
  readonly allowQuery?: readonly string[]
  /**
   * The route that its pages belong to, for `purge(cache, { route })`. Default: the pattern that the framework knows, such as
   * `'/product/:id'`; none on node:http and for `pageCache`.
   */
  readonly route?: string | ((request: Incoming) => string | undefined)
  /**
   * Keeps pages with what is rendered each time in them: `holes: fragments.inPages((request) => ({ user: request.user }))`, or
   * a list of such. On a hit only their holes are rendered, and the answer is the visitor's own: `Cache-Control: private,
   * no-cache`. Default: a page whose view renders a hole is not kept.
   */
  readonly holes?: PageHoles<Incoming> | readonly PageHoles<Incoming>[]
  /**
   * What happens to a page that shows what is one request's own, such as a CSRF token, and would be kept. `'throw'`: its client
   * gets status 500 and a text that says what it was and what to do, and `onError` is told. `'skip'`: it is not kept, and a
   * `refuse` event says why. Default: `'skip'` in production (NODE_ENV), otherwise `'throw'`.
   */
  readonly onPersonal?: 'throw' | 'skip'
  /** False leaves the request to the view, uncached. Default: always true. */
  readonly when?: (request: Incoming) => boolean
  /**
   * How long after its life a page may still be served while one request refreshes it, where the view does not say
   * `stale-while-revalidate`. Never for pages with `must-revalidate`, `proxy-revalidate` or `s-maxage`. Default `'0s'`.
   */
  readonly stale?: Duration
  /**
   * How long after its life a page may be served in place of an error, where the view does not say `stale-if-error`: when the
   * view that makes it anew throws, or answers 500, 502, 503 or 504. Never for pages with `must-revalidate`,
   * `proxy-revalidate`, `s-maxage` or `no-cache`. Default `'0s'`: not at all.
   */
  readonly staleIfError?: Duration
  /**
   * How long after its life a page is kept whose view gave it an ETag or Last-Modified, not to be served, but to ask the view
   * by: its 304 then spares making the page. So are pages with `no-cache`, whose view is asked each time. Default `'10m'`;
   * `'0s'` keeps none for this.
   */
  readonly keep?: Duration
  /** The hosts (with port, if not the default) that this site is; pages asked for under any other are not cached. Default: any. */
  readonly hosts?: readonly string[]
  /** The site's own address, such as `'https://shop.example'`: fixes the scheme of the key (behind a proxy the application sees another) and is the one host. */
  readonly baseUrl?: string
  /** Longer bodies pass through and are not stored. Default `'1mb'`. */
  readonly maxBodyBytes?: Bytes
  /**
   * Compresses what shrinks, once, when the page is kept: each client then gets the coding it reads best at no cost. The
   * answer that makes a page goes out as the view writes it. `true`, or what differs from the defaults. Default `false`: it
   * changes ETags by a suffix, which a client may send back in If-Match; and a page that shows a secret beside what a visitor
   * typed can be guessed by its length (BREACH).
   */
  readonly compress?: boolean | PageCompressOptions
  /**
   * For whom parts are cut from a page (RFC 9110 §14). `'safe'`: of a body that something on the way might compress, only for
   * clients that accept no coding. `'always'`: for everybody; say so only where nothing outside the cache compresses, be it a
   * layer, a proxy or a CDN: the part that one of them compresses breaks the file which a client puts together. Default
   * `'safe'`.
   */
  readonly ranges?: 'safe' | 'always'
  /**
   * How many variants of one URL each process keeps; beyond it the longest unused goes, so that visitors who send a cookie or
   * a language of their own cannot fill the store. At least 1. Default 64.
   */
  readonly maxVariants?: number
  /** How long a request waits for the store, or for another request that makes its page, before it turns to its own view. Default `'10s'`. */
  readonly wait?: Duration
  /** For how long a URL that could not be stored is not tried again, so that its requests do not queue. Default `'10s'`. */
  readonly passFor?: Duration
  /**
   * Fields that speak to this cache in place of `Cache-Control` and `Expires`, the first to be heard first (RFC 9213). All of
   * them but `CDN-Cache-Control` are this cache's own and do not go out. Default `Breakwater-Cache-Control`, then
   * `CDN-Cache-Control`; an empty list hears none.
   */
  readonly targets?: readonly string[]
  /**
   * Whether answers carry Cache-Status (RFC 9211); a string is the name that the cache goes by. With `key` it also shows the
   * page's key in the store, but never where NODE_ENV is `production`. Default: true unless NODE_ENV is `production`.
   */
  readonly cacheStatus?: CacheStatusOption
  /**
   * Tells caches outside the tags of a page, so that they can be purged by them: `{ fields: ['Surrogate-Key'] }`. Never on pages
   * of users. Default: nobody is told.
   */
  readonly cdn?: CdnOptions
  /** Told of what went wrong and was spared the visitor: a store that fails, an option that throws. Default: a process warning, once per message. */
  readonly onError?: (error: unknown) => void
  /** Source of time. Tests pass a fake one. Default: the system clock. */
  readonly clock?: Clock
}

/** Resolved once, frozen. */
export interface PagePolicy<Incoming> {
  readonly ttlMs: number
  readonly staleMs: number
  readonly errorMs: number
  readonly keepMs: number
  readonly waitMs: number
  readonly passMs: number
  readonly maxBodyBytes: number
  /** `undefined`: nothing is compressed here. */
  readonly compress: CompressPolicy | undefined
  readonly ranges: 'safe' | 'always'
  readonly maxVariants: number
  readonly tags: (request: Incoming) => readonly string[]
  readonly varyOn: readonly string[]
  readonly varyOnCookie: readonly string[]
  readonly user: ((request: Incoming) => unknown) | undefined
  readonly anonymousOnly: boolean
  readonly reads: 'vary' | 'strict' | 'throw'
  /** Empty for none. */
  readonly prefix: string
  readonly key: (request: Incoming) => readonly KeyPart[]
  readonly allowQuery: readonly string[] | undefined
  /** `undefined`: the framework is asked. */
  readonly route: ((request: Incoming) => string | undefined) | undefined
  readonly when: (request: Incoming) => boolean
  /** Empty: no page is kept with holes. */
  readonly holes: readonly PageHoles<Incoming>[]
  readonly onPersonal: 'throw' | 'skip'
  /** Lower-cased authorities; `undefined` allows any. */
  readonly hosts: ReadonlySet<string> | undefined
  readonly scheme: string | undefined
  /** In lower case, the first to be heard first. */
  readonly targets: readonly string[]
  /** Those of `targets` that nobody else is meant to hear. */
  readonly ownTargets: readonly string[]
  /** How heads go out where nothing is said of the cache: always the same. */
  readonly quiet: () => HeadEdit
  /** `undefined`: silent. */
  readonly statusName: string | undefined
  readonly statusKey: boolean
  /** `undefined`: nobody is told. */
  readonly cdn: CdnPolicy | undefined
  readonly onError: (error: unknown) => void
  readonly clock: Clock
}

export const PAGE_OPTIONS: readonly (keyof PageOptions)[] = [
  'tags',
  'varyOn',
  'varyOnCookie',
  'user',
  'anonymousOnly',
  'reads',
  'prefix',
  'key',
  'allowQuery',
  'route',
  'holes',
  'onPersonal',
  'when',
  'stale',
  'staleIfError',
  'keep',
  'hosts',
  'baseUrl',
  'maxBodyBytes',
  'compress',
  'ranges',
  'maxVariants',
  'wait',
  'passFor',
  'targets',
  'cacheStatus',
  'cdn',
  'onError',
  'clock',
]

/** @throws {CacheError} `E_OPTION` with the nearest right name or the expected form, `E_KEY` for a bad tag */
export function resolvePageOptions<Incoming>(
  ttl: Duration,
  options: PageOptions<Incoming>,
): PagePolicy<Incoming> {
  refuseUnknown('Page cache', options, PAGE_OPTIONS)
  const { tags = [], key, user, when } = options
  const base = baseUrl(options.baseUrl)
  const hosts = options.hosts === undefined ? undefined : names('hosts', options.hosts)
  if (Array.isArray(tags)) for (const tag of tags) tagField(tag)
  else if (typeof tags !== 'function')
    throw optionError('tags', 'a list of strings or a function', tags)
  const targets = targetsOption(options.targets)
  return Object.freeze({
    ttlMs: toMs(ttl, 'ttl'),
    staleMs: toMs(options.stale ?? '0s', 'stale'),
    errorMs: toMs(options.staleIfError ?? '0s', 'staleIfError'),
    keepMs: toMs(options.keep ?? '10m', 'keep'),
    waitMs: toMs(options.wait ?? '10s', 'wait'),
    passMs: toMs(options.passFor ?? '10s', 'passFor'),
    maxBodyBytes: toBytes(options.maxBodyBytes ?? '1mb', 'maxBodyBytes'),
    compress: resolveCompress(options.compress),
    ranges: rangesMode(options.ranges ?? 'safe'),
    maxVariants: atLeastOne('maxVariants', options.maxVariants ?? 64),
    tags: typeof tags === 'function' ? tags : constant(Object.freeze([...tags])),
    varyOn: fieldNames(options.varyOn ?? []),
    varyOnCookie: cookieNames(options.varyOnCookie ?? []),
    user: func('user', user),
    anonymousOnly: anonymousOnly(options.anonymousOnly ?? false, user),
    reads: readsMode(options.reads ?? 'vary'),
    prefix: keyPrefix(options.prefix ?? ''),
    key: func('key', key) ?? constant([]),
    allowQuery: options.allowQuery && names('allowQuery', options.allowQuery),
    route: routeOption(options.route),
    when: func('when', when) ?? constant(true),
    holes: holesOption(options.holes),
    onPersonal: personalMode(options.onPersonal),
    hosts: hosts === undefined && base === undefined ? undefined : lowered(hosts, base),
    scheme: base?.protocol.slice(0, -1),
    ...targets,
    quiet: constant(Object.freeze({ drop: targets.ownTargets, add: [] })),
    ...statusOption(options.cacheStatus),
    cdn: cdnPolicy(options.cdn),
    onError: func('onError', options.onError) ?? warnOfPages(),
    clock: options.clock ?? systemClock,
  })
}

function constant<T>(value: T): () => T {
  return () => value
}

/** @throws {CacheError} `E_OPTION` for what is given and no function */
export function func<F>(option: string, given: F | undefined): F | undefined {
  if (given === undefined || typeof given === 'function') return given
  throw optionError(option, 'a function', given)
}

function routeOption<Incoming>(
  given: PageOptions<Incoming>['route'],
): ((request: Incoming) => string | undefined) | undefined {
  if (typeof given === 'string' && given !== '') return constant(given)
  if (given === undefined || typeof given === 'function') return given
  throw optionError('route', "a pattern such as '/product/:id', or a function", given)
}

/** A number and its text are two users. @throws {CacheError} `E_OPTION` */
export function principalText(user: unknown): string | undefined {
  if (user === undefined || user === null) return undefined
  if (typeof user === 'string' || typeof user === 'number' || typeof user === 'bigint')
    return `${typeof user}:${user}`
  throw optionError('user', 'a string, a number, or nobody from the function', user)
}
