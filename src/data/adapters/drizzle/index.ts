export { cachedQueries } from './cached-queries.ts'
export type { CachedDrizzle } from './cached-queries.ts'
export type { DrizzleDatabase, DrizzleQuery, DrizzleSql } from './drizzle.ts'
