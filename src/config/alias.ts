import { toBytes, type Bytes } from '../base/bytes.ts'
import type { Clock } from '../base/clock.ts'
import { toMs, type Duration } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { checkPrefix, checkVersion } from '../base/key.ts'
import type { Codec } from '../base/codec.ts'
import type { StoreDefinition } from '../base/store.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { CachePolicy, OnOutage } from '../cache/options.ts'
import { storeFromUrl } from './url.ts'

/** How one alias is configured. */
export interface AliasOptions {
  /** Where values live: `memory()`, `redis(url)`, `nullStore()`, or a URL such as `'redis://localhost:6379'`. Default: memory. */
  readonly store?: StoreDefinition | string
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
  /** How long a load is protected before another process may take it over, unless renewed; it is renewed every third of it. Default `'3s'`. */
  readonly lease?: Duration
  /** How long a caller waits for another process's load before it loads for itself. Default `'30s'`. */
  readonly wait?: Duration
  /** How values become bytes. Default: JSON that keeps Date, Map, Set, BigInt, Buffer, undefined and NaN. */
  readonly codec?: Codec
  /** Where time comes from; for tests. Default: the system clock. */
  readonly clock?: Clock
}

/** Every default in one place; the table in `docs/options.md` is generated from it. */
export const ALIAS_DEFAULTS = {
  ttl: '5m',
  stale: '0s',
  version: 1,
  maxValueBytes: '1mb',
  onOutage: 'bypass',
  lease: '3s',
  wait: '30s',
} as const satisfies AliasOptions

/** Passes that a call makes against a storm of invalidations before it loads without storing. */
const MAX_ROUNDS = 3

export const ALIAS_OPTIONS = [
  'store',
  'prefix',
  'ttl',
  'stale',
  'version',
  'maxValueBytes',
  'onOutage',
  'lease',
  'wait',
  'codec',
  'clock',
] as const satisfies readonly (keyof AliasOptions)[]

/** An alias's options, checked and complete. */
export interface ResolvedAlias {
  readonly alias: string
  readonly store: StoreDefinition | undefined
  readonly prefix: string
  readonly version: string
  readonly maxValueBytes: number
  readonly codec: Codec | undefined
  readonly clock: Clock | undefined
  readonly policy: CachePolicy
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
  return Object.freeze({
    alias,
    store,
    prefix: checkPrefix(options.prefix ?? alias),
    version: checkVersion(options.version),
    maxValueBytes: toBytes(options.maxValueBytes, 'maxValueBytes'),
    codec: options.codec,
    clock: options.clock,
    policy: Object.freeze({
      ttlMs: toMs(options.ttl, 'ttl'),
      staleMs: toMs(options.stale, 'stale'),
      leaseMs,
      waitMs: toMs(options.wait, 'wait'),
      maxRounds: MAX_ROUNDS,
      onOutage: options.onOutage,
    }),
  })
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
