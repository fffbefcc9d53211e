// The core: what every application needs. Other stores, frameworks and tools are subpaths.
export type { Advice } from './base/advice.ts'
export type { Bytes } from './base/bytes.ts'
export type { Clock } from './base/clock.ts'
export type { Codec } from './base/codec.ts'
export type { Duration } from './base/duration.ts'
export type { CacheErrorCode } from './base/errors.ts'
export { CacheError, isCacheError } from './base/errors.ts'
export type { CacheEvent, CacheEventName, CacheEvents } from './base/events.ts'
export type { Key, KeyFields, KeyPart, TypedKey } from './base/key.ts'
export type { Capabilities, Store, StoreContext, StoreDefinition } from './base/store.ts'
export type { Auditor, AuditorOptions, AuditReport, StaleFinding } from './cache/auditor.ts'
export { Cache } from './cache/cache.ts'
export { cached, cachedMethod, type CachedOptions, type MethodDecoration } from './cache/cached.ts'
export type { LoadMany, ManyLoaded } from './cache/batch-loader.ts'
export type { CallOptions, Defined, Memoized } from './cache/define.ts'
export { loaderOf, type LoaderOptions } from './cache/loader-of.ts'
export type {
  BatchDefinition,
  Definition,
  FamilyOptions,
  StandardSchema,
} from './cache/definition.ts'
export { type RequestMemoOptions, withRequestMemo } from './cache/request-memo.ts'
export type { Revision } from './cache/revision.ts'
export type { Invalidated } from './cache/invalidating.ts'
export type { LoadContext } from './cache/load-call.ts'
export type { GetOrSetOptions } from './cache/loading.ts'
export type { Lock } from './cache/lock.ts'
export type { ReadOptions, SetOptions } from './cache/options.ts'
export type { Lookup } from './cache/reading.ts'
export type { CacheStats } from './cache/stats.ts'
export type {
  Changes,
  Transacted,
  TransactionOptions,
  TransactionRunner,
} from './cache/transaction.ts'
export { compressed, type CompressOptions } from './codec/compressed.ts'
export { encrypted, type EncryptOptions } from './codec/encrypted.ts'
export { json } from './codec/json.ts'
export { msgpack } from './codec/msgpack.ts'
export { v8 } from './codec/v8.ts'
export type { AliasOptions } from './config/alias.ts'
export type { NearOptions } from './config/near.ts'
export { type Caches, createCaches } from './config/create-caches.ts'
export { memory } from './stores/memory/memory.ts'
export { nullStore } from './stores/null/null.ts'
