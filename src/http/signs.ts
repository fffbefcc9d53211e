import { optionError } from '../base/errors.ts'
import type { Inquiry } from './exchange.ts'
import { type ExplainOptions, explain, type PageExplanation } from './explain.ts'
import type { PageStats } from './journal.ts'
import type { PageCache } from './page-cache.ts'
import { PAGE_EVENTS, type PageEventName, type PageListener } from './page-events.ts'

/**
 * What a page cache tells of itself; `cachePage` and `pageCache` return it with what they make.
 *
 * @typeParam Incoming the request as the framework shows it
 */
export interface PageSigns<Incoming> {
  /**
   * What the cache would do with this request now, and why: its key, what it has learned of the address, what lies there,
   * and what happened last. The view is not run, and nothing changes.
   *
   * Rejects with nothing but `E_OPTION`: a store that fails is a part of the answer.
   */
  explain(request: Incoming, options?: ExplainOptions): Promise<PageExplanation>
  /** What happened in this process since it began. */
  stats(): PageStats
  /**
   * Calls `listener` for each event of this name until the returned function is called. The same is published on the
   * diagnostics channel `breakwater:page:<name>`.
   *
   * @throws {CacheError} `E_OPTION` for a name that there is not
   */
  on(name: PageEventName, listener: PageListener): () => void
}

/** @param inquire how the framework's request is looked at */
export function signsOf<Incoming>(
  cache: PageCache<Incoming>,
  inquire: (request: Incoming) => Inquiry<Incoming>,
): PageSigns<Incoming> {
  return {
    explain: async (request, options = {}) => await explain(cache, inquire(request), options),
    stats: () => cache.journal.stats(),
    on(name, listener) {
      if (!PAGE_EVENTS.includes(name))
        throw optionError('on', `one of ${PAGE_EVENTS.join(', ')}`, name)
      if (typeof listener !== 'function') throw optionError('listener', 'a function', listener)
      return cache.events.on(name, listener)
    },
  }
}
