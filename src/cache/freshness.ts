// When a value is loaded anew, how long callers wait for that, and what a failure costs: the part of the options that an
// alias, a definition and a call have in common.
import { toMs, type Duration } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import type { Entry } from '../base/record.ts'

/** How `getOrSet` keeps values fresh. The call's win over the alias's. */
export interface FreshnessOptions {
  /**
   * How eagerly a value is refreshed in the background before its ttl has passed: the sooner, the longer its load takes.
   * A factor, 0 or more. Default 1; 0 never refreshes early, larger ones refresh earlier. Not `Infinity`. From "Optimal
   * Probabilistic Cache Stampede Prevention" (Vattani, Chierichetti, Lowenstein, VLDB 2015), where it is called beta.
   */
  readonly early?: number
  /**
   * Up to which fraction the ttl of a loaded value is shortened at random, so that what was loaded together does not expire
   * together. From 0 to 1. Default 0.05; 0 keeps the ttl exact. It never lengthens one, `'forever'` stays, and `set` is
   * exact. The time in which the value may be served stale begins and ends earlier by the same amount.
   */
  readonly jitter?: number
  /**
   * How long a caller waits for the refresh of a stale value before it is given the stale one. Default `'0s'`: the stale
   * value is given at once. `'forever'` waits for the refresh, and the stale value stands in only if that fails. Without a
   * value that may be served stale it has no effect.
   */
  readonly softTimeout?: Duration
  /**
   * How long a load may take. Then its signal is aborted, everyone who waits for it gets `E_LOAD_TIMEOUT` (or the stale
   * value, if that may be served), the next caller may load, and what it still brings is dropped. Counted from when the
   * load begins; of callers who share a load, the option of the one who runs it counts. Default `'forever'`: no limit. Not
   * `'0s'`.
   */
  readonly loadTimeout?: Duration
  /**
   * For how long a load that threw is not tried again: callers get `E_LOAD_FAILED` at once, in every process, until then or
   * until the key or one of its declared tags is invalidated. Default `'0s'`: each new caller tries again. `'forever'` is not
   * allowed.
   */
  readonly failureTtl?: Duration
}

/** The same, resolved. */
export interface Freshness {
  readonly early: number
  readonly jitter: number
  readonly softTimeoutMs: number
  readonly loadTimeoutMs: number
  readonly failureTtlMs: number
}

export const FRESHNESS_OPTIONS = [
  'early',
  'jitter',
  'softTimeout',
  'loadTimeout',
  'failureTtl',
] as const satisfies readonly (keyof FreshnessOptions)[]

/** @throws {CacheError} `E_OPTION` */
export function resolveFreshness(
  options: FreshnessOptions | undefined,
  base: Freshness,
): Freshness {
  if (options === undefined || FRESHNESS_OPTIONS.every((name) => options[name] === undefined))
    return base
  const { early = base.early, jitter = base.jitter } = options
  const { softTimeout, loadTimeout, failureTtl } = options
  if (!isNumber(early) || early < 0)
    throw optionError('early', 'a number, 0 or more (0 never refreshes early)', early)
  if (!isNumber(jitter) || jitter < 0 || jitter > 1)
    throw optionError('jitter', 'a fraction from 0 to 1', jitter)
  const loadTimeoutMs =
    loadTimeout === undefined ? base.loadTimeoutMs : toMs(loadTimeout, 'loadTimeout')
  if (loadTimeoutMs === 0)
    throw optionError('loadTimeout', "more than '0s', or 'forever'", loadTimeout)
  const failureTtlMs = failureTtl === undefined ? base.failureTtlMs : toMs(failureTtl, 'failureTtl')
  if (failureTtlMs === Infinity)
    throw optionError('failureTtl', "a time that ends, such as '5s'", failureTtl)
  return {
    early,
    jitter,
    softTimeoutMs:
      softTimeout === undefined ? base.softTimeoutMs : toMs(softTimeout, 'softTimeout'),
    loadTimeoutMs,
    failureTtlMs,
  }
}

/** The least time for which a failed load leaves word of itself, so that those who waited for it do not all try in turn. */
const LEAST_PAUSE_MS = 1000

/** For how long a load that brought nothing is remembered. */
export function pauseMs(freshness: Freshness): number {
  return Math.max(freshness.failureTtlMs, LEAST_PAUSE_MS)
}

/** -ln of the smallest number but 0 that `Math.random` gives: no draw refreshes earlier than so many load times. */
const MOST_EAGER = 37

/** Whether some draw would refresh the value now. */
export function mayBeDueEarly(entry: Entry, early: number, now: number): boolean {
  const step = entry.loadMs * early
  return step > 0 && entry.freshUntil - now <= step * MOST_EAGER
}

/** Whether this hit is the one that refreshes a value before its time: XFetch. A value set by hand took no time to load. */
export function isDueEarly(
  entry: Entry,
  early: number,
  now: number,
  random: () => number,
): boolean {
  if (!mayBeDueEarly(entry, early, now)) return false
  return entry.freshUntil - now <= entry.loadMs * early * -Math.log(1 - random())
}

/** A ttl shortened by a random part of it. */
export function jittered(ttlMs: number, jitter: number, random: () => number): number {
  return ttlMs === Infinity ? ttlMs : Math.ceil(ttlMs * (1 - jitter * random()))
}

/** Whether a value that is no longer fresh may still be served. */
export function mayServeStale(entry: Entry, staleMs: number, now: number): boolean {
  return now < Math.min(entry.deadAt, entry.freshUntil + staleMs)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
