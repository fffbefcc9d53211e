export { trackedClient } from './tracked-client.ts'
export { schemaOf, type Queryable } from './schema-of.ts'
export {
  cachedQueries,
  type CachedPg,
  type CachedRows,
  type PgQueries,
  type PgQuery,
} from './cached-queries.ts'
