import { EVERY_ENTITY } from '../../change.ts'
import { mentioned } from '../../mentions.ts'
import type { Effect, KeyColumn, KeyKind, Schema, TableSchema, ViewSchema } from '../../schema.ts'
import { scan } from '../../sql/scan.ts'

/**
 * What is known of the connection's database, in one query. `a` to `d` mean: of a table its engine, of a key's column its
 * name, type, collation and place, of a foreign key the table that has it, the columns it refers to, and what it does on delete
 * and update. `text` is what a view or a trigger does, or what is special about a column.
 */
export const SCHEMA_SQL = `
select 'database' as what, database() as name, null as a, null as b, null as c, null as d, null as text
union all
select 'table', table_name, engine, null, null, null, null
from information_schema.tables where table_schema = database() and table_type <> 'VIEW'
union all
select 'view', table_name, null, null, null, null, view_definition
from information_schema.views where table_schema = database()
union all
select 'trigger', event_object_table, event_manipulation, null, null, null, action_statement
from information_schema.triggers where event_object_schema = database()
union all
select 'key', s.table_name, s.column_name, c.data_type, c.collation_name, s.seq_in_index, c.extra
from information_schema.statistics s
join information_schema.columns c
  on c.table_schema = s.table_schema and c.table_name = s.table_name and c.column_name = s.column_name
where s.index_name = 'PRIMARY' and s.table_schema = database()
union all
select 'reference', k.referenced_table_name,
  if(k.table_schema = database(), k.table_name, concat(k.table_schema, '.', k.table_name)),
  group_concat(k.referenced_column_name), r.delete_rule, r.update_rule, null
from information_schema.referential_constraints r
join information_schema.key_column_usage k
  on k.constraint_schema = r.constraint_schema and k.constraint_name = r.constraint_name
  and k.table_name = r.table_name
where k.referenced_table_schema = database()
group by k.constraint_schema, k.constraint_name, k.referenced_table_name, k.table_schema, k.table_name,
  r.delete_rule, r.update_rule`

/** A row of {@link SCHEMA_SQL}. */
export interface SchemaRow {
  readonly what: string
  readonly name: string | null
  readonly a: string | null
  readonly b: string | null
  readonly c: string | null
  readonly d: string | number | null
  readonly text: string | null
}

const ACTS = /^(?:CASCADE|SET NULL|SET DEFAULT)$/i
/** Of what a trigger says: a table of another database, or a column of its own row or of a table. */
const QUALIFIED = /`?([\p{L}\p{N}_$]+)`?\s*\.\s*`?([\p{L}\p{N}_$]+)`?/gu

/**
 * @param rows of {@link SCHEMA_SQL}
 * @throws {TypeError} when the connection has no database
 */
export function schemaIn(rows: readonly SchemaRow[]): Schema {
  const named = (what: string): SchemaRow[] => rows.filter((row) => row.what === what)
  const home = named('database')[0]?.name
  if (home == null)
    throw new TypeError('The connection is in no database: nothing can be learned of it.')
  const names = [...named('table'), ...named('view')].map(({ name }) => String(name))
  const of = (what: string, table: string | null): SchemaRow[] =>
    named(what).filter(({ name }) => name === table)

  const tables = named('table').map(({ name, a: engine }): TableSchema => {
    const key = of('key', name)
      .toSorted((left, right) => Number(left.d) - Number(right.d))
      .map(({ a, b, c }): KeyColumn => ({ name: String(a), kind: kindOf(b, c) }))
    const effects = [
      ...of('reference', name).flatMap(referenceEffects),
      ...of('trigger', name).flatMap((trigger) => triggerEffects(trigger, names)),
    ]
    return {
      name: String(name),
      key,
      effects: effects.filter(({ entity }) => entity !== name),
      ...generatedIn(of('key', name)),
      lasting: !TRANSACTIONAL.test(engine ?? ''),
    }
  })
  const views = named('view').map(({ name, text }): ViewSchema => {
    // Empty for a user without the right to see it: then it may read anything.
    const reads = text ? scan(text, 'mysql').flatMap((statement) => statement.reads) : names
    return { name: String(name), reads: reads.map((entity) => within(entity, home)) }
  })
  return { tables, views, defaultSchema: home }
}

/** @param key its columns */
function generatedIn(key: readonly SchemaRow[]): Pick<TableSchema, 'generated'> {
  const [only] = key
  const isMade = key.length === 1 && /auto_increment/i.test(only?.text ?? '')
  return isMade ? { generated: String(only?.a) } : {}
}

/** Engines whose writes a rollback takes back. */
const TRANSACTIONAL = /^(?:InnoDB|NDB|NDBCLUSTER|RocksDB|TokuDB)$/i

function within(entity: string, home: string): string {
  const prefix = `${home.toLowerCase()}.`
  return entity.startsWith(prefix) ? entity.slice(prefix.length) : entity
}

/** A text is compared byte by byte only under a collation that neither folds case nor ignores blanks at the end. */
function kindOf(type: string | null, collation: string | null): KeyKind {
  if (/int$/i.test(type ?? '')) return 'integer'
  if (/^uuid$/i.test(type ?? '')) return 'uuid'
  return /(?:0900|nopad)_bin$/i.test(collation ?? '') ? 'text' : 'other'
}

function referenceEffects({ a, b, c, d }: SchemaRow): Effect[] {
  const entity = String(a)
  const effects: Effect[] = []
  if (ACTS.test(c ?? ''))
    effects.push({
      entity,
      on: ['delete'],
      operation: /^CASCADE$/i.test(c ?? '') ? 'delete' : 'update',
    })
  if (ACTS.test(String(d)))
    effects.push({ entity, on: ['update'], operation: 'update', columns: String(b).split(',') })
  return effects
}

function triggerEffects({ a, text }: SchemaRow, names: readonly string[]): Effect[] {
  const said = String(text)
  const on = [String(a).toLowerCase() as 'insert' | 'update' | 'delete']
  if (/\bcall\b/i.test(said)) return [{ entity: EVERY_ENTITY, on }]
  const others = [...said.matchAll(QUALIFIED)]
    .filter(([, first]) => !/^(?:new|old)$/i.test(String(first)))
    .map(([, first, second]) => `${String(first)}.${String(second)}`)
  return [...mentioned(said, names), ...others].map((entity) => ({ entity, on }))
}
