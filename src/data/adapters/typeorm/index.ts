export { cachedQueries, type CachedTypeorm } from './cached-queries.ts'
export { queryResultCache } from './query-result-cache.ts'
export type { TypeormResultCache } from './query-result-cache.ts'
export type { SelectBuilder } from './typeorm.ts'
