// The core: what every application needs. Stores other than memory, frameworks and tools are subpaths.
export type { Bytes } from './base/bytes.ts'
export type { Capabilities, Store, StoreContext, StoreDefinition, StoreStats } from './base/store.ts'
export type { CacheErrorCode } from './base/errors.ts'
export { CacheError, isCacheError } from './base/errors.ts'
export type { CacheEvent, CacheEventName, CacheEvents } from './base/events.ts'
export type { Duration } from './base/duration.ts'
export type { Key, KeyPart, TypedKey } from './base/key.ts'
