// What PostgreSQL's catalog says of tables, in one query.

/** A row of {@link CATALOG_SQL}; what `a` to `c` and `text` mean depends on `what`. */
export interface CatalogRow {
  readonly what:
    | 'path'
    | 'table'
    | 'view'
    | 'key'
    | 'read'
    | 'reference'
    | 'family'
    | 'trigger'
    | 'function'
  readonly name: string
  readonly a: string | null
  readonly b: string | null
  readonly c: string | null
  readonly text: string | null
}

/** A relation as changes name it: without its schema where a query need not say it. */
const NAME = (relation: string, schema: string): string =>
  `case when pg_table_is_visible(${relation}.oid) then ${relation}.relname else ${schema}.nspname || '.' || ${relation}.relname end`

/**
 * `path`: a schema that names need not say. `table`: a: rows are guarded by policies. `view`: text: its definition. `key`: a
 * column of a primary key; a: its type, b: its collation is deterministic, c: its place. `read`: a view; a: what it reads, or
 * text: what a function that it calls does. `reference`: a table; a: one that refers to it, b and c: what happens there on
 * delete and update, text: the columns referred to. `family`: a table; a: its parent (of a partition). `trigger`: a table or
 * view; a: its events as bits, b: the language, c: the function, text: its body. `function`: c: its name, b: its language, text:
 * its body.
 */
export const CATALOG_SQL = `
with relation as (
  select c.oid, c.relkind, c.relrowsecurity, ${NAME('c', 'n')} as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'm', 'v')
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and c.relpersistence <> 't'
), routine as (
  select p.oid, p.proname, p.prosrc, l.lanname,
    case when p.prosqlbody is null then '' else pg_get_function_sqlbody(p.oid) end as body
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
  where n.nspname not in ('pg_catalog', 'information_schema') and p.prokind in ('f', 'p')
), dependency as (
  select r.ev_class as view, d.refclassid, d.refobjid
  from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
  where d.refobjid <> r.ev_class
)
select 'path' as what, unnest(current_schemas(false))::text as name, null as a, null as b, null as c, null as text
union all
select 'table', name, relrowsecurity::text, null, null, null from relation where relkind <> 'v'
union all
select 'view', name, null, null, null, pg_get_viewdef(oid) from relation where relkind = 'v'
union all
select 'key', r.name, t.typname, coalesce(l.collisdeterministic, true)::text, array_position(i.indkey::int2[], a.attnum)::text, a.attname
from pg_index i join relation r on r.oid = i.indrelid
join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[])
join pg_type t on t.oid = a.atttypid left join pg_collation l on l.oid = a.attcollation
where i.indisprimary
union all
select distinct 'read', v.name, r.name, null, null, null
from dependency d join relation v on v.oid = d.view join relation r on r.oid = d.refobjid
where d.refclassid = 'pg_class'::regclass and v.relkind = 'v'
union all
select distinct 'read', v.name, null, null, null, f.prosrc || f.body
from dependency d join relation v on v.oid = d.view join routine f on f.oid = d.refobjid
where d.refclassid = 'pg_proc'::regclass
union all
select 'reference', p.name, r.name, k.confdeltype::text, k.confupdtype::text,
  (select json_agg(a.attname) from pg_attribute a where a.attrelid = k.confrelid and a.attnum = any (k.confkey))::text
from pg_constraint k join relation p on p.oid = k.confrelid join relation r on r.oid = k.conrelid
where k.contype = 'f'
union all
select 'family', c.name, p.name, null, null, null
from pg_inherits i join relation c on c.oid = i.inhrelid join relation p on p.oid = i.inhparent
union all
select 'trigger', r.name, t.tgtype::text, l.lanname, p.proname, p.prosrc
from pg_trigger t join relation r on r.oid = t.tgrelid
join pg_proc p on p.oid = t.tgfoid join pg_language l on l.oid = p.prolang
where not t.tgisinternal and t.tgenabled <> 'D'
union all
select 'trigger', r.name, case w.ev_type when '2' then '16' when '3' then '4' else '8' end, 'rule', w.rulename,
  pg_get_ruledef(w.oid)
from pg_rewrite w join relation r on r.oid = w.ev_class where w.ev_type in ('2', '3', '4')
union all
select 'function', proname, null, lanname, proname, prosrc || body from routine`
