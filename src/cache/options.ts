import { toMs, type Duration } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { type Field, tagField } from '../base/generation.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { Freshness } from './freshness.ts'

/** What the methods do while the store is away: `'bypass'` lets the application go on without a cache, `'throw'` tells it. */
export type OnOutage = 'bypass' | 'throw'

/** How one alias behaves; resolved once, frozen. */
export interface CachePolicy extends Freshness {
  readonly ttlMs: number
  readonly staleMs: number
  readonly leaseMs: number
  readonly waitMs: number
  readonly maxRounds: number
  readonly maxConcurrentLoads: number
  readonly onOutage: OnOutage
  readonly outageTtlMs: number
}

/** Options of a call that stores. */
export interface SetOptions {
  /** How long the value is fresh. Default: the alias's `ttl`. `'0s'` stores nothing, `'forever'` never expires. */
  readonly ttl?: Duration
  /** How long after `ttl` it may still be served by `getOrSet` while it is refreshed, or when the load fails. Default: the alias's `stale`. */
  readonly stale?: Duration
  /** Names under which it can be invalidated together with others. Default none. */
  readonly tags?: readonly string[]
  /** Default: the alias's `version`. */
  readonly version?: number | string
  /** Aborting it rejects the call with the signal's reason; whether it took effect is then unknown. */
  readonly signal?: AbortSignal
}

/** Options of a call that may be answered by the near cache. */
export interface StrictOption {
  /** Asks the store, whatever is near: exact where the near cache is bounded. Default false. */
  readonly strict?: boolean
}

/** Options of a call that reads or removes. */
export type ReadOptions = Pick<SetOptions, 'version' | 'signal'> & StrictOption

const SET_OPTIONS = ['ttl', 'stale', 'tags', 'version', 'signal'] as const
const READ_OPTIONS = ['version', 'signal', 'strict'] as const

/** The times and tags of a value about to be stored. */
export interface Terms {
  readonly ttlMs: number
  readonly staleMs: number
  readonly tags: readonly string[]
}

/** Call over alias, in one place. @throws {CacheError} `E_OPTION`, `E_KEY` for a bad tag */
export function resolveTerms(
  options: SetOptions | undefined,
  policy: CachePolicy,
  call: string,
  extra: readonly string[] = [],
): Terms {
  if (options === undefined) return { ttlMs: policy.ttlMs, staleMs: policy.staleMs, tags: NO_TAGS }
  refuseUnknown(call, options, [...SET_OPTIONS, ...extra])
  checkSignal(options.signal)
  return {
    ttlMs: options.ttl === undefined ? policy.ttlMs : toMs(options.ttl, 'ttl'),
    staleMs: options.stale === undefined ? policy.staleMs : toMs(options.stale, 'stale'),
    tags: resolveTags(options.tags),
  }
}

/** @throws {CacheError} `E_OPTION` for an option that the call does not have */
export function checkReadOptions(
  options: ReadOptions | undefined,
  call: string,
  extra: readonly string[] = [],
): void {
  if (options === undefined) return
  refuseUnknown(call, options, [...READ_OPTIONS, ...extra])
  checkSignal(options.signal)
}

/** Whether they ask for nothing that a value at hand could not answer at once. */
export function asksPlainly(options: ReadOptions | undefined): boolean {
  if (options === undefined) return true
  if (!isObject(options)) return false
  for (const name in options) {
    const given: unknown = options[name as keyof ReadOptions]
    if (given === undefined) continue
    if (name === 'signal' ? !isQuiet(given) : name !== 'strict' || given !== false) return false
  }
  return true
}

/** What options can be. */
export function isObject(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}

/** Whether it is a signal that was not given. */
export function isQuiet(signal: unknown): boolean {
  return (signal as Partial<AbortSignal> | null)?.aborted === false
}

/** @throws {CacheError} `E_OPTION` */
export function checkSignal(signal: unknown): void {
  // Not by its class: one of another realm, or of a polyfill, has another.
  if (signal === undefined || (signal as AbortSignal | null)?.throwIfAborted !== undefined) return
  throw optionError('signal', 'an AbortSignal, such as AbortSignal.timeout(500)', signal)
}

/** @throws {CacheError} `E_OPTION` */
export function checkOnOutage(onOutage: unknown): void {
  if (onOutage === undefined || onOutage === 'bypass' || onOutage === 'throw') return
  throw optionError('onOutage', "'bypass' or 'throw'", onOutage)
}

/** Without duplicates, each checked. */
export function resolveTags(tags: readonly string[] | undefined): readonly string[] {
  if (tags === undefined || tags.length === 0) return NO_TAGS
  if (!Array.isArray(tags)) throw optionError('tags', 'a list of strings', tags)
  for (const tag of tags) tagField(tag)
  return [...new Set(tags)]
}

/** @throws {CacheError} `E_KEY` */
export function tagFields(tags: Iterable<string>): Field[] {
  const given: unknown = tags
  if (typeof given !== 'object' || given === null || !(Symbol.iterator in given))
    throw optionError('tags', 'a list of strings', given)
  return [...new Set(tags)].map(tagField)
}

/** In the place of options: just the ttl. */
export function isTtl(options: unknown): options is Duration {
  return typeof options === 'string' || typeof options === 'number'
}

const NO_TAGS: readonly string[] = Object.freeze([])
