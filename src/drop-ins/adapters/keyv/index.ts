export { keyvStore, type KeyvStoreOptions } from './keyv-store.ts'
export type { Keyv5Store } from './keyv-5-store.ts'
export type { Keyv6Store } from './keyv-6-store.ts'
