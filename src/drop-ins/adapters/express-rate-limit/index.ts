export {
  rateLimitStore,
  type RateLimitStore,
  type RateLimitStoreOptions,
} from './rate-limit-store.ts'
