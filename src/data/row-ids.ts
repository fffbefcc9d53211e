import type { Row } from './change.ts'
import type { KeyColumn, KeyKind } from './schema.ts'
import type { Operand, Restriction } from './sql/scanned.ts'
import { rowId } from './tags.ts'

/** Parameters of a statement: by place from 0, or by name. */
export type Params = readonly unknown[] | Readonly<Record<string, unknown>>

/** More rows than that are no longer worth naming one by one. */
const MAX_IDS = 100

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

/** The one spelling of a key's value; `undefined` where it may have several, or is none. */
function idText(value: unknown, kind: KeyKind): string | undefined {
  if (kind === 'integer') {
    if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value)))
      return value.toString().replace(/^-0$/, '0')
    return typeof value === 'string' && /^(?:0|-?[1-9]\d{0,18})$/.test(value) ? value : undefined
  }
  if (typeof value !== 'string') return undefined
  if (kind === 'uuid') return UUID.test(value.toLowerCase()) ? value.toLowerCase() : undefined
  return kind === 'text' ? value : undefined
}

/** The ids of all rows that these restrictions allow; `undefined` when they are not known. */
export function idsWhere(
  key: readonly KeyColumn[] | undefined,
  restrictions: readonly Restriction[],
  params: Params | undefined,
): string[] | undefined {
  if (key === undefined || key.length === 0) return undefined
  let rows: string[][] = [[]]
  for (const { name, kind } of key) {
    const restriction = restrictions.find(({ column }) => column === name)
    const values = restriction?.values.flatMap((operand) => valuesOf(operand, params))
    const texts = values?.map((value) => idText(value, kind))
    if (texts === undefined || texts.includes(undefined)) return undefined
    rows = rows.flatMap((row) => (texts as string[]).map((text) => [...row, text]))
    if (rows.length > MAX_IDS) return undefined
  }
  return [...new Set(rows.map((row) => rowId(...row)))]
}

/** The ids of inserted rows, by the values of their key columns. */
export function idsInserted(
  key: readonly KeyColumn[] | undefined,
  rows: readonly (readonly Restriction[])[],
  params: Params | undefined,
): string[] | undefined {
  const ids = rows.map((row) => idsWhere(key, row, params))
  return ids.includes(undefined) || ids.length > MAX_IDS
    ? undefined
    : ids.flatMap((each) => each ?? [])
}

/** The ids of rows that the database gave back. @param labels under which name each column stands there */
export function idsOf(
  key: readonly KeyColumn[] | undefined,
  rows: readonly Row[],
  labels: '*' | ReadonlyMap<string, string>,
): string[] | undefined {
  if (key === undefined || key.length === 0 || rows.length > MAX_IDS) return undefined
  const ids = new Set<string>()
  for (const row of rows) {
    const parts: string[] = []
    for (const { name, kind } of key) {
      const label = labels === '*' ? name : labels.get(name)
      const text = label === undefined ? undefined : idText(row[label], kind)
      if (text === undefined) return undefined
      parts.push(text)
    }
    ids.add(rowId(...parts))
  }
  return [...ids]
}

/** `[undefined]` for what is not known. */
function valuesOf(operand: Operand, params: Params | undefined): unknown[] {
  if ('literal' in operand) return [operand.literal]
  const value = (params as Readonly<Record<string | number, unknown>> | undefined)?.[operand.param]
  if (operand.list !== true) return [value]
  return Array.isArray(value) ? value : [undefined]
}
