import { taggedBy } from './cdn/tagged.ts'
import { Afterlife, type ReplyWith } from './afterlife.ts'
import { Check } from './check.ts'
import { conclude, passOnce } from './conclude.ts'
import type { Exchange, Tap } from './exchange.ts'
import type { Fill } from './fill.ts'
import { fillFor } from './fill-for.ts'
import { Marks } from './holes/marks.ts'
import { RequestHoles } from './holes/request-holes.ts'
import type { PageTarget } from './key.ts'
import { standing } from './life.ts'
import type { Outcome } from './outcome.ts'
import { outward } from './outward.ts'
import type { PageCache } from './page-cache.ts'
import type { PageLoadContext } from './page-store.ts'
import { type Select, selector } from './reads.ts'
import type { Reason } from './reasons.ts'
import { answers, answersQuery, asRecord, type PageRecord, type StoredPage } from './record.ts'
import { searchTag } from './purge.ts'
import { freshForMs, gatewayTimeout, type Reply, replay } from './replay.ts'
import { groupTags } from './rules/cache-groups.ts'
import { currentPage, TagScope } from './tag.ts'
import { ASKS_FOR_LESS } from './tracked-request.ts'

/** The view of one request: run for its own client alone, or, when the store calls its loader, for everybody. */
export class OwnView<Incoming, Answer> {
  readonly #cache: PageCache<Incoming>
  readonly #exchange: Exchange<Incoming, Answer>
  readonly #target: PageTarget
  readonly #scope = new TagScope()
  /** `undefined` where no page is kept with holes. */
  readonly holes: RequestHoles<Incoming> | undefined
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
    const { holes } = cache.policy
    if (holes.length === 0) return
    const own = new RequestHoles(holes, exchange.incoming)
    this.holes = own
    this.#scope.holePlaces = (owner) => own.places(owner)
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
    const { making, policy, probing } = this.#cache
    const previous = asRecord(context.previous?.value, key)
    const isAnswer = previous?.kind === 'page' && this.#answers(previous)
    // A store may call the loader before it answers with the page that it has: the client need not wait for the new one.
    const isServed =
      isAnswer &&
      this.asking === key &&
      !this.#exchange.once &&
      standing(previous, policy.clock.now()) !== 'kept'
    const background = isServed || (this.stale === key && !this.#exchange.once)
    if (this.#hasRun || (this.asking !== key && !background)) {
      context.skip('its request went on')
      return passOnce('its request went on')
    }
    if (previous?.kind === 'page' && !isAnswer) {
      // The URL's own page is another variant, for the requests that it answers to make anew.
      context.skip('it is another variant')
      return passOnce('it is another variant')
    }
    const marks = this.#marks()
    const fill = fillFor(this.#cache, this.#exchange, this.#target, {
      key,
      names,
      select: this.select,
      scope: this.#scope,
      marks,
      afterlife:
        isAnswer && !previous.noCache && previous.holes === null
          ? new Afterlife(previous, policy, this.#target, this.#exchange)
          : undefined,
      reply: (...what) => this.#replyWith(...what),
    })
    this.#cache.tell('miss', this.#exchange, { key })
    this.asking = undefined
    this.#hasRun = true
    making.add(key)
    this.#scope.key = key
    const led = this.#lead(fill)
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

  #marks(): Marks | undefined {
    if (this.holes === undefined || this.#exchange.fills !== true) return undefined
    this.holes.marks = new Marks(() => this.#scope.showsHole())
    return this.holes.marks
  }

  async #lead(fill: Fill): Promise<Answer> {
    try {
      return await this.run(fill)
    } catch (error) {
      const reply = fill.rescue(error)
      if (reply === undefined) throw error
      this.#cache.policy.onError(error)
      return this.#exchange.reply(reply)
    }
  }

  /** Asks the view for its own client whether a page that must not be served unasked is still right. */
  async check(key: string, page: StoredPage): Promise<Answer> {
    const { policy, store } = this.#cache
    const check = new Check({
      afterlife: new Afterlife(page, policy, this.#target, this.#exchange),
      reply: (...what) => this.#replyWith(...what),
      announce: (status) => outward(policy, status),
      forget: () => this.#cache.inBackground(() => store.delete(key)),
    })
    return await this.run(check)
  }

  #answers(page: StoredPage): boolean {
    try {
      return answersQuery(page, this.#target.query) && answers(page, this.select)
    } catch (error) {
      // Option `user` may throw.
      this.#cache.policy.onError(error)
      return false
    }
  }

  /** A page in place of what the view answers. */
  #replyWith(...[page, status, conditional]: Parameters<ReplyWith>): Reply {
    const { policy } = this.#cache
    const edit = outward(policy, status)
    if (page === undefined) return gatewayTimeout(edit.add)
    // Also those of a page around this one.
    this.#scope.add(page.tags)
    const header: Select = (name) => {
      return conditional || !ASKS_FOR_LESS.includes(name) ? this.header(name) : undefined
    }
    const { method } = this.#exchange
    const asked = { method, header, now: policy.clock.now(), cut: policy.ranges } as const
    return replay(page, asked, () => edit)
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
    const own = outcome.kind === 'page' ? this.#tagsOf(outcome.page) : []
    const { record, afterwards } = conclude(outcome, context, {
      policy,
      store,
      target: this.#target,
      key,
      header: this.select,
      names,
      routeTags: tags,
      viewTags: [...this.#scope.tags, ...own],
    })
    if (afterwards !== undefined) this.#cache.inBackground(afterwards)
    this.#tell(outcome, record, key)
    return record
  }

  #tagsOf({ fields, search }: StoredPage): readonly string[] {
    const { authority, path } = this.#target
    const groups = groupTags(fields, 'cache-groups')
    return search.rule === null ? groups : [...groups, searchTag(authority, path)]
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
