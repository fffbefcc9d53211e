import { types } from 'node:util'
import { isPlainArray } from '../../codec/kind.ts'
import { PyDate, PyDateTime, PyTime, PyTimeDelta, PyTimezone } from './times.ts'
import { PyDecimal, PyFloat, PyFrozenSet, PySafeString, PyTuple, PyUuid } from './values.ts'

/** A value together with what it becomes in Python. */
export type Typed = Leaf | Container

export type Leaf =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'safe'; readonly value: string }
  | { readonly kind: 'bytes' | 'bytearray'; readonly value: Uint8Array }
  | { readonly kind: 'datetime'; readonly value: PyDateTime }
  | { readonly kind: 'date'; readonly value: PyDate }
  | { readonly kind: 'time'; readonly value: PyTime }
  | { readonly kind: 'timedelta'; readonly value: PyTimeDelta }
  | { readonly kind: 'timezone'; readonly value: PyTimezone }
  | { readonly kind: 'decimal'; readonly value: PyDecimal }
  | { readonly kind: 'uuid'; readonly value: PyUuid }

export type Container =
  | { readonly kind: 'list' | 'tuple'; readonly value: readonly unknown[] }
  | { readonly kind: 'dict'; readonly value: readonly (readonly [unknown, unknown])[] }
  | { readonly kind: 'set' | 'frozenset'; readonly value: ReadonlySet<unknown> }

const CONTAINERS: ReadonlySet<string> = new Set(['list', 'tuple', 'dict', 'set', 'frozenset'])

export function isContainer(known: Typed): known is Container {
  return CONTAINERS.has(known.kind)
}

const NULL: Typed = { kind: 'null' }

/** What Python makes of a value; `undefined` for one that it has no form for, or only one that would lose something. */
export function typed(value: unknown): Typed | undefined {
  switch (typeof value) {
    case 'boolean':
      return { kind: 'boolean', value }
    case 'number':
      return isInteger(value) ? { kind: 'integer', value } : { kind: 'float', value }
    case 'bigint':
      return { kind: 'integer', value }
    case 'string':
      return { kind: 'text', value }
    case 'object':
      return value === null ? NULL : typedObject(value)
    default:
      return undefined
  }
}

/** Whether a value is an int in Python. Numbers beyond 2^53 are floats there: their last digits mean nothing. */
export function isInteger(value: unknown): value is number | bigint {
  return (
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0))
  )
}

function typedObject(value: object): Typed | undefined {
  if (value instanceof PyTuple) return { kind: 'tuple', value }
  const prototype = Object.getPrototypeOf(value) as unknown
  if (Array.isArray(value)) {
    const plain = prototype === Array.prototype && isPlainArray(value)
    return plain ? { kind: 'list', value } : undefined
  }
  if (prototype === Object.prototype || prototype === null) return typedPlain(value)
  if (Buffer.isBuffer(value)) return { kind: 'bytes', value }
  if (types.isUint8Array(value)) return { kind: 'bytearray', value }
  if (value instanceof Map) return { kind: 'dict', value: [...value] }
  if (value instanceof PyFrozenSet) return { kind: 'frozenset', value }
  if (value instanceof Set) return { kind: 'set', value }
  return typedNamed(value)
}

function typedPlain(value: object): Typed | undefined {
  for (const symbol of Object.getOwnPropertySymbols(value))
    if (Object.prototype.propertyIsEnumerable.call(value, symbol)) return undefined
  return { kind: 'dict', value: Object.entries(value) }
}

function typedNamed(value: object): Typed | undefined {
  if (value instanceof PyDateTime) return { kind: 'datetime', value }
  if (types.isDate(value)) {
    const year = value.getUTCFullYear()
    if (!(year >= 1 && year <= 9999)) return undefined
    return { kind: 'datetime', value: PyDateTime.fromDate(value) }
  }
  if (value instanceof PyDate) return { kind: 'date', value }
  if (value instanceof PyTime) return { kind: 'time', value }
  if (value instanceof PyTimeDelta) return { kind: 'timedelta', value }
  if (value instanceof PyTimezone) return { kind: 'timezone', value }
  if (value instanceof PyDecimal) return { kind: 'decimal', value }
  if (value instanceof PyUuid) return { kind: 'uuid', value }
  if (value instanceof PySafeString) return { kind: 'safe', value: value.text }
  if (value instanceof PyFloat) return { kind: 'float', value: value.value }
  return undefined
}
