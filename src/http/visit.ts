import { Asking, type Asked } from './asking.ts'
import { currentMaking } from '../cache/making.ts'
import { answerAtHand, isHeard, namesToTry, NOT_AT_HAND, useVariant } from './at-hand.ts'
import type { Exchange } from './exchange.ts'
import { replayAroundHoles } from './holes/around-holes.ts'
import { OF_THE_BODY } from './outcome.ts'
import type { Filled } from './holes/request-holes.ts'
import { type PageTarget, urlKey, variantKey } from './key.ts'
import { standing } from './life.ts'
import { OwnView } from './own-view.ts'
import type { PageCache } from './page-cache.ts'
import { varyPairs } from './reads.ts'
import type { Reason } from './reasons.ts'
import { answers, type PageRecord, type PageWithHoles, type StoredPage } from './record.ts'
import { judge } from './rules/storable.ts'
import { noteServed, serve } from './serve.ts'

/** Of a page with holes where option `holes` is no longer given. */
const UNKNOWN: Filled = { why: 'hole unknown' }

/**
 * Answers a GET or HEAD request, at once where its page is at hand.
 *
 * @param isPlain nothing is asked for but the address
 */
export function answerFor<Incoming, Answer>(
  cache: PageCache<Incoming>,
  exchange: Exchange<Incoming, Answer>,
  target: PageTarget,
  isPlain: boolean,
): Promise<Answer> | Answer {
  const key = urlKey(target)
  const answer = answerAtHand(cache, exchange, target, key, isPlain)
  return answer === NOT_AT_HAND ? new Visit(cache, exchange, target).answer(key) : answer
}

/** One GET or HEAD request whose page is not at hand, on its way through the cache. */
class Visit<Incoming, Answer> {
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

  /** @param key of the target's address, of which nothing was at hand */
  async answer(key: string): Promise<Answer> {
    if (this.#exchange.method === 'HEAD') return await this.#answerHead(key)
    const asked = await (this.#target.authorized
      ? this.#asking.askAuthorized(key)
      : this.#asking.ask(key, undefined))
    return await this.#answerWith(key, asked, false)
  }

  async #answerVariant(url: string, names: readonly string[]): Promise<Answer> {
    const key = variantKey(this.#target, varyPairs(names, this.#view.select))
    useVariant(this.#cache, this.#exchange, url, key)
    return await this.#answerWith(key, await this.#asking.ask(key, names), true)
  }

  async #answerWith(key: string, asked: Asked, isVariant: boolean): Promise<Answer> {
    if (asked.kind === 'leads') return await this.#lead()
    if (asked.kind === 'none') return await this.#bypass(asked.why)
    const { record } = asked
    if (record.kind === 'pass') return await this.#pass(key, record)
    if (record.kind === 'page') {
      if (!isHeard(this.#cache, this.#target, record)) return await this.#unreadable(key)
      if (answers(record, this.#view.select)) return await this.#serve(key, record, asked.shared)
    }
    if (isVariant) return await this.#unreadable(key)
    return await this.#answerVariant(
      key,
      namesToTry(record, this.#view.select) as readonly string[],
    )
  }

  /** HEAD is answered by what GET stored and never fills: its empty body would be served to every GET. RFC 9111 §4 */
  async #answerHead(key: string): Promise<Answer> {
    const { select } = this.#view
    let at = key
    let record = await this.#asking.lookup(at)
    const names = namesToTry(record, select)
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
    return isHeard(this.#cache, this.#target, page) && answers(page, this.#view.select) && !isKept
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
    if (holes !== null) return await this.#serveAroundHoles(key, { ...page, holes }, shared)
    const now = this.#cache.policy.clock.now()
    return serve(this.#cache, this.#exchange, this.#target, { key, page, now, shared })
  }

  async #serveAroundHoles(
    key: string,
    page: StoredPage & { readonly holes: PageWithHoles },
    shared: 'uri-miss' | 'stale' | undefined,
  ): Promise<Answer> {
    const filled = (await this.#view.holes?.texts(page.holes.places)) ?? UNKNOWN
    if ('texts' in filled) {
      const now = this.#cache.policy.clock.now()
      const found = { key, page, now, shared }
      const editFor = noteServed(this.#cache, this.#exchange, this.#target, found)
      currentMaking()?.differs('what is rendered each time')
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

  async #bypass(reason: Reason): Promise<Answer> {
    this.#cache.tell('bypass', this.#exchange, { reason })
    return await this.#view.pass(reason)
  }

  async #unreadable(key: string): Promise<Answer> {
    this.#cache.inBackground(() => this.#cache.store.delete(key))
    return await this.#bypass('unreadable')
  }
}
