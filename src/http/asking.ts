import type { Duration } from '../base/duration.ts'
import { duration } from './conclude.ts'
import type { PageTarget } from './key.ts'
import { standing } from './life.ts'
import type { OwnView } from './own-view.ts'
import type { PageCache } from './page-cache.ts'
import { type Heard, within } from './patience.ts'
import { addressTag } from './purge.ts'
import type { Reason } from './reasons.ts'
import { answers, asRecord, type PageRecord, type StoredPage } from './record.ts'
import { LONGEST_MS } from './rules/freshness.ts'
import { currentPage } from './tag.ts'
import { tagsFor } from './tags-for.ts'

/** What came of asking the store for a key. */
export type Asked =
  /** The store called our loader: this request answers with its own view. */
  | { readonly kind: 'leads' }
  | {
      readonly kind: 'found'
      readonly record: PageRecord
      /** It was made for another request while this one waited: for want of what. */
      readonly shared: 'uri-miss' | 'stale' | undefined
    }
  | { readonly kind: 'none'; readonly why: Reason }

/** How long a request that can run its view only now waits to be the one that refreshes a stale page. */
const REFRESH_START_MS = 100

/** How one request asks the store, with its own view as the loader. */
export class Asking<Incoming> {
  readonly #cache: PageCache<Incoming>
  readonly #incoming: Incoming
  readonly #target: PageTarget
  readonly #view: OwnView<Incoming, unknown>

  constructor(
    cache: PageCache<Incoming>,
    incoming: Incoming,
    target: PageTarget,
    view: OwnView<Incoming, unknown>,
  ) {
    this.#cache = cache
    this.#incoming = incoming
    this.#target = target
    this.#view = view
  }

  async lookup(key: string): Promise<PageRecord | undefined> {
    const { store } = this.#cache
    const asked = await this.#within(async () => {
      const found = await store.lookup(key)
      return found.hit ? found.value : undefined
    })
    return asked.kind === 'value' ? asRecord(asked.value, key) : undefined
  }

  /** Asks for a key, ready to lead. After it this request leads, or never will under this key (but see `refreshes`). */
  async ask(key: string, names: readonly string[] | undefined): Promise<Asked> {
    const { making, policy, store } = this.#cache
    const view = this.#view
    let tags: readonly string[]
    try {
      const { authority, path, query } = this.#target
      tags = [...tagsFor(policy, this.#incoming), addressTag(authority, path, query)]
    } catch (error) {
      policy.onError(error)
      return { kind: 'none', why: 'option failed' }
    }
    if (currentPage()?.isMadeUnder(key) === true) return { kind: 'none', why: 'made around' }
    let shared: 'uri-miss' | 'stale' | undefined = making.has(key) ? 'uri-miss' : undefined
    view.asking = key
    const get = (stale: Duration): Promise<Heard> =>
      this.#within(() =>
        store.getOrSet(key, (context) => view.load(context, key, names, tags), {
          ttl: duration(policy.ttlMs),
          stale,
          tags,
        }),
      )
    // Whatever is there: what it is good for, each page says of itself.
    let asked = await get(duration(Math.max(policy.staleMs, LONGEST_MS)))
    let record = asked.kind === 'value' ? asRecord(asked.value, key) : undefined
    if (view.led === undefined && record?.kind === 'page' && this.#isOnlyKept(record)) {
      // Not to be served: now it waits for the one that makes it anew, which may be this request.
      shared = 'stale'
      asked = await get('0s')
      record = asked.kind === 'value' ? asRecord(asked.value, key) : undefined
    }
    view.asking = undefined
    if (view.led !== undefined) return { kind: 'leads' }
    if (asked.kind !== 'value') return asked
    if (record !== undefined && (names === undefined || record.kind !== 'vary')) {
      return { kind: 'found', record, shared }
    }
    this.#cache.inBackground(() => store.delete(key))
    return { kind: 'none', why: 'unreadable' }
  }

  // Of a page with `no-cache` every request asks for itself; one that is not for this request tells where to look for its own.
  #isOnlyKept(page: StoredPage): boolean {
    if (page.noCache || !answers(page, this.#view.select)) return false
    return standing(page, this.#cache.policy.clock.now()) === 'kept'
  }

  /** While nothing is known of the URL, a request with Authorization waits for no other's: most such pages are personal. */
  async askAuthorized(key: string): Promise<Asked> {
    const { probing } = this.#cache
    if ((await this.lookup(key)) !== undefined) return await this.ask(key, undefined)
    if (probing.has(key)) return { kind: 'none', why: 'authorization' }
    probing.add(key)
    try {
      return await this.ask(key, undefined)
    } finally {
      // If our view is the one that will tell, its load ends the probe.
      if (this.#view.led === undefined) probing.delete(key)
    }
  }

  /** A view that cannot run later must run now, so one request of this process waits to be called, and pays for the refresh. */
  async refreshes(key: string): Promise<boolean> {
    const { policy, refreshing } = this.#cache
    const view = this.#view
    if (refreshing.has(key)) return false
    refreshing.add(key)
    view.asking = key
    let stop = (): void => {}
    try {
      return await new Promise<boolean>((resolve) => {
        view.started = () => resolve(true)
        stop = policy.clock.after(REFRESH_START_MS, () => resolve(false))
        if (view.led !== undefined) resolve(true)
      })
    } finally {
      stop()
      view.asking = undefined
      refreshing.delete(key)
    }
  }

  /** Until the store answers, our loader starts, or patience ends. */
  async #within(act: () => Promise<unknown>): Promise<Heard> {
    const view = this.#view
    try {
      return await within(this.#cache.policy, act, (started) => (view.started = started))
    } finally {
      view.started = () => {}
    }
  }
}
