import { taggedBy } from './cdn/tagged.ts'
import { conclude, passOnce } from './conclude.ts'
import type { Exchange, Tap } from './exchange.ts'
import type { Outcome } from './fill.ts'
import { fillFor } from './fill-for.ts'
import type { PageTarget } from './key.ts'
import type { PageCache } from './page-cache.ts'
import type { PageLoadContext } from './page-store.ts'
import { type Select, selector } from './reads.ts'
import type { Reason } from './reasons.ts'
import { answers, asRecord, type PageRecord } from './record.ts'
import { freshForMs } from './replay.ts'
import { groupTags } from './rules/cache-groups.ts'
import { currentPage, TagScope } from './tag.ts'

/** The view of one request: run for its own client alone, or, when the store calls its loader, for everybody. */
export class OwnView<Incoming, Answer> {
  readonly #cache: PageCache<Incoming>
  readonly #exchange: Exchange<Incoming, Answer>
  readonly #target: PageTarget
  readonly #scope = new TagScope()
  /** The request's own fields. */
  readonly header: Select
  /** All by which pages are told apart. */
  readonly select: Select
  /** The key under which this request may lead right now. */
  asking: string | undefined
  /** The key whose stale page it got: it may refresh that after its answer, if its view can still run then. */
  stale: string | undefined
  /** Told when its loader is called. */
  started: () => void = () => {}
  #led: Promise<Answer> | undefined
  #hasRun = false

  constructor(
    cache: PageCache<Incoming>,
    exchange: Exchange<Incoming, Answer>,
    target: PageTarget,
  ) {
    this.#cache = cache
    this.#exchange = exchange
    this.#target = target
    this.header = (name) => exchange.header(name)
    this.select = selector(this.header, () => cache.principal(exchange))
    this.#scope.userIsKeyed = cache.policy.user !== undefined
    this.#scope.sites = target.site === 0 ? (currentPage()?.sites ?? 0) : target.site
    this.#scope.principal = target.principal
    this.#scope.query = target.query
  }

  /** The answer of the view that made the page for everybody; `undefined` while no loader of this request was called. */
  get led(): Promise<Answer> | undefined {
    return this.#led
  }

  async run(tap: Tap): Promise<Answer> {
    return await this.#scope.run(async () => await this.#exchange.run(tap))
  }

  /** For its own client. @param seen is told of the head */
  async pass(why: Reason, seen?: Parameters<PageCache<Incoming>['passing']>[2]): Promise<Answer> {
    return await this.alone('bypass', why, seen)
  }

  /** As {@link OwnView.pass}, in the words of Cache-Status. */
  async alone(...[fwd, why, seen]: Parameters<PageCache<Incoming>['passing']>): Promise<Answer> {
    const tagged = taggedBy(this.#cache, this.#exchange, this.#target, this.#scope)
    return await this.run(this.#cache.passing(fwd, why, seen, tagged))
  }

  /** Called by the store: makes the page for everybody, unless this request has gone its own way. Never throws. */
  async load(
    context: PageLoadContext,
    key: string,
    names: readonly string[] | undefined,
    tags: readonly string[],
  ): Promise<PageRecord> {
    const isServed = this.asking === key && this.#isServedBy(context, key)
    const background = isServed || (this.stale === key && !this.#exchange.once)
    if (this.#hasRun || (this.asking !== key && !background)) {
      context.skip('its request went on')
      return passOnce('its request went on')
    }
    const { making, probing } = this.#cache
    const fill = fillFor(this.#cache, this.#exchange, this.#target, {
      key,
      names,
      select: this.select,
      scope: this.#scope,
    })
    this.#cache.tell('miss', this.#exchange, { key })
    this.asking = undefined
    this.#hasRun = true
    making.add(key)
    this.#scope.key = key
    const led = this.run(fill)
    led.catch(() => fill.fail('the view failed'))
    if (!isServed) {
      this.#led = led
      this.started()
    }
    try {
      const outcome = await fill.outcome
      if (background) this.#cache.inBackground(async () => this.#exchange.discard(await led))
      return this.#conclude(outcome, context, { key, names, tags })
    } finally {
      making.delete(key)
      probing.delete(key)
    }
  }

  // A store may call the loader before it answers with the page that it has: the client need not wait for the new one.
  #isServedBy({ previous }: PageLoadContext, key: string): boolean {
    if (previous === undefined || this.#exchange.once) return false
    const page = asRecord(previous.value, key)
    if (page?.kind !== 'page') return false
    const { clock, onError } = this.#cache.policy
    try {
      const isFresh = freshForMs(page, clock.now()) > 0
      return (isFresh || !page.mustRevalidate) && answers(page, this.select)
    } catch (error) {
      // Option `user` may throw.
      onError(error)
      return false
    }
  }

  #conclude(
    outcome: Outcome,
    context: PageLoadContext,
    under: {
      readonly key: string
      readonly names: readonly string[] | undefined
      readonly tags: readonly string[]
    },
  ): PageRecord {
    const { key, names, tags } = under
    const { policy, store } = this.#cache
    const groups = outcome.kind === 'page' ? groupTags(outcome.page.fields, 'cache-groups') : []
    const { record, afterwards } = conclude(outcome, context, {
      policy,
      store,
      target: this.#target,
      key,
      header: this.select,
      names,
      routeTags: tags,
      viewTags: [...this.#scope.tags, ...groups],
    })
    if (afterwards !== undefined) this.#cache.inBackground(afterwards)
    this.#tell(outcome, record, key)
    return record
  }

  #tell(outcome: Outcome, record: PageRecord, key: string): void {
    if (record.kind === 'page') {
      const ttlMs = freshForMs(record, this.#cache.policy.clock.now())
      const about = { key, ttlMs, bytes: record.body.length, tags: record.tags }
      return this.#cache.tell('store', this.#exchange, about)
    }
    const mark = record.kind === 'pass' ? record.reason : 'vary grew'
    const reason = outcome.kind === 'refused' ? outcome.reason : mark
    this.#cache.tell('refuse', this.#exchange, { key, reason })
  }
}
