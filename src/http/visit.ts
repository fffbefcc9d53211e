import { conclude, duration, passOnce } from './conclude.ts'
import type { Exchange } from './exchange.ts'
import { OF_THE_BODY, type Outcome } from './fill.ts'
import { fillFor } from './fill-for.ts'
import { type PageTarget, urlKey, variantKey } from './key.ts'
import { tagsFor } from './options.ts'
import { outward } from './outward.ts'
import type { PageCache } from './page-cache.ts'
import type { PageLoadContext } from './page-store.ts'
import { type Heard, within } from './patience.ts'
import { addressTag } from './purge.ts'
import { type Select, selector, varyPairs } from './reads.ts'
import { answers, asRecord, type PageRecord, type StoredPage } from './record.ts'
import { freshForMs, replay } from './replay.ts'
import { groupTags } from './rules/cache-groups.ts'
import { LONGEST_MS } from './rules/freshness.ts'
import { judge } from './rules/storable.ts'
import { tagOuter, TagScope } from './tag.ts'

/** What came of asking the store for a key. */
type Asked =
  /** The store called our loader: this request answers with its own view. */
  | { readonly kind: 'leads' }
  | { readonly kind: 'found'; readonly record: PageRecord; readonly shared: boolean }
  | { readonly kind: 'none'; readonly why: string }

/** How long a request that can run its view only now waits to be the one that refreshes a stale page. */
const REFRESH_START_MS = 100

/** One GET or HEAD request on its way through the cache. */
export class Visit<Incoming, Answer> {
  readonly #cache: PageCache<Incoming>
  readonly #exchange: Exchange<Incoming, Answer>
  readonly #target: PageTarget
  readonly #scope = new TagScope()
  /** The request's own fields. */
  readonly #header: Select
  /** All by which pages are told apart. */
  readonly #select: Select
  /** The key under which this request may lead right now. */
  #asking: string | undefined
  /** The key whose stale page it got: it may refresh that after its answer, if its view can still run then. */
  #stale: string | undefined
  #own: Promise<Answer> | undefined
  #started: () => void = () => {}

  constructor(
    cache: PageCache<Incoming>,
    exchange: Exchange<Incoming, Answer>,
    target: PageTarget,
  ) {
    this.#cache = cache
    this.#exchange = exchange
    this.#target = target
    this.#header = (name) => exchange.header(name)
    this.#select = selector(this.#header, () => cache.principal(exchange))
    this.#scope.userIsKeyed = cache.policy.user !== undefined
    this.#scope.query = target.query
  }

  async answer(): Promise<Answer> {
    const key = urlKey(this.#target)
    if (this.#exchange.method === 'HEAD') return await this.#answerHead(key)
    const asked = await (this.#target.authorized
      ? this.#askAuthorized(key)
      : this.#ask(key, undefined))
    if (asked.kind !== 'found') return await this.#settle(asked)

    const { record } = asked
    if (record.kind === 'pass') return await this.#pass(key, record)
    if (record.kind === 'page' && answers(record, this.#select)) {
      return await this.#serve(key, record, asked.shared)
    }
    return await this.#answerVariant(this.#namesToTry(record) as readonly string[])
  }

  // While nothing is known of the URL, a request with Authorization waits for no other's: most such pages are personal.
  async #askAuthorized(key: string): Promise<Asked> {
    const { probing } = this.#cache
    if ((await this.#lookup(key)) !== undefined) return await this.#ask(key, undefined)
    if (probing.has(key)) return { kind: 'none', why: 'authorization' }
    probing.add(key)
    try {
      return await this.#ask(key, undefined)
    } finally {
      // If our view is the one that will tell, `#load` ends the probe.
      if (this.#own === undefined) probing.delete(key)
    }
  }

  async #answerVariant(names: readonly string[]): Promise<Answer> {
    const key = variantKey(this.#target, varyPairs(names, this.#select))
    const evicted = this.#cache.variants.use(urlKey(this.#target), key)
    if (evicted !== undefined) this.#cache.inBackground(() => this.#cache.store.delete(evicted))
    const asked = await this.#ask(key, names)
    if (asked.kind !== 'found') return await this.#settle(asked)

    const { record } = asked
    if (record.kind === 'pass') return await this.#pass(key, record)
    if (record.kind === 'page' && answers(record, this.#select)) {
      return await this.#serve(key, record, asked.shared)
    }
    return await this.#unreadable(key)
  }

  /** HEAD is answered by what GET stored and never fills: its empty body would be served to every GET. RFC 9111 §4 */
  async #answerHead(key: string): Promise<Answer> {
    let record = await this.#lookup(key)
    const names = this.#namesToTry(record)
    if (names !== undefined) {
      record = await this.#lookup(variantKey(this.#target, varyPairs(names, this.#select)))
    }
    if (record?.kind === 'page' && this.#isServable(record)) return this.#reply(record, false)
    return await this.#scope.run(async () => {
      return await this.#exchange.run(this.#cache.passing('uri-miss', undefined))
    })
  }

  #isServable(page: StoredPage): boolean {
    const fresh = freshForMs(page, this.#cache.policy.clock.now()) > 0
    return answers(page, this.#select) && (fresh || !page.mustRevalidate)
  }

  #namesToTry(record: PageRecord | undefined): readonly string[] | undefined {
    if (record?.kind === 'vary') return record.names
    if (record?.kind !== 'page' || answers(record, this.#select)) return undefined
    return record.vary.map(([name]) => name)
  }

  async #settle(asked: Exclude<Asked, { kind: 'found' }>): Promise<Answer> {
    if (asked.kind === 'leads') return await (this.#own as Promise<Answer>)
    return await this.#runOwn(asked.why)
  }

  async #pass(key: string, record: PageRecord & { kind: 'pass' }): Promise<Answer> {
    const { clock, maxBodyBytes, targets, ttlMs } = this.#cache.policy
    // 0: it is not stored, a leader has just told us.
    if (record.until === 0) return await this.#runOwn(record.reason)
    const forget = (): void => this.#cache.inBackground(() => this.#cache.store.delete(key))
    if (record.until <= clock.now()) forget()
    const { authorized } = this.#target
    return await this.#runOwn(record.reason, (head) => {
      const now = clock.now()
      const verdict = judge(head, { authorized, pageTtlMs: ttlMs, maxBodyBytes, now, targets })
      if (verdict.store && !OF_THE_BODY.has(record.reason)) forget()
    })
  }

  async #serve(key: string, page: StoredPage, shared: boolean): Promise<Answer> {
    if (freshForMs(page, this.#cache.policy.clock.now()) > 0) return this.#reply(page, shared)

    // Stale: the store is about to call somebody's loader, perhaps ours.
    if (page.mustRevalidate || this.#exchange.once) {
      if (await this.#refreshes(key)) return await (this.#own as Promise<Answer>)
      if (page.mustRevalidate) return await this.#runOwn('stale')
    } else this.#stale = key
    return this.#reply(page, false)
  }

  // A view that cannot run later must run now, so one request of this process waits to be called, and pays for the refresh.
  async #refreshes(key: string): Promise<boolean> {
    const { policy, refreshing } = this.#cache
    if (refreshing.has(key)) return false
    refreshing.add(key)
    this.#asking = key
    let stop = (): void => {}
    try {
      return await new Promise<boolean>((resolve) => {
        this.#started = () => resolve(true)
        stop = policy.clock.after(REFRESH_START_MS, () => resolve(false))
        if (this.#own !== undefined) resolve(true)
      })
    } finally {
      stop()
      this.#asking = undefined
      refreshing.delete(key)
    }
  }

  #reply(page: StoredPage, shared: boolean): Answer {
    const { policy } = this.#cache
    const now = policy.clock.now()
    tagOuter(page.tags)
    const edit = outward(
      policy,
      shared
        ? { hit: false, fwd: 'uri-miss', collapsed: true }
        : { hit: true, ttlMs: freshForMs(page, now) },
    )
    return this.#exchange.reply(replay(page, this.#exchange.method, this.#header, now, edit))
  }

  async #unreadable(key: string): Promise<Answer> {
    this.#cache.inBackground(() => this.#cache.store.delete(key))
    return await this.#runOwn('unreadable')
  }

  async #runOwn(
    why: string,
    seen?: Parameters<PageCache<Incoming>['passing']>[2],
  ): Promise<Answer> {
    const tap = this.#cache.passing('bypass', why, seen)
    return await this.#scope.run(async () => await this.#exchange.run(tap))
  }

  async #lookup(key: string): Promise<PageRecord | undefined> {
    const { store } = this.#cache
    const asked = await this.#within(async () => {
      const found = await store.lookup(key)
      return found.hit ? found.value : undefined
    })
    return asked.kind === 'value' ? asRecord(asked.value) : undefined
  }

  /** Asks for a key, ready to lead. After it this request leads, or never will under this key (but see `#refreshes`). */
  async #ask(key: string, names: readonly string[] | undefined): Promise<Asked> {
    const { making, policy, store } = this.#cache
    let tags: readonly string[]
    try {
      const { authority, path, query } = this.#target
      tags = [...tagsFor(policy, this.#exchange.incoming), addressTag(authority, path, query)]
    } catch (error) {
      policy.onError(error)
      return { kind: 'none', why: 'option failed' }
    }
    const shared = making.has(key)
    this.#asking = key
    const asked = await this.#within(() =>
      store.getOrSet(key, (context) => this.#load(context, key, names, tags), {
        ttl: duration(policy.ttlMs),
        // Whatever is kept may be served: how long that is, each load says for its own page.
        stale: duration(Math.max(policy.staleMs, LONGEST_MS)),
        tags,
      }),
    )
    this.#asking = undefined
    if (this.#own !== undefined) return { kind: 'leads' }
    if (asked.kind === 'none') return asked
    const record = asRecord(asked.value)
    if (record !== undefined && (names === undefined || record.kind !== 'vary')) {
      return { kind: 'found', record, shared }
    }
    this.#cache.inBackground(() => store.delete(key))
    return { kind: 'none', why: 'unreadable' }
  }

  /** Until the store answers, our loader starts, or patience ends. */
  async #within(act: () => Promise<unknown>): Promise<Heard> {
    try {
      return await within(this.#cache.policy, act, (started) => (this.#started = started))
    } finally {
      this.#started = () => {}
    }
  }

  /** Called by the store: makes the page for everybody, unless this request has gone its own way. Never throws. */
  async #load(
    context: PageLoadContext,
    key: string,
    names: readonly string[] | undefined,
    tags: readonly string[],
  ): Promise<PageRecord> {
    const background = this.#stale === key && !this.#exchange.once
    if (this.#own !== undefined || (this.#asking !== key && !background)) {
      context.skip('its request went on')
      return passOnce('its request went on')
    }
    const { making, probing } = this.#cache
    const fill = fillFor(this.#cache, this.#exchange, this.#target, {
      names,
      select: this.#select,
      scope: this.#scope,
    })
    this.#asking = undefined
    making.add(key)
    const own = this.#scope.run(async () => await this.#exchange.run(fill))
    this.#own = own
    own.catch(() => fill.fail('the view failed'))
    this.#started()
    try {
      const outcome = await fill.outcome
      if (background) this.#cache.inBackground(async () => this.#exchange.discard(await own))
      return this.#conclude(outcome, context, names, tags)
    } finally {
      making.delete(key)
      probing.delete(key)
    }
  }

  #conclude(
    outcome: Outcome,
    context: PageLoadContext,
    names: readonly string[] | undefined,
    tags: readonly string[],
  ): PageRecord {
    const { policy, store } = this.#cache
    const groups = outcome.kind === 'page' ? groupTags(outcome.page.fields, 'cache-groups') : []
    const { record, afterwards } = conclude(outcome, context, {
      policy,
      store,
      target: this.#target,
      header: this.#select,
      names,
      routeTags: tags,
      viewTags: [...this.#scope.tags, ...groups],
    })
    if (afterwards !== undefined) this.#cache.inBackground(afterwards)
    return record
  }
}
