export { cachedQueries } from './cached-queries.ts'
export type { CachedKnex, KnexQuery } from './cached-queries.ts'
