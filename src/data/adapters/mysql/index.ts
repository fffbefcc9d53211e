export type { Following, FollowingOptions } from '../../following.ts'
export { followOutbox, type MysqlOutboxOptions } from './outbox.ts'
export {
  type MysqlOutboxSqlOptions,
  outboxRemovalSql,
  outboxSql,
  type OutboxTable,
} from './outbox-sql.ts'
export { outboxTables } from './outbox-tables.ts'
export type { MysqlClient } from './driver.ts'
export { schemaOf } from './schema-of.ts'
export { trackMysql } from './track-mysql.ts'
