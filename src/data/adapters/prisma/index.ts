export { cachedQueries, type CachedPrisma } from './cached-queries.ts'
export { prismaCache } from './prisma-cache.ts'
export type { PrismaCacheOptions, PrismaCacheExtension } from './prisma-cache.ts'
