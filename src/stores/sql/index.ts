export { createTable } from './create-table.ts'
export type { Dialect } from './driver.ts'
export { type ChangesInSql, invalidateIn } from './invalidate-in.ts'
export {
  clearExpiredSessions,
  type SessionTable,
  sessionTable,
  type SessionTableOptions,
  sessionTableSql,
} from './session-table.ts'
export type { SqlOptions } from './options.ts'
export { sql, type SqlDefinition } from './sql.ts'
export { tableSql } from './statements.ts'
export type { SqlClient } from './where.ts'
