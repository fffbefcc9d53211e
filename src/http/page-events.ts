import { type Channel, channel } from 'node:diagnostics_channel'
import type { Reason } from './reasons.ts'

/**
 * What happens to pages. Every request for one is one of the first six; a `miss` is followed by `store` or `refuse`.
 *
 * - `hit`, `stale`: answered from the store. `collapsed`: from a page that another request was making.
 * - `miss`: its view ran to make the page for everybody. `pass`: its view ran for it alone, because a mark says that answers
 *   of this address are not kept. `bypass`: its view ran, and the store was not asked or did not help.
 * - `store`: a page was handed to the store. `refuse`: it was not.
 * - `evict`: a variant went, because the address has more than `maxVariants`. `purge`: a write or `purge` dropped pages.
 */
export const PAGE_EVENTS = [
  'hit',
  'stale',
  'collapsed',
  'miss',
  'pass',
  'bypass',
  'store',
  'refuse',
  'evict',
  'purge',
] as const

/** The names of the events of a page cache. */
export type PageEventName = (typeof PAGE_EVENTS)[number]

/** One thing that a page cache has done. */
export interface PageEvent {
  /** Of the request. */
  readonly method?: string
  /** Without the query, which may hold what is not for logs. */
  readonly path?: string
  /** The pattern of the route, where it is known. */
  readonly route?: string
  /** Under which the page is kept; absent where the store was not asked. */
  readonly key?: string
  /** Of `refuse`, `pass` and `bypass`. */
  readonly reason?: Reason
  /** Of `hit`, `stale`, `collapsed` and `store`: milliseconds for which it stays fresh; negative when stale. */
  readonly ttlMs?: number
  /** Of `hit`, `stale` and `collapsed`: milliseconds since the page was made. */
  readonly ageMs?: number
  /** Of `store`: the length of the body. */
  readonly bytes?: number
  /** Of `store` and `purge`. */
  readonly tags?: readonly string[]
}

/** What is called with an event. */
export type PageListener = (event: PageEvent) => void

const CHANNELS = Object.fromEntries(
  PAGE_EVENTS.map((name) => [name, channel(`breakwater:page:${name}`)]),
) as Record<PageEventName, Channel>

/** Tells the diagnostics channels `breakwater:page:<name>`. */
export function publishPage(name: PageEventName, event: PageEvent): void {
  const to = CHANNELS[name]
  if (to.hasSubscribers) to.publish(event)
}

/** Tells listeners and the diagnostics channels. Building an event costs, so callers ask {@link PageHub.wants} first. */
export class PageHub {
  readonly #listeners = new Map<PageEventName, Set<PageListener>>()
  readonly #onError: (error: unknown) => void

  /** @param onError told of what a listener throws, which is nobody's outage */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  wants(name: PageEventName): boolean {
    if (this.#listeners.size > 0 && this.#listeners.has(name)) return true
    return CHANNELS[name].hasSubscribers
  }

  on(name: PageEventName, listener: PageListener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(name)
    }
  }

  emit(name: PageEventName, event: PageEvent): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(event)
      } catch (error) {
        this.#onError(error)
      }
    }
    publishPage(name, event)
  }
}
