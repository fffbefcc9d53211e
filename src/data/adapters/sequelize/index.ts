export { cacheSequelize } from './cache-sequelize.ts'
export type { SequelizeLike } from './cache-sequelize.ts'
export { cachedQueries, type CachedSequelize } from './cached-queries.ts'
