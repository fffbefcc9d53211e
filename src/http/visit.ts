import { Asking, type Asked } from './asking.ts'
import { isForCdns } from './cdn/tagged.ts'
import type { Exchange } from './exchange.ts'
import { OF_THE_BODY } from './fill.ts'
import { type PageTarget, urlKey, variantKey } from './key.ts'
import { outward } from './outward.ts'
import { OwnView } from './own-view.ts'
import type { PageCache } from './page-cache.ts'
import { varyPairs } from './reads.ts'
import type { Reason } from './reasons.ts'
import { answers, type PageRecord, type StoredPage } from './record.ts'
import { freshForMs, replay } from './replay.ts'
import { judge } from './rules/storable.ts'
import { tagOuter } from './tag.ts'

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
    return this.#atHand(key) ?? (await this.#answer(key))
  }

  /** A fresh page in this process's own memory is answered in the same turn: no promise, no timer, nothing to wait for. */
  #atHand(key: string): Answer | undefined {
    let at = key
    let record = this.#asking.glance(at)
    const names = this.#namesToTry(record)
    if (names !== undefined) {
      at = variantKey(this.#target, varyPairs(names, this.#view.select))
      record = this.#asking.glance(at)
      if (record !== undefined) this.#use(key, at)
    }
    if (record?.kind !== 'page' || !answers(record, this.#view.select)) return undefined
    const isFresh = freshForMs(record, this.#cache.policy.clock.now()) > 0
    return isFresh ? this.#reply(at, record, false) : undefined
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
      return this.#reply(at, record, false)
    }
    this.#cache.tell('miss', this.#exchange, { key: at })
    return await this.#view.alone('uri-miss', undefined)
  }

  #isServable(page: StoredPage): boolean {
    const fresh = freshForMs(page, this.#cache.policy.clock.now()) > 0
    return answers(page, this.#view.select) && (fresh || !page.mustRevalidate)
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

  async #serve(key: string, page: StoredPage, shared: boolean): Promise<Answer> {
    if (freshForMs(page, this.#cache.policy.clock.now()) > 0) return this.#reply(key, page, shared)

    // Stale: the store is about to call somebody's loader, perhaps ours.
    if (page.mustRevalidate || this.#exchange.once) {
      if (await this.#asking.refreshes(key)) return await this.#lead()
      if (page.mustRevalidate) return await this.#bypass('stale')
    } else this.#view.stale = key
    return this.#reply(key, page, false)
  }

  #reply(key: string, page: StoredPage, shared: boolean): Answer {
    const { policy } = this.#cache
    const now = policy.clock.now()
    const ttlMs = freshForMs(page, now)
    const what = shared ? 'collapsed' : ttlMs > 0 ? 'hit' : 'stale'
    this.#cache.tell(what, this.#exchange, { key, ttlMs, ageMs: now - page.storedAt })
    tagOuter(page.tags)
    const { header } = this.#view
    const { fields, tags } = page
    const isShared =
      policy.cdn !== undefined && this.#target.principal === undefined && isForCdns(fields)
    const tagged = isShared ? { fields, tags } : undefined
    const reply = replay(page, this.#exchange.method, header, now, (status) => {
      if (!shared) return outward(policy, { hit: true, ttlMs, key }, tagged)
      const fwdStatus = status === page.status ? {} : { fwdStatus: page.status }
      const told = { hit: false, fwd: 'uri-miss', ...fwdStatus, collapsed: true, key } as const
      return outward(policy, told, tagged)
    })
    return this.#exchange.reply(reply)
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
