export type { Following, FollowingOptions } from '../../following.ts'
export { type DecodingOptions, followDecoding } from './decoding.ts'
export { decodingRemovalSql, decodingSql, type DecodingSqlOptions } from './decoding-sql.ts'
export { followOutbox, type OutboxOptions } from './outbox.ts'
export { outboxRemovalSql, outboxSql, type OutboxSqlOptions } from './outbox-sql.ts'
export {
  replica,
  type Replica,
  type ReplicaClient,
  type ReplicaLoad,
  type ReplicaOptions,
  type ReplicaPool,
  type ReplicaQuery,
  type ReplicaReadOptions,
} from './replica.ts'
export { trackedClient } from './tracked-client.ts'
export { schemaOf, type Queryable } from './schema-of.ts'
export {
  cachedQueries,
  type CachedPg,
  type CachedRows,
  type PgQueries,
  type PgQuery,
} from './cached-queries.ts'
