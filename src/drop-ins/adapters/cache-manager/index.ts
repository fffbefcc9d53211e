export { cacheManagerStore, type CacheManagerStore } from './cache-manager-store.ts'
