import { Asking, type Asked } from './asking.ts'
import { currentMaking } from '../cache/making.ts'
import { isForCdns } from './cdn/tagged.ts'
import type { Exchange, HeadEdit } from './exchange.ts'
import { replayAroundHoles } from './holes/around-holes.ts'
import { OF_THE_BODY } from './outcome.ts'
import type { Filled } from './holes/request-holes.ts'
import { type PageTarget, urlKey, variantKey } from './key.ts'
import { standing } from './life.ts'
import { outward } from './outward.ts'
import { OwnView } from './own-view.ts'
import type { PageCache } from './page-cache.ts'
import { varyPairs } from './reads.ts'
import type { Reason } from './reasons.ts'
import {
  answers,
  answersQuery,
  type PageRecord,
  type PageWithHoles,
  type StoredPage,
} from './record.ts'
import { freshForMs, replay } from './replay.ts'
import { judge } from './rules/storable.ts'
import { tagOuter } from './tag.ts'

/** Of a page with holes where option `holes` is no longer given. */
const UNKNOWN: Filled = { why: 'hole unknown' }

/** One GET or HEAD request on its way through the cache. */
export class Visit<Incoming, Answer> {
  readonly #cache: PageCache<Incoming>
  readonly #exchange: Exchange<Incoming, Answer>
  readonly #target: PageTarget
  readonly #view: OwnView<Incoming, Answer>
  readonly #asking: Asking<Incoming>

  constructor(
    cache: PageCache<Incoming>,
    exchange: Exchange<Incoming, Answer>,
    target: PageTarget,
  ) {
    this.#cache = cache
    this.#exchange = exchange
    this.#target = target
    this.#view = new OwnView(cache, exchange, target)
    this.#asking = new Asking(cache, exchange.incoming, target, this.#view)
  }

  async answer(): Promise<Answer> {
    const key = urlKey(this.#target)
    const atHand = this.#atHand(key)
    return atHand === undefined ? await this.#answer(key) : atHand.answer
  }

  /**
   * A fresh page in this process's own memory is answered in the same turn: no promise, no timer, nothing to wait for.
   *
   * @returns `undefined` when there is none; where a framework is answered by writing, the answer itself is `undefined`
   */
  #atHand(key: string): { readonly answer: Answer } | undefined {
    let at = key
    let record = this.#asking.glance(at)
    const names = this.#namesToTry(record)
    if (names !== undefined) {
      at = variantKey(this.#target, varyPairs(names, this.#view.select))
      record = this.#asking.glance(at)
      if (record !== undefined) this.#use(key, at)
    }
    if (record?.kind !== 'page' || !this.#heard(record)) return undefined
    // To render those takes time.
    if (record.holes !== null) return undefined
    if (!answers(record, this.#view.select)) return undefined
    const isFresh = freshForMs(record, this.#cache.policy.clock.now()) > 0
    return isFresh ? { answer: this.#reply(at, record) } : undefined
  }

  /** One of the variants of a URL is asked for; another may have to go for it. */
  #use(key: string, variant: string): void {
    const evicted = this.#cache.variants.use(key, variant)
    if (evicted === undefined) return
    this.#cache.tell('evict', this.#exchange, { key: evicted })
    this.#cache.inBackground(() => this.#cache.store.delete(evicted))
  }

  async #answer(key: string): Promise<Answer> {
    if (this.#exchange.method === 'HEAD') return await this.#answerHead(key)
    const asked = await (this.#target.authorized
      ? this.#asking.askAuthorized(key)
      : this.#asking.ask(key, undefined))
    if (asked.kind !== 'found') return await this.#settle(asked)

    const { record } = asked
    if (record.kind === 'pass') return await this.#pass(key, record)
    if (record.kind === 'page' && !this.#heard(record)) return await this.#unreadable(key)
    if (record.kind === 'page' && answers(record, this.#view.select)) {
      return await this.#serve(key, record, asked.shared)
    }
    return await this.#answerVariant(this.#namesToTry(record) as readonly string[])
  }

  async #answerVariant(names: readonly string[]): Promise<Answer> {
    const key = variantKey(this.#target, varyPairs(names, this.#view.select))
    this.#use(urlKey(this.#target), key)
    const asked = await this.#asking.ask(key, names)
    if (asked.kind !== 'found') return await this.#settle(asked)

    const { record } = asked
    if (record.kind === 'pass') return await this.#pass(key, record)
    if (record.kind === 'page' && !this.#heard(record)) return await this.#unreadable(key)
    if (record.kind === 'page' && answers(record, this.#view.select)) {
      return await this.#serve(key, record, asked.shared)
    }
    return await this.#unreadable(key)
  }

  /** HEAD is answered by what GET stored and never fills: its empty body would be served to every GET. RFC 9111 §4 */
  async #answerHead(key: string): Promise<Answer> {
    const { select } = this.#view
    let at = key
    let record = await this.#asking.lookup(at)
    const names = this.#namesToTry(record)
    if (names !== undefined) {
      at = variantKey(this.#target, varyPairs(names, select))
      record = await this.#asking.lookup(at)
    }
    if (record?.kind === 'page' && this.#isServable(record)) {
      return await this.#serveStored(at, record)
    }
    this.#cache.tell('miss', this.#exchange, { key: at })
    return await this.#view.alone('uri-miss', undefined)
  }

  #isServable(page: StoredPage): boolean {
    const isKept = standing(page, this.#cache.policy.clock.now()) === 'kept'
    return this.#heard(page) && answers(page, this.#view.select) && !isKept
  }

  /** Whether a page answers this query; if it says that it answers others too, this process has now heard so. */
  #heard(page: StoredPage): boolean {
    const { clock } = this.#cache.policy
    const { query, search } = this.#target
    const { rule } = page.search
    if (rule !== null && search === undefined)
      this.#cache.searches.hear(this.#target, rule, clock.now())
    return answersQuery(page, query)
  }

  #namesToTry(record: PageRecord | undefined): readonly string[] | undefined {
    if (record?.kind === 'vary') return record.names
    if (record?.kind !== 'page' || answers(record, this.#view.select)) return undefined
    return record.vary.map(([name]) => name)
  }

  async #settle(asked: Exclude<Asked, { kind: 'found' }>): Promise<Answer> {
    if (asked.kind === 'leads') return await this.#lead()
    return await this.#bypass(asked.why)
  }

  async #lead(): Promise<Answer> {
    return await (this.#view.led as Promise<Answer>)
  }

  async #pass(key: string, record: PageRecord & { kind: 'pass' }): Promise<Answer> {
    const { clock, maxBodyBytes, targets, ttlMs } = this.#cache.policy
    // 0: it is not stored, a leader has just told us.
    this.#cache.tell('pass', this.#exchange, { key, reason: record.reason })
    if (record.until === 0) return await this.#view.pass(record.reason)
    const forget = (): void => this.#cache.inBackground(() => this.#cache.store.delete(key))
    if (record.until <= clock.now()) forget()
    const { authorized } = this.#target
    return await this.#view.pass(record.reason, (head) => {
      const now = clock.now()
      const verdict = judge(head, { authorized, pageTtlMs: ttlMs, maxBodyBytes, now, targets })
      if (verdict.store && !OF_THE_BODY.has(record.reason)) forget()
    })
  }

  async #serve(
    key: string,
    page: StoredPage,
    shared: 'uri-miss' | 'stale' | undefined,
  ): Promise<Answer> {
    switch (standing(page, this.#cache.policy.clock.now())) {
      case 'fresh':
      case 'held':
        return await this.#serveStored(key, page, shared)
      case 'kept':
        return page.noCache ? await this.#view.check(key, page) : await this.#bypass('stale')
      case 'stale':
        break
    }
    // The store is about to call somebody's loader, perhaps ours.
    if (!this.#exchange.once) this.#view.stale = key
    else if (await this.#asking.refreshes(key)) return await this.#lead()
    return await this.#serveStored(key, page)
  }

  async #serveStored(
    key: string,
    page: StoredPage,
    shared?: 'uri-miss' | 'stale',
  ): Promise<Answer> {
    const { holes } = page
    if (holes === null) return this.#reply(key, page, shared)
    return await this.#serveAroundHoles(key, { ...page, holes }, shared)
  }

  async #serveAroundHoles(
    key: string,
    page: StoredPage & { readonly holes: PageWithHoles },
    shared: 'uri-miss' | 'stale' | undefined,
  ): Promise<Answer> {
    const filled = (await this.#view.holes?.texts(page.holes.places)) ?? UNKNOWN
    if ('texts' in filled) {
      const now = this.#cache.policy.clock.now()
      const editFor = this.#shows(key, page, now, shared)
      currentMaking()?.personal('what is rendered each time')
      const { method } = this.#exchange
      const { texts } = filled
      return this.#exchange.reply(
        replayAroundHoles(page, texts, method, this.#view.header, now, editFor),
      )
    }
    if ('error' in filled) this.#cache.policy.onError(filled.error)
    else this.#cache.inBackground(() => this.#cache.store.delete(key))
    // Its own view may be called to make the page anew, with marks for its holes.
    this.#view.stale = undefined
    this.#cache.tell('bypass', this.#exchange, { reason: filled.why })
    return await new OwnView(this.#cache, this.#exchange, this.#target).pass(filled.why)
  }

  #reply(key: string, page: StoredPage, shared?: 'uri-miss' | 'stale'): Answer {
    const now = this.#cache.policy.clock.now()
    const editFor = this.#shows(key, page, now, shared)
    const { header } = this.#view
    return this.#exchange.reply(replay(page, this.#exchange.method, header, now, editFor))
  }

  /** @returns how the head of a page that is served goes out, by its status */
  #shows(
    key: string,
    page: StoredPage,
    now: number,
    shared: 'uri-miss' | 'stale' | undefined,
  ): (status: number) => HeadEdit {
    const { policy } = this.#cache
    const ttlMs = freshForMs(page, now)
    const what = shared !== undefined ? 'collapsed' : ttlMs > 0 ? 'hit' : 'stale'
    this.#cache.tell(what, this.#exchange, { key, ttlMs, ageMs: now - page.storedAt })
    tagOuter(page.tags)
    const { fields, tags } = page
    const isShared =
      policy.cdn !== undefined && this.#target.principal === undefined && isForCdns(fields)
    const tagged = isShared ? { fields, tags } : undefined
    const held = page.held !== null && ttlMs <= 0 ? { detail: page.held.failure } : {}
    return (status) => {
      if (shared === undefined || page.held !== null) {
        return outward(policy, { hit: true, ttlMs, key, ...held }, tagged)
      }
      const fwdStatus = status === page.status ? {} : { fwdStatus: page.status }
      const told = { hit: false, fwd: shared, ...fwdStatus, collapsed: true, key } as const
      return outward(policy, told, tagged)
    }
  }

  async #bypass(reason: Reason): Promise<Answer> {
    this.#cache.tell('bypass', this.#exchange, { reason })
    return await this.#view.pass(reason)
  }

  async #unreadable(key: string): Promise<Answer> {
    this.#cache.inBackground(() => this.#cache.store.delete(key))
    return await this.#bypass('unreadable')
  }
}
