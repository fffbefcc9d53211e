// The times of a page: how long it is fresh, for what it may be served after that, and how long it is kept.
import type { StoredPage } from './record.ts'
import type { Storable } from './rules/storable.ts'

/** How long a page that failed to be made anew is served without asking its view again. */
const HOLD_MS = 5000

export type Life = Pick<
  StoredPage,
  'freshUntil' | 'staleUntil' | 'errorUntil' | 'mustRevalidate' | 'noCache'
>

/** What options say for pages whose view says nothing, in milliseconds. */
export interface Afterwards {
  readonly staleMs: number
  readonly errorMs: number
}

export function lifeOf(verdict: Storable, at: number, options: Afterwards): Life {
  const { freshMs, mustRevalidate, noCache } = verdict
  const freshUntil = at + freshMs
  return {
    freshUntil: moment(freshUntil),
    staleUntil: moment(freshUntil + (mustRevalidate ? 0 : (verdict.staleMs ?? options.staleMs))),
    errorUntil: moment(freshUntil + (mustRevalidate ? 0 : (verdict.errorMs ?? options.errorMs))),
    mustRevalidate,
    noCache,
  }
}

/**
 * What a page may be used for now. `fresh`: served. `held`: served, since its view failed a moment ago. `stale`: served while
 * it is made anew. `kept`: only for its view, which may say that nothing has changed.
 */
export type Standing = 'fresh' | 'held' | 'stale' | 'kept'

export function standing(page: StoredPage, now: number): Standing {
  if (isBefore(now, page.freshUntil)) return 'fresh'
  if (page.held !== null && now < page.held.until && standsInForErrors(page, now)) return 'held'
  if (!page.mustRevalidate && isBefore(now, page.staleUntil)) return 'stale'
  return 'kept'
}

/** Whether it may be served now in place of an error. RFC 5861 §4 */
export function standsInForErrors(page: StoredPage, now: number): boolean {
  return !page.mustRevalidate && isBefore(now, page.errorUntil)
}

/** The same page after its view has failed: its time does not change, but nobody asks the view for a while. */
export function heldPage(page: StoredPage, failure: string, now: number): StoredPage {
  const until = Math.min(now + HOLD_MS, page.errorUntil ?? Infinity)
  return { ...page, held: { until, failure } }
}

/** For how long after its life the store is to keep a page; `Infinity` for ever. */
export function keptMs(
  page: StoredPage,
  options: Afterwards & { readonly keepMs: number },
): number {
  if (page.freshUntil === null) return Infinity
  const { freshUntil, errorUntil, staleUntil, validators } = page
  return Math.max(
    (staleUntil ?? Infinity) - freshUntil,
    (errorUntil ?? Infinity) - freshUntil,
    validators.length > 0 ? options.keepMs : 0,
  )
}

function isBefore(now: number, until: number | null): boolean {
  return until === null || now < until
}

/** Infinity does not survive JSON. */
function moment(ms: number): number | null {
  return ms === Infinity ? null : ms
}
