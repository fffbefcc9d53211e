// How names and texts stand in statements that take no parameters.

import { optionError } from '../../../base/errors.ts'

/** @throws {CacheError} `E_OPTION` */
export function checkTables(tables: unknown): asserts tables is readonly string[] {
  const isList =
    Array.isArray(tables) && tables.every((table) => typeof table === 'string' && table !== '')
  if (!isList)
    throw optionError('tables', "a list of tables, such as ['products', 'audit.log']", tables)
}

/** Each part of `schema.table` as it is written, capitals and all. */
export function tableName(table: string): string {
  return table.split('.').map(identifier).join('.')
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function literal(text: string): string {
  const quoted = text.replaceAll("'", "''")
  return text.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`
}
