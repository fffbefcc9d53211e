export type { DjangoCacheOptions } from './cache-options.ts'
export { cacheFileName, fromCacheFile, toCacheFile } from './cache-file.ts'
export type { DjangoCompressor } from './compress/compressors.ts'
export { type DatabaseRow, fromDatabaseRow, toDatabaseRow } from './database-row.ts'
export { type DjangoCache, djangoCache } from './django-cache.ts'
export type { DjangoCacheStats, DjangoCallOptions, DjangoSetOptions } from './django-calls.ts'
export { djangoEscape } from './escape.ts'
export {
  type DjangoFormat,
  djangoFormat,
  type DjangoFormatOptions,
  type DjangoSerializer,
} from './format.ts'
export { type FragmentKeyOptions, makeFragmentKey } from './fragment-key.ts'
export {
  checkMemcachedKey,
  djangoKey,
  type DjangoKeyFunction,
  type DjangoKeyOptions,
} from './key.ts'
export {
  fromMemcachedItem,
  type MemcachedDialect,
  type MemcachedItem,
  type MemcachedItemOptions,
  toMemcachedItem,
} from './memcached-item.ts'
export type { PickleLimits } from './pickle/parts.ts'
export { readPickle } from './pickle/reader.ts'
export { writePickle } from './pickle/writer.ts'
export type { KeyValue } from './python-text.ts'
export type { DjangoIoRedisClient, DjangoNodeRedisClient } from './redis-road.ts'
export { pymemcacheServer } from './rendezvous.ts'
export {
  djangoSessionKey,
  type DjangoSessionOptions,
  djangoSessions,
  type DjangoSessions,
  type SessionData,
} from './sessions.ts'
export { shardRing } from './shard-ring.ts'
export {
  COOKIE_SESSION_SALT,
  SESSION_SALT,
  signDjango,
  type SigningOptions,
  unsignDjango,
} from './signing.ts'
export {
  type DateTimeParts,
  PyDate,
  PyDateTime,
  PyTime,
  PyTimeDelta,
  PyTimezone,
  type TimeParts,
} from './values/times.ts'
export { PyDecimal, PyFloat, PyFrozenSet, PySafeString, PyTuple, PyUuid } from './values/values.ts'
