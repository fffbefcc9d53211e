import { mentioned } from '../../mentions.ts'
import type { Effect, KeyColumn, KeyKind, Schema, TableSchema, ViewSchema } from '../../schema.ts'

/**
 * What is known of a database, in one query. `a` to `d` mean: of a table or view nothing, of a key's column its name, type and
 * collation, of a foreign key the table that has it, its column, and what it does on delete and update, of a trigger its text.
 */
export const SCHEMA_SQL = `
select type as what, name as name, null as a, null as b, null as c, null as d, sql as text
from sqlite_schema where type in ('table', 'view') and name not like 'sqlite@_%' escape '@'
union all
select 'trigger', tbl_name, null, null, null, null, sql from sqlite_schema where type = 'trigger'
union all
select * from (
  select 'key', m.name, p.name, p.type,
    (select x.coll from pragma_index_list(m.name) i join pragma_index_xinfo(i.name) x
     where i.origin = 'pk' and x.name = p.name), null, null
  from sqlite_schema m join pragma_table_info(m.name) p
  where m.type = 'table' and p.pk > 0 order by m.name, p.pk
)
union all
select 'reference', f."table", m.name, f."to", f.on_delete, f.on_update, null
from sqlite_schema m join pragma_foreign_key_list(m.name) f where m.type = 'table'`

/** A row of {@link SCHEMA_SQL}. */
export interface SchemaRow {
  readonly what: string
  readonly name: string
  readonly a: string | null
  readonly b: string | null
  readonly c: string | null
  readonly d: string | null
  readonly text: string | null
}

/** What foreign keys do to the rows that refer to what is gone. */
const ACTS = /^(?:CASCADE|SET NULL|SET DEFAULT)$/i

/** @param rows of {@link SCHEMA_SQL} */
export function schemaIn(rows: readonly SchemaRow[]): Schema {
  const named = (what: string): SchemaRow[] => rows.filter((row) => row.what === what)
  const names = [...named('table'), ...named('view')].map(({ name }) => name)
  // A foreign key may spell the table that it refers to in another case.
  const of = (what: string, table: string): SchemaRow[] =>
    named(what).filter(({ name }) => name.toLowerCase() === table.toLowerCase())

  const tables = named('table').map(({ name, text }): TableSchema => {
    const key = of('key', name).map(({ a, b, c }): KeyColumn => ({
      name: String(a),
      kind: kindOf(b, c),
    }))
    const references = of('reference', name).flatMap(effectsOf)
    const triggers = of('trigger', name).flatMap(({ text }) =>
      mentioned(String(text), names).map((entity): Effect => ({ entity })),
    )
    return {
      name,
      key,
      effects: [...references, ...triggers].filter(({ entity }) => entity !== name),
      ...rowidIn(of('key', name), text),
    }
  })
  const views = named('view').map(({ name, text }): ViewSchema => {
    const reads = mentioned(String(text), names).filter((each) => each !== name)
    return { name, reads }
  })
  return { tables, views }
}

/**
 * The column that is another name of the rowid, so that the database fills it. Source: SQLite, "ROWIDs and the INTEGER PRIMARY
 * KEY".
 */
function rowidIn(key: readonly SchemaRow[], text: string | null): Pick<TableSchema, 'generated'> {
  const [only] = key
  const isRowid = key.length === 1 && only?.b?.toUpperCase() === 'INTEGER'
  return isRowid && !/\bwithout\s+rowid\b/i.test(text ?? '') ? { generated: String(only.a) } : {}
}

/** A column without a type of its own holds what it is given: nothing can be said of how it is compared. */
function kindOf(type: string | null, collation: string | null): KeyKind {
  if (/INT/i.test(type ?? '')) return 'integer'
  const isText = /CHAR|CLOB|TEXT/i.test(type ?? '')
  return isText && collation?.toUpperCase() === 'BINARY' ? 'text' : 'other'
}

function effectsOf({ a, b, c, d }: SchemaRow): Effect[] {
  const entity = String(a)
  const effects: Effect[] = []
  if (ACTS.test(c ?? ''))
    effects.push({
      entity,
      on: ['delete'],
      operation: /^CASCADE$/i.test(c ?? '') ? 'delete' : 'update',
    })
  if (ACTS.test(d ?? ''))
    effects.push({
      entity,
      on: ['update'],
      operation: 'update',
      ...(b === null ? {} : { columns: [b] }),
    })
  return effects
}
