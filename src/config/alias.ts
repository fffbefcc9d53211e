import { toBytes, type Bytes } from '../base/bytes.ts'
import type { Clock } from '../base/clock.ts'
import { toMs, type Duration } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { checkPrefix, checkVersion } from '../base/key.ts'
import type { Codec } from '../base/codec.ts'
import type { CompressOptions } from '../codec/compressed.ts'
import type { EncryptOptions } from '../codec/encrypted.ts'
import { resolveCodec } from './codec.ts'
import type { StoreDefinition } from '../base/store.ts'
import { refuseUnknown } from '../base/suggest.ts'
import {
  type Freshness,
  FRESHNESS_OPTIONS,
  type FreshnessOptions,
  resolveFreshness,
} from '../cache/freshness.ts'
import type { FamilyOf, FamilySettings } from '../cache/families.ts'
import type { CachePolicy, OnOutage } from '../cache/options.ts'
import type { BreakerSettings } from '../tiers/breaker.ts'
import { type NearOptions, type NearSettings, resolveNear } from './near.ts'
import { storeFromUrl } from './url.ts'

/** How one alias is configured. */
export interface AliasOptions extends FreshnessOptions {
  /** Where values live: `memory()`, `redis(url)`, `nullStore()`, or a URL such as `'redis://localhost:6379'`. Default: memory. */
  readonly store?: StoreDefinition | string
  /** Keeps copies in this process's memory, for stores that are shared: `true`, or `{ maxBytes: '64mb', maxStaleness: '1s' }`. Default false. */
  readonly near?: boolean | NearOptions
  /** What every key of this alias begins with on the server. Default: the alias's name. */
  readonly prefix?: string
  /** How long a value is fresh unless the call says otherwise. Default `'5m'`. `'forever'` never expires, `'0s'` stores nothing. */
  readonly ttl?: Duration
  /** How long after its ttl `getOrSet` may serve a value while it is refreshed, or when its load fails. Default `'0s'`: never. */
  readonly stale?: Duration
  /** Part of every key: raising it leaves the old values behind. Default 1. */
  readonly version?: number | string
  /** The largest value kept, encoded; larger ones are refused with a warning that names the key. Default `'1mb'`. */
  readonly maxValueBytes?: Bytes
  /** What happens while the store is away: `'bypass'` (default) misses and goes on, `'throw'` rejects, the same for every method. */
  readonly onOutage?: OnOutage
  /**
   * How long `getOrSet` keeps in this process what it loads while the store is away: what other processes invalidate meanwhile
   * it cannot know. `'0s'`: not at all, and no caller is given what was loaded before it asked. Default `'2s'`.
   */
  readonly outageTtl?: Duration
  /**
   * After so many timeouts in a row the store is not asked for a while: for `openFor` at first, twice as long after each try
   * that fails, up to `maxOpenFor`. `failures: Infinity` never stops asking. Default `{ failures: 5, openFor: '1s', maxOpenFor: '30s' }`.
   */
  readonly breaker?: {
    readonly failures?: number
    readonly openFor?: Duration
    readonly maxOpenFor?: Duration
  }
  /**
   * When a shared store may have lost what it confirmed (a replica was promoted, a server restarted): `'replay'` (default)
   * sends this process's invalidations of the last `journalFor` again; `'flush'` lets nothing of before count, so that
   * invalidations of processes that died with the server are not lost either.
   */
  readonly onDataLoss?: 'replay' | 'flush'
  /** How long a confirmed invalidation is remembered for it. Longer than the store takes to fail over. Default `'60s'`. */
  readonly journalFor?: Duration
  /** How long a load is protected before another process may take it over, unless renewed; it is renewed every third of it. Default `'3s'`. */
  readonly lease?: Duration
  /** How long a caller waits for another process's load before it loads for itself. Default `'30s'`. */
  readonly wait?: Duration
  /**
   * How many loads run at once in this process; those beyond it wait in the order in which they came, a batch counting as
   * one. A whole number, 1 or more. Default `Infinity`: no limit. A load within another load takes no place of its own, and
   * one that was given up after its `loadTimeout` none any more.
   */
  readonly maxConcurrentLoads?: number
  /**
   * By which families of keys is counted what the cache does, see `cache.measures()`: learned from the keys, at most `max` of
   * them; or a function that says the family of a key as it stands in the store behind prefix and version, and `undefined`
   * where it is to be learned. `false`: all keys together. Default `{ max: 200 }`.
   */
  readonly families?: false | FamilyOf | { readonly max?: number; readonly of?: FamilyOf }
  /** How values become bytes. Default: JSON that keeps Date, Map, Set, BigInt, Buffer, undefined and NaN. */
  readonly codec?: Codec
  /** Compresses larger values: `true`, or options as {@link CompressOptions}. What is there uncompressed is read all the same. Default `false`. */
  readonly compress?: boolean | CompressOptions
  /** Encrypts values in the store, `{ keys }` as {@link EncryptOptions}. What is there unencrypted counts as a miss. Default: not. */
  readonly encrypt?: EncryptOptions
  /** Refuses to be built without an encrypting codec where values leave this process. Default `false`. */
  readonly sensitive?: boolean
  /** Where time comes from; for tests. Default: the system clock. */
  readonly clock?: Clock
  /** Where chance comes from: numbers from 0 up to 1; for tests. Default: `Math.random`. */
  readonly random?: () => number
}

/** Every default in one place; the table in `docs/options.md` is generated from it. */
export const ALIAS_DEFAULTS = {
  near: false,
  ttl: '5m',
  stale: '0s',
  version: 1,
  maxValueBytes: '1mb',
  onOutage: 'bypass',
  outageTtl: '2s',
  breaker: { failures: 5, openFor: '1s', maxOpenFor: '30s' },
  onDataLoss: 'replay',
  journalFor: '60s',
  lease: '3s',
  wait: '30s',
  early: 1,
  jitter: 0.05,
  softTimeout: '0s',
  loadTimeout: 'forever',
  failureTtl: '0s',
  maxConcurrentLoads: Infinity,
  families: { max: 200 },
  compress: false,
  sensitive: false,
} as const satisfies AliasOptions

/** What the defaults are resolved over: they give every option. */
const NO_FRESHNESS: Freshness = {
  early: 0,
  jitter: 0,
  softTimeoutMs: 0,
  loadTimeoutMs: Infinity,
  failureTtlMs: 0,
}

/** Passes that a call makes against a storm of invalidations before it loads without storing. */
const MAX_ROUNDS = 3

export const ALIAS_OPTIONS = [
  'store',
  'near',
  'prefix',
  'ttl',
  'stale',
  'version',
  'maxValueBytes',
  'onOutage',
  'outageTtl',
  'breaker',
  'onDataLoss',
  'journalFor',
  'lease',
  'wait',
  ...FRESHNESS_OPTIONS,
  'maxConcurrentLoads',
  'families',
  'codec',
  'compress',
  'encrypt',
  'sensitive',
  'clock',
  'random',
] as const satisfies readonly (keyof AliasOptions)[]

/** How an outage is met, checked and complete. */
export interface GuardSettings {
  readonly breaker: BreakerSettings
  readonly onDataLoss: 'replay' | 'flush'
  readonly journalMs: number
}

/** An alias's options, checked and complete. */
export interface ResolvedAlias {
  readonly alias: string
  readonly store: StoreDefinition | undefined
  readonly near: NearSettings | undefined
  readonly prefix: string
  readonly version: string
  readonly maxValueBytes: number
  readonly codec: Codec
  readonly clock: Clock | undefined
  readonly random: () => number
  readonly policy: CachePolicy
  readonly guards: GuardSettings
  readonly sensitive: boolean
  readonly families: FamilySettings
}

/** @throws {CacheError} `E_OPTION`, `E_URL` */
export function resolveAlias(alias: string, given: AliasOptions): ResolvedAlias {
  refuseUnknown(`Alias '${alias}'`, given, ALIAS_OPTIONS)
  const { store, fromUrl } = resolveStore(given.store)
  const options = { ...ALIAS_DEFAULTS, ...fromUrl, ...withoutUndefined(given) }
  if (options.onOutage !== 'bypass' && options.onOutage !== 'throw') {
    throw optionError('onOutage', "'bypass' or 'throw'", options.onOutage)
  }
  const leaseMs = toMs(options.lease, 'lease')
  if (leaseMs < 10 || leaseMs === Infinity)
    throw optionError('lease', "10ms or more, such as '3s'", options.lease)
  const { random = Math.random } = options
  if (typeof random !== 'function')
    throw optionError('random', 'a function that returns numbers from 0 up to 1', random)
  const { clock } = options
  if (
    clock !== undefined &&
    (typeof clock?.now !== 'function' || typeof clock.after !== 'function')
  )
    throw optionError('clock', "a clock, such as fakeClock() of 'breakwater/testing'", clock)
  return Object.freeze({
    alias,
    store,
    near: resolveNear(options.near),
    prefix: checkPrefix(options.prefix ?? alias),
    version: checkVersion(options.version),
    maxValueBytes: toBytes(options.maxValueBytes, 'maxValueBytes'),
    codec: resolveCodec(alias, options, store),
    clock,
    random,
    policy: Object.freeze({
      ttlMs: toMs(options.ttl, 'ttl'),
      staleMs: toMs(options.stale, 'stale'),
      leaseMs,
      waitMs: toMs(options.wait, 'wait'),
      maxRounds: MAX_ROUNDS,
      maxConcurrentLoads: resolveMaxConcurrentLoads(options.maxConcurrentLoads),
      onOutage: options.onOutage,
      outageTtlMs: toMs(options.outageTtl, 'outageTtl'),
      ...resolveFreshness(options, NO_FRESHNESS),
    }),
    guards: guardsOf(options),
    sensitive: options.sensitive,
    families: resolveFamilies(options.families),
  })
}

function guardsOf(
  options: Required<Pick<AliasOptions, 'breaker' | 'onDataLoss' | 'journalFor'>>,
): GuardSettings {
  const { onDataLoss, journalFor } = options
  if (onDataLoss !== 'replay' && onDataLoss !== 'flush')
    throw optionError('onDataLoss', "'replay' or 'flush'", onDataLoss)
  refuseUnknown("Option 'breaker'", options.breaker, Object.keys(ALIAS_DEFAULTS.breaker))
  const { failures, openFor, maxOpenFor } = { ...ALIAS_DEFAULTS.breaker, ...options.breaker }
  if (failures !== Infinity && !(Number.isInteger(failures) && failures >= 1))
    throw optionError('breaker.failures', 'a whole number, 1 or more, or Infinity', failures)
  const openForMs = toMs(openFor, 'breaker.openFor')
  const maxOpenForMs = toMs(maxOpenFor, 'breaker.maxOpenFor')
  if (maxOpenForMs < openForMs)
    throw optionError('breaker.maxOpenFor', "no less than 'breaker.openFor'", maxOpenFor)
  return Object.freeze({
    breaker: { failures, openForMs, maxOpenForMs },
    onDataLoss,
    journalMs: toMs(journalFor, 'journalFor'),
  })
}

function resolveFamilies(given: AliasOptions['families']): FamilySettings {
  const { max: most } = ALIAS_DEFAULTS.families
  if (given === false) return Object.freeze({ max: 0, of: undefined })
  if (typeof given === 'function') return Object.freeze({ max: most, of: given })
  if (given === undefined || typeof given !== 'object' || given === null)
    throw optionError(
      'families',
      "false, a function, or { max: 200, of: (key) => 'family' }",
      given,
    )
  refuseUnknown("Option 'families'", given, ['max', 'of'])
  const { max = most, of } = given
  if (!(Number.isInteger(max) && max >= 1))
    throw optionError('families.max', 'a whole number, 1 or more', max)
  if (of !== undefined && typeof of !== 'function')
    throw optionError('families.of', 'a function that returns the family of a key', of)
  return Object.freeze({ max, of })
}

function resolveMaxConcurrentLoads(given: unknown): number {
  if (given === Infinity || (Number.isInteger(given) && (given as number) >= 1))
    return given as number
  throw optionError('maxConcurrentLoads', 'a whole number, 1 or more, or Infinity', given)
}

function resolveStore(store: unknown): {
  store: StoreDefinition | undefined
  fromUrl: AliasOptions
} {
  if (store === undefined) return { store: undefined, fromUrl: {} }
  if (typeof store === 'string') {
    const { definition, options } = storeFromUrl(store)
    return { store: definition, fromUrl: options }
  }
  if (
    typeof store === 'object' &&
    store !== null &&
    'open' in store &&
    typeof store.open === 'function'
  ) {
    return { store: store as StoreDefinition, fromUrl: {} }
  }
  throw optionError(
    'store',
    "a store such as memory() or redis(url), or a URL such as 'redis://localhost:6379'",
    store,
  )
}

function withoutUndefined(options: AliasOptions): AliasOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
