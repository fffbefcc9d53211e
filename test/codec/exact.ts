import { types } from 'node:util'

/**
 * The whole of a value as text, so that two values have the same text only when they are the same: -0 and 0, a hole and
 * undefined, a Buffer and a Uint8Array, a missing and an undefined property, and the order of keys all tell.
 */
export function exact(value: unknown): string {
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return String(value)
  return `${className(value)}${body(value)}`
}

function className(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { constructor: { name: string } } | null
  // A null prototype may come back as an ordinary one.
  const name = prototype === null ? 'Object' : prototype.constructor.name
  return Buffer.isBuffer(value) ? 'Buffer' : name
}

function body(value: object): string {
  if (types.isDate(value)) return `(${value.getTime()})`
  if (types.isRegExp(value)) return `(${value.source} ${value.flags} ${value.lastIndex})`
  if (value instanceof URL) return `(${value.href})`
  if (types.isMap(value))
    return `{${[...value].map(([key, item]) => `${exact(key)} => ${exact(item)}`).join(', ')}}`
  if (types.isSet(value)) return `{${[...value].map(exact).join(', ')}}`
  if (types.isArrayBuffer(value)) return `(${Buffer.from(value).toString('hex')})`
  if (ArrayBuffer.isView(value)) {
    return `(${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')})`
  }
  const entries = Object.keys(value).map((name) => {
    return `${JSON.stringify(name)}: ${exact(Object.getOwnPropertyDescriptor(value, name)?.value)}`
  })
  return `{${entries.join(', ')}${Array.isArray(value) ? ` length ${value.length}` : ''}}`
}
