export { cacheDialect } from './cache-dialect.ts'
export { type CachedKysely, type CachedKyselyQuery, cachedQueries } from './cached-queries.ts'
export type { KyselyDialect } from './dialect.ts'
