export { cachedQuery, type CachedQuery, type CachedQueryOptions } from './cached-query.ts'
export { type Change, EVERY_ENTITY, type Operation, type Row } from './change.ts'
export type { EntityCounts } from './change-counts.ts'
export { type Dialect, DIALECTS } from './dialect.ts'
export { valueText } from './query-key.ts'
export { type Params } from './row-ids.ts'
export type { Rule } from './rules.ts'
export type { Effect, KeyColumn, KeyKind, Schema, TableSchema, ViewSchema } from './schema.ts'
export type { Session } from './session.ts'
export type { Ticket } from './ticket.ts'
export { SESSION, sessionOf } from './session-of.ts'
export { scan } from './sql/scan.ts'
export type {
  Operand,
  Restriction,
  RowsConcerned,
  ScannedStatement,
  ScannedWrite,
} from './sql/scanned.ts'
export type { Settled, Statement, StatementKind } from './statement.ts'
export { ANY_TABLE_TAG, everyRowTag, rowId, rowTag, rowTags, tableTag } from './tags.ts'
export { ChangeTracker, type ChangeListener, trackChanges, type TrackerOptions } from './tracker.ts'
