// A query of a model as a text of SQL that nobody sends: it names the tables that are read and, where the query says so by
// equality, the rows. So tables, views, rows and tags are found in it as in any other text.
import type { Dialect } from '../../dialect.ts'
import { type Model, type Models, quoted, type Table, tablesOf } from './models.ts'

export interface QueryText {
  readonly dialect: Dialect
  readonly sql: string
  readonly params: readonly unknown[]
}

/** @param rest what else tells two results apart */
export function asSql(
  dialect: Dialect,
  models: Models,
  name: string,
  operation: string,
  args: unknown,
  rest: readonly unknown[],
): QueryText {
  const tables = tablesOf(models, name, args)
  const params: unknown[] = [tellable(args), ...rest]
  // Parameters without numbers could not stand behind those that no condition names.
  const knowsRows = tables.length === 1 && dialect === 'postgres'
  const where = knowsRows ? conditions(models[name], args, params) : []
  const label = quoted(`${name}.${operation}`, dialect)
  const from = tables.map((table) => tableText(table, dialect)).join(', ')
  const condition = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`
  return { dialect, sql: `SELECT ${label} FROM ${from}${condition}`, params }
}

function tableText({ schema, name }: Table, dialect: Dialect): string {
  const table = quoted(name, dialect)
  return schema === undefined ? table : `${quoted(schema, dialect)}.${table}`
}

/** Arguments with plain objects instead of those of Prisma's classes that have no text: `DbNull`, a field of a model. */
function tellable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(tellable)
  const { _getName, modelName, name } = value as Record<string, unknown>
  if (typeof _getName === 'function') return { null: _getName.call(value) as unknown }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) {
    const entries = Object.entries(value)
    return Object.fromEntries(entries.map(([key, part]) => [key, tellable(part)]))
  }
  if (typeof modelName === 'string' && typeof name === 'string') return { field: [modelName, name] }
  return value
}

/** `{ where: { id: 7 } }` as `"id" = $4`. Whatever is not of that form is left out: rows are only restricted further by it. */
function conditions(model: Model | undefined, args: unknown, params: unknown[]): string[] {
  const { where } = (args ?? {}) as { where?: unknown }
  if (typeof where !== 'object' || where === null) return []
  const found: string[] = []
  for (const [key, value] of Object.entries(where)) {
    const field = model?.fields.find(({ name, kind }) => name === key && kind === 'scalar')
    if (field === undefined || !isKey(value)) continue
    params.push(value)
    found.push(`${quoted(field.dbName ?? field.name, 'postgres')} = $${params.length}`)
  }
  return found
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
}
