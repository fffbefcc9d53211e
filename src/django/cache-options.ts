import type { Bytes } from '../base/bytes.ts'
import { type Duration, toMs } from '../base/duration.ts'
import { type CacheError, optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { DjangoCompressor } from './compress/compressors.ts'
import { type DjangoFormat, djangoFormat, type DjangoSerializer } from './format.ts'
import type { DjangoKeyFunction } from './key.ts'
import { type DjangoIoRedisClient, type DjangoNodeRedisClient, RedisRoad } from './redis-road.ts'

/** What `djangoCache()` can be told. Say here what the CACHES setting of the Django side says. */
export interface DjangoCacheOptions {
  /** A client of node-redis that the application made, connects and closes. This or `ioredis`. */
  readonly client?: DjangoNodeRedisClient | undefined
  /** A client of ioredis that the application made and closes. This or `client`. */
  readonly ioredis?: DjangoIoRedisClient | undefined
  /** KEY_PREFIX. Default `''`. */
  readonly keyPrefix?: string | undefined
  /** VERSION. Default 1. */
  readonly version?: number | string | undefined
  /** KEY_FUNCTION. Default: `prefix:version:key`. */
  readonly keyFunction?: DjangoKeyFunction | undefined
  /** TIMEOUT. Default `'300s'`, which is Django's; `'forever'` for None; `'0s'` stores nothing. */
  readonly ttl?: Duration | undefined
  /** What the Django side has: see `djangoFormat`. Default `'pickle'`. */
  readonly serializer?: DjangoSerializer | undefined
  /** What django-redis compresses with. Default: none, as Django's own RedisCache needs it. */
  readonly compressor?: DjangoCompressor | undefined
  /** The most that a value may be, packed and unpacked. Larger ones are refused, and read as misses. Default `'1mb'`. */
  readonly maxValueBytes?: Bytes | undefined
  /**
   * When Redis is away: `'bypass'` (default): reads miss, and writes say that they did not happen; `'throw'`: every call
   * rejects.
   */
  readonly onOutage?: 'bypass' | 'throw' | undefined
  /** How long one command may take. Default `'1s'`. */
  readonly commandTimeout?: Duration | undefined
  /** Told of what is not thrown: values that cannot be decoded, and outages under `'bypass'`. Default: nobody. */
  readonly onError?: ((error: CacheError) => void) | undefined
}

const NAMES = [
  'client',
  'ioredis',
  'keyPrefix',
  'version',
  'keyFunction',
  'ttl',
  'serializer',
  'compressor',
  'maxValueBytes',
  'onOutage',
  'commandTimeout',
  'onError',
] as const satisfies readonly (keyof DjangoCacheOptions)[]

/** The defaults in force; those of the format are `djangoFormat`'s. */
const DEFAULTS = {
  keyPrefix: '',
  version: 1,
  ttl: '300s',
  onOutage: 'bypass',
  commandTimeout: '1s',
} as const

/** Options as `DjangoCache` uses them. */
export interface DjangoCacheSettings {
  readonly road: RedisRoad
  readonly format: DjangoFormat
  readonly keyPrefix: string
  readonly version: number | string
  readonly keyFunction: DjangoKeyFunction | undefined
  readonly ttlMs: number
  readonly onOutage: 'bypass' | 'throw'
  readonly onError: (error: CacheError) => void
}

/** @throws {CacheError} `E_OPTION`, `E_CLIENT_MISSING` */
export function resolve(options: DjangoCacheOptions): DjangoCacheSettings {
  refuseUnknown('djangoCache()', options, NAMES)
  const { keyPrefix = DEFAULTS.keyPrefix, version = DEFAULTS.version } = options
  const { onOutage = DEFAULTS.onOutage, onError = () => {} } = options
  if (typeof keyPrefix !== 'string') throw optionError('keyPrefix', 'a string', keyPrefix)
  if (onOutage !== 'bypass' && onOutage !== 'throw')
    throw optionError('onOutage', "'bypass' or 'throw'", onOutage)
  const timeoutMs = toMs(options.commandTimeout ?? DEFAULTS.commandTimeout, 'commandTimeout')
  const { serializer, compressor, maxValueBytes } = options
  return {
    road: new RedisRoad(options.client, options.ioredis, timeoutMs),
    format: djangoFormat({ serializer, compressor, maxValueBytes }),
    keyPrefix,
    version,
    keyFunction: options.keyFunction,
    ttlMs: toMs(options.ttl ?? DEFAULTS.ttl, 'ttl'),
    onOutage,
    onError,
  }
}
