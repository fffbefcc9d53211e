import { optionError } from '../../../base/errors.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import { checkTables, identifier, literal, tableName } from './sql-text.ts'

/** Whose changes are decoded, and under which names. */
export interface DecodingSqlOptions {
  /** The tables whose changes are published, as `products` or `audit.log`. */
  readonly tables: readonly string[]
  /** Default `'breakwater'`. */
  readonly publication?: string
}

/**
 * The statements that publish the changes of tables for logical decoding; done again, they publish exactly these. A table of
 * which PostgreSQL could not say which row was changed is refused: once published, its updates and deletes would fail.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function decodingSql(options: DecodingSqlOptions): string[] {
  refuseUnknown('decodingSql', options, ['tables', 'publication'])
  const { tables, publication = 'breakwater' } = options
  checkTables(tables)
  const name = publicationName(publication)
  const list = tables.map(tableName)
  return [
    ...list.map((table) => refusal(table)),
    `do $breakwater$
begin
  if not exists (select from pg_publication where pubname = ${literal(publication)}) then
    create publication ${name} with (publish_via_partition_root = true);
  end if;
end
$breakwater$`,
    `alter publication ${name} set table ${list.join(', ')}`,
  ]
}

/** The statements that take the publication away, and the slot of a fleet, which would keep the log for ever. */
export function decodingRemovalSql(slot: string, publication = 'breakwater'): string[] {
  const name = publicationName(publication)
  return [
    `select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = ${literal(slotName(slot))}`,
    `drop publication if exists ${name}`,
  ]
}

/** @throws {CacheError} `E_OPTION` */
export function slotName(slot: unknown): string {
  if (typeof slot === 'string' && /^[a-z0-9_]{1,59}$/.test(slot)) return slot
  throw optionError('slot', 'small letters, digits and _, at most 59', slot)
}

/** @throws {CacheError} `E_OPTION` */
export function publicationName(publication: unknown): string {
  if (typeof publication === 'string' && publication !== '') return identifier(publication)
  throw optionError('publication', 'the name of a publication', publication)
}

function refusal(table: string): string {
  return `do $breakwater$
begin
  if exists (
    select from pg_class c
    where c.oid = ${literal(table)}::regclass and c.relreplident in ('d', 'n')
      and not (c.relreplident = 'd' and exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary))
  ) then
    raise exception 'The table % has neither a primary key nor a replica identity: published, its updates and deletes would fail. Give it one first.', ${literal(table)};
  end if;
end
$breakwater$`
}
