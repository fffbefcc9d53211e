export type { SqliteDatabase, SqliteStatement } from './driver.ts'
export type { LibsqlClient, LibsqlTransaction } from './libsql-driver.ts'
export { schemaOf } from './schema-of.ts'
export { trackLibsql } from './track-libsql.ts'
export {
  type CachedRowsOptions,
  TrackedSqlite,
  trackSqlite,
  type TrackSqliteOptions,
  type WriteOptions,
} from './track-sqlite.ts'
