// The page cache: whole responses, kept for everybody whom they may be shown to, and for nobody else.
//
// Why a page cannot reach a stranger:
//  1. What is kept. A response is judged by its own head (rules/storable.ts): Set-Cookie, private, no-store, no-cache,
//     `Vary: *`, anything but a whole 200, and answers to requests with Authorization that do not expressly allow it are
//     refused. What cannot be read for certain is refused. Only a body that has ended well is kept.
//  2. Under which key. Scheme, host, path, query and the values of every request field that the response varies on, hashed
//     with lengths (key.ts). Requests with Authorization have keys of their own: they neither read nor fill the others'.
//  3. Learned Vary. Nobody knows what a URL varies on before its first response. So the first page lies under the URL's own
//     key together with the values it was made for; a request with other values moves on to a key made of those names and
//     its values. The names only grow while they are remembered: a response that varies on a name which its key lacks is not
//     stored, the URL's names become the union, and the next request fills under the longer key. And however a page was
//     found, its own names and values are compared with the request before it is sent.
//  4. Sharing while it is made. Requests for one exact key share one run of the view, and what they share is a finished,
//     judged page, never a response on its way. When the head says that there will be no page, they are told so at once and
//     each runs its own view. The URL is then remembered as one to pass (for `passFor`), so that private pages do not queue;
//     the first storable answer ends that.
//  5. One view for one request. The request whose loader the store calls answers with its own view, live; so a leader's
//     client sees the stream as it is made, and a leader's error, or its client leaving, is its own: the others run theirs.
//  6. Tracked reads. Views forget to say what they vary on, so the request that a view is given while its page is made for
//     others tells what is read of it (reads.ts): that becomes part of the key, or the page is not kept.
//  7. Other queries. A page answers another query than its own only by its own word (No-Vary-Search), compared before it is
//     sent; what was learned of a path says no more than where to look (searches.ts).
//  8. A 304. It is asked for by the page of this very key, and freshens that alone: not if it names other validators, nor if
//     it depends on what the page was not selected by (afterlife.ts).
//  9. Doubt. A store that rejects, hangs or answers rubbish, an option that throws, a page that does not match: the view
//     answers, as if there were no cache.
//
// Why nothing comes back after an invalidation: pages are stored only as the result of a load (`getOrSet`), whose store
// refuses what was invalidated while it ran. Nothing here ever `set`s a page; what is set are lists of Vary names and marks
// that there is no page.
//
// Clients cannot force a recomputation: Cache-Control and Pragma of requests are ignored, as by every cache on the origin's
// side (RFC 9111 §5.2.1 is advice to caches nearer to the client).
import type { Duration } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import type { Tagged } from './cdn/tag-fields.ts'
import type { Exchange, Inquiry, Tap } from './exchange.ts'
import { allowedQuery, type PageTarget, targetOfAddress, type VaryPair } from './key.ts'
import { type PageOptions, type PagePolicy, principalText, resolvePageOptions } from './options.ts'
import { Journal } from './journal.ts'
import { outward } from './outward.ts'
import { passingTap } from './passing-tap.ts'
import { plainlyAsked } from './plain-lane.ts'
import { type PageEvent, type PageEventName, PageHub } from './page-events.ts'
import type { PageStore } from './page-store.ts'
import { isUnsafe, routeTag } from './purge.ts'
import type { Reason } from './reasons.ts'
import { cookieName, selector, USER, varyPairs } from './reads.ts'
import { isNeverKept, takeOver } from './request-notes.ts'
import type { FieldList } from './rules/fields.ts'
import type { ResponseHead } from './rules/storable.ts'
import { currentPage, type TagScope } from './tag.ts'
import { keyedNames } from './undeclared.ts'
import { Searches } from './searches.ts'
import type { Seen } from './seen.ts'
import { Variants } from './variants.ts'
import { answerFor } from './visit.ts'
import { answerWrite } from './write.ts'

/** What a cache around the routes of a site is told besides. */
export interface SiteTerms {
  /** Whether a path, as the client wrote it, is left to its view. */
  readonly isExcepted: (path: string) => boolean
}

/** Caches the pages of some routes; frameworks speak to it through {@link Exchange}. */
export class PageCache<Incoming> {
  /** Where pages are kept. */
  readonly store: PageStore
  /** Its options, resolved. */
  readonly policy: PagePolicy<Incoming>
  /** What always selects: options `varyOn` and `varyOnCookie`. */
  readonly #declared: readonly string[]
  /** Whether all that an option may add to the address of a request is nothing. */
  readonly #asksOnlyAddress: boolean
  /** No option looks at a request. */
  readonly isPlain: boolean
  /** Which variants of an address are known. */
  readonly variants: Variants
  /** What it has learned of the queries of each path. */
  readonly searches: Searches = new Searches()
  /** What this process remembers. */
  readonly journal: Journal = new Journal()
  /** Who listens to what it does. */
  readonly events: PageHub
  /** What holds for all of a site, where it stands before one. */
  readonly site: SiteTerms | undefined
  /** Records that were read from this process's memory, once they have been checked. */
  readonly known: WeakMap<object, Seen> = new WeakMap()
  /** Keys whose pages this process is making. */
  readonly making: Set<string> = new Set()
  /** Keys of unknown URLs that one request with Authorization is finding out about. */
  readonly probing: Set<string> = new Set()
  /** Keys of stale pages that one request of this process is about to refresh. */
  readonly refreshing: Set<string> = new Set()

  /**
   * @param ttl for pages whose view names no lifetime. `'0s'` keeps only those whose view does
   * @param site for a cache around the routes of a site, which may have caches of their own
   * @throws {CacheError} `E_OPTION`, `E_KEY`
   */
  constructor(
    store: PageStore,
    ttl: Duration,
    options: PageOptions<Incoming> = {},
    site?: SiteTerms,
  ) {
    this.store = store
    this.site = site
    this.policy = resolvePageOptions(ttl, options)
    this.events = new PageHub(this.policy.onError)
    this.variants = new Variants(this.policy.maxVariants)
    this.#declared = [...this.policy.varyOn, ...this.policy.varyOnCookie.map(cookieName)]
    const { allowQuery, key, user } = options
    const isAsked = key !== undefined || user !== undefined || allowQuery !== undefined
    this.#asksOnlyAddress = !isAsked && this.#declared.length === 0
    this.isPlain = this.#asksOnlyAddress && options.when === undefined
  }

  /**
   * Answers one request, from the cache or by its view: at once where a page is at hand. Throws or rejects only with what the
   * view does.
   */
  answer<Answer>(exchange: Exchange<Incoming, Answer>): Promise<Answer> | Answer {
    const plain = plainlyAsked(this, exchange)
    if (plain !== undefined) return answerFor(this, exchange, plain, true)
    const { method } = exchange
    const around = currentPage()
    if (around !== undefined) around.takeOver(exchange.path)
    takeOver(exchange.incoming, exchange.path)
    if (method !== 'GET' && method !== 'HEAD') {
      return isUnsafe(method) ? answerWrite(this, exchange) : exchange.run(undefined)
    }
    const target = this.targetOf(exchange)
    if (typeof target === 'string') {
      this.tell('bypass', exchange, { reason: target })
      return exchange.run(this.passing('bypass', target))
    }
    return answerFor(this, exchange, target, false)
  }

  /** It leaves pages to the caches of their own routes. */
  get givesWay(): boolean {
    return this.site !== undefined
  }

  /** What is asked for, or why the cache keeps out of it. Never throws. */
  targetOf(inquiry: Inquiry<Incoming>): PageTarget | Reason {
    try {
      return this.#target(inquiry)
    } catch (error) {
      this.policy.onError(error)
      return 'option failed'
    }
  }

  #target(inquiry: Inquiry<Incoming>): PageTarget | Reason {
    const { allowQuery, anonymousOnly, hosts, key, prefix, scheme, when } = this.policy
    const authority = inquiry.authority?.toLowerCase()
    // RFC 9112 §3.2.2: a target that is not a path names a host of its own choice.
    if (authority === undefined || !inquiry.path.startsWith('/')) return 'target'
    if (hosts !== undefined && !hosts.has(authority)) return 'host'
    if (inquiry.hasBody) return 'request body'
    if (inquiry.header('upgrade') !== undefined) return 'upgrade'
    // RFC 9110 §13.1.1: preconditions speak of the resource as it is, not as it was.
    if (inquiry.header('if-match') !== undefined) return 'if-match'
    if (inquiry.header('if-unmodified-since') !== undefined) return 'if-unmodified-since'
    if (isNeverKept(inquiry.incoming)) return 'never cache'
    if (this.site?.isExcepted(inquiry.path) === true) return 'except'
    if (!when(inquiry.incoming)) return 'when'
    const authorized = inquiry.header('authorization') !== undefined
    const principal = this.policy.user === undefined ? undefined : this.principal(inquiry)
    if (anonymousOnly && authorized) return 'authorization'
    if (anonymousOnly && principal !== undefined) return 'signed in'
    const address = {
      prefix,
      site: this.givesWay ? (currentPage()?.sites ?? 0) + 1 : 0,
      scheme: scheme ?? inquiry.scheme,
      authority,
      path: inquiry.path,
      query: allowQuery === undefined ? inquiry.query : allowedQuery(inquiry.query, allowQuery),
    }
    const { alsoKnownAs } = inquiry
    const isAll =
      this.#asksOnlyAddress &&
      !authorized &&
      alsoKnownAs.length === 1 &&
      alsoKnownAs[0] === authority
    const target: PageTarget = isAll
      ? targetOfAddress(address)
      : {
          ...address,
          alsoKnownAs,
          authorized,
          principal,
          parts: key(inquiry.incoming),
          varyOn: this.#declaredBy(inquiry, principal),
        }
    const { searches } = this
    return searches.isEmpty ? target : searches.narrow(target, this.policy.clock.now())
  }

  #declaredBy(inquiry: Inquiry<Incoming>, principal: string | undefined): readonly VaryPair[] {
    if (this.#declared.length === 0) return []
    const select = selector(
      (name) => inquiry.header(name),
      () => principal,
    )
    return varyPairs(this.#declared, select)
  }

  /**
   * Who is asking, as option `user` tells; without it only whether somebody is, as far as the request shows.
   *
   * @throws {CacheError} `E_OPTION` when `user` answers something else than a string, a number or nobody
   */
  principal(inquiry: Inquiry<Incoming>): string | undefined {
    const { user } = this.policy
    if (user !== undefined) return principalText(user(inquiry.incoming))
    const member = inquiry.member?.('user')
    return member === undefined || member === null ? undefined : 'somebody'
  }

  /**
   * The pattern of the route that answers, as far as it is known by now.
   *
   * @throws what option `route` throws; {CacheError} `E_OPTION` when it answers something else than a pattern or `undefined`
   */
  route(inquiry: Inquiry<Incoming>): string | undefined {
    const { route } = this.policy
    const pattern: unknown = route === undefined ? inquiry.route?.() : route(inquiry.incoming)
    if (pattern === undefined || (typeof pattern === 'string' && pattern !== '')) return pattern
    throw optionError('route', 'a pattern or undefined from the function', pattern)
  }

  /** As {@link PageCache.route}, without its errors. */
  routeIfKnown(inquiry: Inquiry<Incoming>): string | undefined {
    try {
      return this.route(inquiry)
    } catch {
      return undefined
    }
  }

  /**
   * Counts what happened to a request, and tells who listens.
   *
   * @param seen the page that it was answered with, whose route is asked for once
   */
  tell(what: PageEventName, inquiry: Inquiry<Incoming>, about: PageEvent = {}, seen?: Seen): void {
    const { method, path } = inquiry
    const route = seen === undefined ? this.routeIfKnown(inquiry) : this.routeOf(seen, inquiry)
    this.journal.note(what, { method, path, route, reason: about.reason }, this.policy.clock)
    if (!this.events.wants(what)) return
    const where = route === undefined ? { method, path } : { method, path, route }
    this.events.emit(what, { ...where, ...about })
  }

  /** As {@link PageCache.routeIfKnown}, asked once for each record. */
  routeOf(seen: Seen, inquiry: Inquiry<Incoming>): string | undefined {
    seen.route ??= { pattern: this.routeIfKnown(inquiry) }
    return seen.route.pattern
  }

  /** Whether the key of this request has what a view reads under a name. */
  keyedFor(inquiry: Inquiry<Incoming>, target: PageTarget): (name: string) => boolean {
    const host = inquiry.header('host')
    const known = host === target.authority || target.alsoKnownAs.includes(host ?? '')
    const user = this.policy.user === undefined ? [] : [USER]
    return keyedNames([...this.#declared, ...user], known)
  }

  /**
   * Why a page that is made cannot be kept for whom it was made: who is asking has changed meanwhile, as by a login.
   *
   * @param page is tagged with its route, which some frameworks know only now
   */
  lastWord(inquiry: Inquiry<Incoming>, target: PageTarget, page: TagScope): Reason | undefined {
    try {
      const pattern = this.route(inquiry)
      if (pattern !== undefined) page.add([routeTag(pattern)])
      if (this.policy.user === undefined) return undefined
      return this.principal(inquiry) === target.principal ? undefined : 'user changed'
    } catch (error) {
      this.policy.onError(error)
      return 'option failed'
    }
  }

  /**
   * For a view whose response is not kept.
   *
   * @param seen is told of its head, if anyone wants to know
   * @param tagged its tags, for caches outside
   */
  passing(
    fwd: 'bypass' | 'uri-miss',
    detail: Reason | undefined,
    seen?: (head: ResponseHead) => void,
    tagged?: (fields: FieldList) => Tagged | undefined,
  ): Tap {
    const why = detail === undefined ? {} : { detail }
    return passingTap((head) => {
      seen?.(head)
      return outward(this.policy, { hit: false, fwd, ...why }, tagged?.(head.fields))
    })
  }

  /** Work that nobody waits for; its failure costs a miss later. */
  inBackground(work: () => Promise<unknown>): void {
    const working = (async () => await work())()
    working.catch(this.policy.onError)
  }
}
