import { CacheError, show } from '../base/errors.ts'
import { createHash } from 'node:crypto'

/**
 * The text of a value such that two values have the same text only if they are the same: `1`, `'1'`, `1n`, `null`,
 * `undefined`, `-0`, dates, bytes, lists and plain objects (by their own names, in any order) are told apart.
 *
 * @throws {CacheError} `E_KEY` for what has no such text: functions, symbols, class instances without `toJSON`
 */
export function valueText(value: unknown, depth = 0): string {
  if (depth > 50) throw new CacheError('E_KEY', 'A parameter is nested too deeply, or in itself.')
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'object':
      return value === null ? 'null' : objectText(value, depth + 1)
    default:
      throw new CacheError(
        'E_KEY',
        `Expected parameters that can be told apart, got ${show(value)}.`,
      )
  }
}

function objectText(value: object, depth: number): string {
  if (Array.isArray(value)) return `[${Array.from(value, (each) => valueText(each, depth)).join()}]`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    const kind = value instanceof Uint8Array ? 'Bytes' : value.constructor.name
    return `${kind}(${createHash('sha256').update(bytes).digest('base64url')},${bytes.length})`
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${valueText(each, depth)}`).join()}}`
  }
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function')
    return `${value.constructor.name}(${valueText(toJSON.call(value), depth)})`
  throw new CacheError('E_KEY', `Expected parameters that can be told apart, got ${show(value)}.`)
}
