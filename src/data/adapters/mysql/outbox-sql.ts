// The outbox of MySQL and MariaDB: triggers on each row write down its key, in the transaction of the write itself.
//
// Their limits are the database's: no trigger fires for TRUNCATE nor for the rows that a foreign key changes in another table,
// and one that names a column that is gone makes the write fail.
import { createHash } from 'node:crypto'
import { optionError } from '../../../base/errors.ts'
import { refuseUnknown } from '../../../base/suggest.ts'

/** A table to be watched. */
export interface OutboxTable {
  /** As `products`, or `audit.log` in another database. */
  readonly name: string
  /** The columns of its primary key, in their order; texts or whole numbers. Empty: rows are never known. */
  readonly key: readonly string[]
}

/** Whose changes are written to the outbox, and where it lies. */
export interface MysqlOutboxSqlOptions {
  /** What `await outboxTables(pool, ['products'])` tells, or said by hand. */
  readonly tables: readonly OutboxTable[]
  /** The table that they are written down in, read by one fleet. Default `'breakwater_outbox'`. */
  readonly outbox?: string
}

const EVENTS = ['insert', 'update', 'delete'] as const
type Event = (typeof EVENTS)[number]

/**
 * The statements that make the outbox and the triggers, for **one** connection: each table is locked while its triggers are
 * replaced, so that no write is missed in between. Done again, they bring an older installation up to date.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function outboxSql(options: MysqlOutboxSqlOptions): string[] {
  refuseUnknown('outboxSql', options, ['tables', 'outbox'])
  const { tables, outbox } = options
  const into = outboxName(outbox)
  checkTables(tables, outbox)
  return [
    `create table if not exists ${into} (
  id bigint not null auto_increment primary key,
  entity varchar(255) not null,
  operation varchar(10) not null,
  key_columns text not null,
  row_id text
) engine = InnoDB default charset = utf8mb4`,
    ...tables.flatMap((table) => [
      `lock tables ${tableName(table.name)} write`,
      ...dropped(table.name, into),
      ...EVENTS.map((event) => trigger(event, table, into)),
      'unlock tables',
    ]),
  ]
}

/** The statements that take the triggers of these tables and the outbox away. They succeed where nothing is installed. */
export function outboxRemovalSql(tables: readonly string[], outbox?: string): string[] {
  const into = outboxName(outbox)
  return [...tables.flatMap((table) => dropped(table, into)), `drop table if exists ${into}`]
}

/** @throws {CacheError} `E_OPTION` */
export function outboxName(outbox: unknown = 'breakwater_outbox'): string {
  if (typeof outbox === 'string' && outbox !== '') return tableName(outbox)
  throw optionError('outbox', 'the name of a table', outbox)
}

function dropped(table: string, into: string): string[] {
  return EVENTS.map((event) => `drop trigger if exists ${triggerName(event, table, into)}`)
}

function trigger(event: Event, { name, key }: OutboxTable, into: string): string {
  const columns = literal(JSON.stringify(key))
  const seen = event === 'insert' ? ['new'] : event === 'delete' ? ['old'] : ['old', 'new']
  const rows = seen.map(
    (row) => `select ${literal(name)}, ${literal(event)}, ${columns}, ${idOf(row, key)}`,
  )
  // `union` leaves out what is twice the same: a key that an update did not change.
  return `create trigger ${triggerName(event, name, into)} after ${event} on ${tableName(name)} for each row
  insert into ${into} (entity, operation, key_columns, row_id) ${rows.join(' union ')}`
}

function idOf(row: string, key: readonly string[]): string {
  const columns = key.map((column) => `cast(${row}.${identifier(column)} as char)`)
  if (columns.length === 0) return 'null'
  return columns.length === 1 ? `${columns[0]}` : `json_array(${columns.join(', ')})`
}

/** Beside its table, unique for it and for the outbox, and never longer than the 64 letters of a name. */
function triggerName(event: Event, table: string, into: string): string {
  const parts = table.split('.')
  const digest = createHash('sha256').update(`${into} ${table}`).digest('hex').slice(0, 16)
  const name = identifier(`breakwater_${event}_${digest}`)
  return parts.length === 1 ? name : `${identifier(parts[0] as string)}.${name}`
}

function checkTables(tables: unknown, outbox: string | undefined): void {
  const isTable = (table: Partial<OutboxTable> | undefined | null): boolean =>
    typeof table?.name === 'string' &&
    table.name !== '' &&
    Array.isArray(table.key) &&
    table.key.every((column) => typeof column === 'string')
  if (!Array.isArray(tables) || !tables.every(isTable))
    throw optionError('tables', "a list such as [{ name: 'products', key: ['id'] }]", tables)
  const isElsewhere = tables.some(({ name }: OutboxTable) => name.includes('.'))
  if (isElsewhere && outbox?.includes('.') !== true)
    throw optionError('outbox', 'its database too, where tables name theirs', outbox)
}

function tableName(name: string): string {
  return name.split('.').map(identifier).join('.')
}

function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
