import type { OutboxTable } from './outbox-sql.ts'

/** What is used of a pool or a connection of mysql2/promise. */
export interface MysqlQueryable {
  query(text: string, values?: unknown[]): Promise<[unknown, unknown]>
}

/** Types whose values have one text that everybody writes alike. */
const PLAIN = new Set(
  'tinyint smallint mediumint int bigint char varchar uuid enum date'.split(' '),
)

const KEYS = `select t.table_schema as d, t.table_name as e, c.column_name as k, c.data_type as type
  from information_schema.tables t
  left join information_schema.statistics s
    on s.table_schema = t.table_schema and s.table_name = t.table_name and s.index_name = 'PRIMARY'
  left join information_schema.columns c
    on c.table_schema = s.table_schema and c.table_name = s.table_name and c.column_name = s.column_name
  where concat(t.table_schema, '.', t.table_name) in (?)
  order by t.table_schema, t.table_name, s.seq_in_index`

/**
 * Tables with their primary keys, for `outboxSql`. A key with a column that is no text and no whole number is left out, since
 * its rows could be written in several ways. Tables that there are not are left out, too.
 *
 * @param names as `products`, or `audit.log` in another database
 */
export async function outboxTables(
  pool: MysqlQueryable,
  names: readonly string[],
): Promise<OutboxTable[]> {
  if (names.length === 0) return []
  const [where] = await pool.query('select database() as d')
  const here = String((where as { d: string | null }[])[0]?.d)
  const full = new Map(names.map((name) => [name.includes('.') ? name : `${here}.${name}`, name]))
  const [rows] = await pool.query(KEYS, [[...full.keys()]])
  const keys = new Map<string, (string | undefined)[]>()
  for (const { d, e, k, type } of rows as {
    d: string
    e: string
    k: string | null
    type: string
  }[]) {
    const name = full.get(`${d}.${e}`)
    if (name === undefined) continue
    const key = keys.get(name) ?? []
    if (k !== null) key.push(PLAIN.has(type) ? k : undefined)
    keys.set(name, key)
  }
  return [...keys].map(([name, key]) => ({
    name,
    key: key.every((column) => column !== undefined) ? key : [],
  }))
}
