// breakwater/next: what Next.js keeps, in a cache of the application's.
export {
  createCacheHandler,
  type NextCacheControl,
  type NextCacheHandler,
  type NextFound,
  type NextGetContext,
  type NextHandlerContext,
  type NextSetContext,
  type NextValue,
} from './cache-handler.ts'
export type { NextCache, NextOptions } from './options.ts'
export {
  createUseCacheHandler,
  type UseCacheEntry,
  type UseCacheHandler,
} from './use-cache-handler.ts'
