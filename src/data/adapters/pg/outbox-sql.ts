// The outbox: a table in which triggers write down, in the transaction of the write itself, which rows of which table were
// changed. One row for each statement, whoever sent it: the application, psql, a job in another language.
//
// The triggers are those of statements, with transition tables, of which PostgreSQL allows one event for each. They must never
// be the reason why a write fails: a column that was renamed makes the rows unknown, and a dropped outbox is left alone.
import { optionError } from '../../../base/errors.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import { checkTables, identifier, literal, tableName } from './sql-text.ts'

/** Rows of one statement that are known by their ids; of more than these the whole table counts as changed. */
const MOST_IDS = 100

/** Whose changes are written to the outbox, and where it lies. */
export interface OutboxSqlOptions {
  /** The tables whose changes are written down, as `products` or `audit.log`. */
  readonly tables: readonly string[]
  /** Where the outbox itself lies. Default `'public'`. */
  readonly schema?: string
}

/** The names of what is installed, quoted. */
export interface OutboxNames {
  readonly schema: string
  readonly outbox: string
  readonly reader: string
}

/** @throws {CacheError} `E_OPTION` */
export function outboxNames(schema = 'public'): OutboxNames {
  if (typeof schema !== 'string' || schema === '' || schema.includes('\0'))
    throw optionError('schema', 'the name of a schema', schema)
  const quoted = identifier(schema)
  return {
    schema: quoted,
    outbox: `${quoted}.breakwater_outbox`,
    reader: `${quoted}.breakwater_outbox_reader`,
  }
}

/**
 * The statements that install the outbox and watch the tables; done again, they bring an older installation up to date and lose
 * nothing of it. Each table is locked for writes for a moment (as by any `create trigger`).
 *
 * @throws {CacheError} `E_OPTION`
 */
export function outboxSql(options: OutboxSqlOptions): string[] {
  refuseUnknown('outboxSql', options, ['tables', 'schema'])
  const { tables } = options
  checkTables(tables)
  const names = outboxNames(options.schema)
  return [
    ...tableStatements(names),
    unwatchFunction(names),
    watchFunction(names),
    ...tables.map(
      (table) => `select ${names.schema}.breakwater_watch(${literal(tableName(table))})`,
    ),
  ]
}

/** The statements that take triggers, functions and tables away again. They succeed where nothing is installed. */
export function outboxRemovalSql(schema?: string): string[] {
  const { schema: quoted, outbox, reader } = outboxNames(schema)
  const functions = `p.pronamespace = to_regnamespace(${literal(quoted)}) and p.proname like 'breakwater\\_changed\\_%'`
  return [
    `do $breakwater$
declare
  it record;
begin
  for it in
    select t.tgname, t.tgrelid::regclass as target from pg_trigger t join pg_proc p on p.oid = t.tgfoid where ${functions}
  loop
    execute format('drop trigger if exists %I on %s', it.tgname, it.target);
  end loop;
  for it in select p.oid::regprocedure as name from pg_proc p where ${functions} loop
    execute format('drop function if exists %s', it.name);
  end loop;
end
$breakwater$`,
    `drop function if exists ${quoted}.breakwater_watch(regclass)`,
    `drop function if exists ${quoted}.breakwater_unwatch(regclass)`,
    `drop table if exists ${outbox}`,
    `drop table if exists ${reader}`,
  ]
}

function tableStatements({ outbox, reader }: OutboxNames): string[] {
  return [
    `create table if not exists ${outbox} (
  x xid8 not null,
  id bigint generated always as identity,
  entity_schema text not null,
  entity text not null,
  operation text not null,
  key_columns integer not null,
  ids text[],
  primary key (x, id)
)`,
    // Rows live for a moment: what counts is that their space is used again soon.
    `alter table ${outbox} set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`,
    `create table if not exists ${reader} (
  name text primary key,
  position pg_snapshot not null,
  timeline text not null,
  owner text not null,
  held_until timestamptz not null,
  seen_at timestamptz not null
)`,
  ]
}

/** A table with its partitions: whoever writes to one of those fires no trigger of the whole. */
const MEMBERS =
  'select relid::regclass as member from pg_partition_tree(target) union select target as member'

function unwatchFunction({ schema }: OutboxNames): string {
  return `create or replace function ${schema}.breakwater_unwatch(target regclass) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $breakwater$
declare
  it record;
begin
  for it in
    select t.tgname, m.member, p.oid::regprocedure as called
    from (${MEMBERS}) m
    join pg_trigger t on t.tgrelid = m.member
    join pg_proc p on p.oid = t.tgfoid
    where p.pronamespace = to_regnamespace(${literal(schema)}) and p.proname like 'breakwater\\_changed\\_%'
  loop
    execute format('drop trigger if exists %I on %s', it.tgname, it.member);
    if not exists (select from pg_trigger t where t.tgfoid = it.called) then
      execute format('drop function if exists %s', it.called);
    end if;
  end loop;
end
$breakwater$`
}

function watchFunction(names: OutboxNames): string {
  const { schema } = names
  return `create or replace function ${schema}.breakwater_watch(target regclass) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $breakwater$
declare
  it record;
  columns text[];
  key text;
  called text;
  event text;
  seen text;
begin
  perform ${schema}.breakwater_unwatch(target);
  for it in select m.member, c.relispartition from (${MEMBERS}) m join pg_class c on c.oid = m.member loop
    select array_agg(a.attname::text order by k.place) into columns
    from pg_index i
    cross join unnest(i.indkey::int2[]) with ordinality k(number, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
    where i.indrelid = it.member and i.indisprimary;
    select case count(*)
        when 0 then quote_literal('') when 1 then min(format('%I::text', c))
        else format('jsonb_build_array(%s)::text', string_agg(format('%I::text', c), ', ' order by place))
      end into key
    from unnest(columns) with ordinality u(c, place);
    -- Never the name of another one: tables are renamed, and oids begin anew in a restored database.
    called := format('${schema.replaceAll('%', '%%')}.%I', 'breakwater_changed_' || replace(gen_random_uuid()::text, '-', ''));
    execute format($create$
${changedFunction(names)}
$create$, called, coalesce(cardinality(columns), 0), key, case when it.relispartition then
      'select n.nspname, c.relname into named_schema, named from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = pg_partition_root(tg_relid);'
    else '' end);
    -- It writes with its owner's rights: nobody else may hang it on a table of his own.
    execute format('revoke all on function %s() from public', called);
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
      seen := case event
        when 'insert' then 'referencing new table as breakwater_new'
        when 'update' then 'referencing old table as breakwater_old new table as breakwater_new'
        when 'delete' then 'referencing old table as breakwater_old'
        else '' end;
      execute format('create trigger %I after %s on %s %s for each statement execute function %s(%L)',
        'breakwater_' || event, event, it.member, seen, called, coalesce(array_to_json(columns)::text, '[]'));
      -- Also in sessions that let no other trigger fire: bulk loaders, logical replication.
      execute format('alter table %s enable always trigger %I', it.member, 'breakwater_' || event);
    end loop;
  end loop;
end
$breakwater$`
}

/** For `format`: its name, how many columns the key has, the key as text, and how a partition finds the name of the whole. */
function changedFunction({ outbox }: OutboxNames): string {
  const table = outbox.replaceAll('%', '%%')
  return `create function %1$s() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $changed$
declare
  touched text[];
  named_schema text := tg_table_schema;
  named text := tg_table_name;
begin
  if to_regclass(${literal(outbox).replaceAll('%', '%%')}) is null then return null; end if;
  begin
    if tg_op = 'INSERT' then
      touched := array(select %3$s from breakwater_new limit ${MOST_IDS + 1});
    elsif tg_op = 'DELETE' then
      touched := array(select %3$s from breakwater_old limit ${MOST_IDS + 1});
    elsif tg_op = 'UPDATE' then
      touched := array(
        (select %3$s from breakwater_old limit ${MOST_IDS + 1}) union (select %3$s from breakwater_new limit ${MOST_IDS + 1}));
    end if;
    if cardinality(touched) = 0 then return null; end if;
  exception when others then
    touched := null;
  end;
  if %2$s = 0 or cardinality(touched) > ${MOST_IDS} then touched := null; end if;
  %4$s
  insert into ${table} (x, entity_schema, entity, operation, key_columns, ids)
  values (pg_current_xact_id(), named_schema, named, lower(tg_op), %2$s, touched);
  return null;
end
$changed$`
}
