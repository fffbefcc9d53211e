import { outboxNames } from './outbox-sql.ts'

/** Who has just committed something may wake the reader: `select pg_notify('breakwater_outbox', '')`. */
export const CHANNEL = 'breakwater_outbox'

export interface OutboxStatements {
  readonly register: string
  readonly claim: string
  readonly restart: string
  readonly look: string
  readonly tables: string
  readonly confirm: string
  readonly leave: string
  readonly forget: string
  readonly expire: string
  readonly clean: string
  readonly watched: string
}

/** Changes with a promotion and with a recovery to a point in time. */
const TIMELINE = 'substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)'

/** What is visible now and was not in the snapshot `$1`. */
const NEWS =
  'x >= pg_snapshot_xmin($1::pg_snapshot) and not pg_visible_in_snapshot(x, $1::pg_snapshot)'

/** @param schema where the outbox lies */
export function outboxStatements(schema: string | undefined): OutboxStatements {
  const names = outboxNames(schema)
  const { outbox, reader } = names
  const held = "clock_timestamp() + $3::double precision * interval '1 second'"
  const now = `pg_current_snapshot()::text as snapshot, ${TIMELINE} as timeline`
  const look = (rows: string): string =>
    `select ${now}, (select coalesce(json_agg(r), '[]')::text from (${rows}) r) as rows`
  return {
    register: `insert into ${reader} (name, position, timeline, owner, held_until, seen_at)
      values ($1, pg_current_snapshot(), '', $2, ${held}, clock_timestamp())
      on conflict (name) do nothing returning position::text as snapshot, timeline`,
    claim: `update ${reader} set owner = $2, held_until = ${held}, seen_at = clock_timestamp()
      where name = $1 and (owner = $2 or held_until < clock_timestamp())
      returning position::text as snapshot, timeline, ${TIMELINE} as current,
        pg_snapshot_xmax(position) > pg_snapshot_xmax(pg_current_snapshot()) as ahead`,
    restart: `update ${reader} set position = pg_current_snapshot(), timeline = ''
      where name = $1 and owner = $2 returning position::text as snapshot, timeline`,
    look: look(
      `select entity_schema s, entity e, operation o, key_columns k, ids i from ${outbox} where ${NEWS} limit $2`,
    ),
    tables: look(
      `select distinct entity_schema s, entity e, 'unknown' o, 0 k, null i from ${outbox} where ${NEWS}`,
    ),
    confirm: `update ${reader} set position = $4::pg_snapshot, timeline = $5, held_until = ${held}, seen_at = clock_timestamp()
      where name = $1 and owner = $2 returning name`,
    leave: `update ${reader} set held_until = clock_timestamp() where name = $1 and owner = $2`,
    forget: `delete from ${reader} where name = $1 and owner = $2`,
    expire: `delete from ${reader} where seen_at < clock_timestamp() - $1::double precision * interval '1 second'`,
    // Everything below the oldest snapshot is decided, and every reader has seen it.
    clean: `with done as (select x, id from ${outbox}
        where x < (select pg_snapshot_xmin(position) from ${reader} order by pg_snapshot_xmin(position) limit 1)
        order by x, id limit $1 for update skip locked),
      gone as (delete from ${outbox} o using done d where o.x = d.x and o.id = d.id returning 1)
      select count(*)::int as n from gone`,
    // The triggers say as their argument what the primary key was when they were made.
    watched: `select n.nspname s, c.relname e,
        bool_and(encode(t.tgargs, 'escape') = encode(convert_to(coalesce(k.columns, '[]'), 'UTF8'), 'escape') || '\\000') as known
      from pg_trigger t
      join pg_proc p on p.oid = t.tgfoid and p.proname like 'breakwater\\_changed\\_%'
        and p.pronamespace = to_regnamespace('${names.schema.replaceAll("'", "''")}')
      join pg_class c on c.oid = case when (select relispartition from pg_class where oid = t.tgrelid)
        then pg_partition_root(t.tgrelid) else t.tgrelid end
      join pg_namespace n on n.oid = c.relnamespace
      left join lateral (
        select array_to_json(array_agg(a.attname::text order by k.place))::text as columns
        from pg_index i
        cross join unnest(i.indkey::int2[]) with ordinality k(number, place)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
        where i.indrelid = t.tgrelid and i.indisprimary
      ) k on true
      group by n.nspname, c.relname`,
  }
}
