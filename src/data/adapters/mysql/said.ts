// What a command of mysql2 says, as the scanner can read it.
import type { Params } from '../../row-ids.ts'
import type { MysqlCommand } from './driver.ts'

export interface Said {
  readonly sql: string
  readonly params: Params | undefined
}

/** Where a `?` may be something else than a parameter. */
const MISLEADING = /['"#]|--|\/\*|`[^`]*\?[^`]*`|\?\?/

/**
 * The text of a command with its parameters; `undefined` for one that has none, such as a ping.
 *
 * mysql2 writes the parameters of `query` into the text itself. Where it is certain which parameter stands where, the text
 * before that is taken: it is the same each time, so that it has to be read once only.
 */
export function saidBy(command: MysqlCommand): Said | undefined {
  const prepared = command.statement?.query
  if (prepared !== undefined) return { sql: prepared, params: listOf(command.values) }
  const { sql, values, _queryOptions: given } = command
  if (typeof sql !== 'string') return undefined
  // Of an execution: its parameters are sent apart.
  if (given === undefined) return { sql, params: listOf(values) }
  const text = given.sql
  if (typeof text !== 'string' || !Array.isArray(values) || MISLEADING.test(text))
    return { sql, params: undefined }
  const isPlain = text.split('?').length - 1 === values.length && values.every(isOneValue)
  return isPlain ? { sql: text, params: values as readonly unknown[] } : { sql, params: undefined }
}

function listOf(values: unknown): Params | undefined {
  return Array.isArray(values) ? (values as readonly unknown[]) : undefined
}

/** What is written as one literal: no list, no object that writes itself. */
function isOneValue(value: unknown): boolean {
  return (
    typeof value !== 'object' ||
    value === null ||
    value instanceof Date ||
    ArrayBuffer.isView(value)
  )
}
