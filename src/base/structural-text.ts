// A text for any value that can tell two calls apart: equal texts mean equal values, whatever the values are.
//
// The text reads like a literal. It is unambiguous because strings are quoted, every container ends with its own bracket, and
// each kind of object has a head of its own; an instance of a class of the application has an `@` before its name, so that no
// class can pass for a built-in. Where two values could be taken for equal or not (the order of a Map, a Buffer and a
// Uint8Array) they are not: a miss too many is no harm, somebody else's value is.
import { createHash } from 'node:crypto'
import { types } from 'node:util'
import { CacheError, show } from './errors.ts'
import { hasSymbols, isObjectPrototype } from './prototypes.ts'

/** The method by which an instance of a class says what makes it the one it is. A symbol that all libraries can share. */
export const CACHE_KEY: unique symbol = Symbol.for('cacheKey') as never

/** What an instance is sent as to whom the text is for; `undefined` for one of which that cannot be said. */
export type SentAs = (value: object) => unknown

/** Where in the value a text is taken. */
interface Place {
  /** Which argument, from 1 on, for messages; 0 of what is no argument. */
  readonly at: number
  /** The containers around it, outermost first. */
  readonly above: object[]
  readonly sentAs?: SentAs | undefined
}

/** Deeper than arguments are, and far from the end of the stack. */
const MAX_DEPTH = 100
/** Binary data longer than this stands in the text by its hash. */
const MAX_HEX_BYTES = 64
const NAME = /^[A-Za-z_$][\w$]*$/

/**
 * The text of one value. The keys of objects are in no order; a key whose value is `undefined` is another object than one
 * without it; `0` and `-0`, `1` and `1n` and `'1'` are all different; `NaN` is itself.
 *
 * @throws {CacheError} `E_KEY` for what has no text of its own: functions, symbols, promises, cycles, and instances of classes
 * without a method `Symbol.for('cacheKey')`
 *
 * @param sentAs what stands for an instance that has no such method. Default: it is refused
 */
export function structuralText(value: unknown, sentAs?: SentAs): string {
  return textOf(value, { at: 0, above: [], sentAs })
}

/** The text of a call's arguments, without those at the end that are `undefined`; see {@link withoutTail}. */
export function argumentsText(args: readonly unknown[]): string {
  const above: object[] = [args]
  return `(${args.map((arg, index) => textOf(arg, { at: index + 1, above })).join(',')})`
}

/** `f(1, undefined)` is the call `f(1)`: an optional argument that was passed on is none. */
export function withoutTail<Args extends readonly unknown[]>(args: Args): Args {
  let { length } = args
  while (length > 0 && args[length - 1] === undefined) length--
  return length === args.length ? args : (args.slice(0, length) as unknown as Args)
}

/** Whether the value can change after its text was taken. */
export function isChangeable(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function textOf(value: unknown, place: Place): string {
  switch (typeof value) {
    case 'string':
      // Well-formed also for lone surrogates: each has an escape of its own.
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'object':
      return value === null ? 'null' : objectText(value, place)
    default:
      throw refused(value, place, `a ${typeof value} has no key`)
  }
}

function objectText(value: object, place: Place): string {
  const { above } = place
  if (above.includes(value)) throw refused(value, place, 'it contains itself')
  if (above.length > MAX_DEPTH)
    throw refused(value, place, `it is nested more than ${MAX_DEPTH} deep`)
  above.push(value)
  try {
    return ownWord(value, place) ?? builtInText(value, place)
  } finally {
    above.pop()
  }
}

/** What an object says of itself. */
function ownWord(value: object, place: Place): string | undefined {
  const say = (value as { [CACHE_KEY]?: unknown })[CACHE_KEY]
  if (say === undefined) return undefined
  const expected = "Symbol.for('cacheKey') is expected to be a method"
  if (typeof say !== 'function') throw refused(value, place, expected)
  const said: unknown = say.call(value)
  if (said === undefined || said === null)
    throw refused(value, place, `its Symbol.for('cacheKey') returned ${String(said)}`)
  return `@${nameText(classNameOf(value))}(${textOf(said, place)})`
}

function builtInText(value: object, place: Place): string {
  if (Array.isArray(value)) return arrayText(value, place)
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null || isObjectPrototype(prototype)) return fieldsText(value, place)
  if (types.isTypedArray(value) || types.isDataView(value)) return viewText(value, prototype, place)
  const text = leafText(value, prototype) ?? collectionText(value, place)
  // A subclass has one prototype more, and what it adds would be lost.
  if (text === undefined || !isObjectPrototype(Object.getPrototypeOf(prototype)))
    return instanceText(value, place)
  if (Object.keys(value).length > 0)
    throw refused(value, place, 'it has properties of its own beside what it is')
  return text
}

/** An instance of a class that does not say what makes it the one it is. */
function instanceText(value: object, place: Place): string {
  const sent = place.sentAs?.(value)
  if (sent === undefined) throw instanceRefused(value, place)
  return `@${nameText(classNameOf(value))}(${textOf(sent, place)})`
}

function leafText(value: object, prototype: object): string | undefined {
  if (types.isDate(value)) return `Date(${value.getTime()})`
  if (types.isRegExp(value))
    return `RegExp(${JSON.stringify(value.source)},${JSON.stringify(value.flags)},${value.lastIndex})`
  if (prototype === URL.prototype) return `URL(${JSON.stringify((value as URL).href)})`
  if (prototype === URLSearchParams.prototype)
    return `URLSearchParams(${JSON.stringify((value as URLSearchParams).toString())})`
  if (types.isArrayBuffer(value)) return `ArrayBuffer(${bytesText(new Uint8Array(value))})`
  return undefined
}

function collectionText(value: object, place: Place): string | undefined {
  if (types.isSet(value))
    return `Set(${Array.from(value, (each) => textOf(each, place)).join(',')})`
  if (!types.isMap(value)) return undefined
  const pairs = Array.from(value, ([key, each]) => `${textOf(key, place)}=${textOf(each, place)}`)
  return `Map(${pairs.join(',')})`
}

function arrayText(value: readonly unknown[], place: Place): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  // Array.prototype is itself an array, in every realm; no subclass's prototype is.
  if (prototype !== Array.prototype && !Array.isArray(prototype))
    throw instanceRefused(value, place)
  // Its length is one of its own names; a template's `raw`, which is not enumerable, is another.
  if (Object.getOwnPropertyNames(value).length > value.length + 1 || hasSymbols(value))
    throw refused(value, place, 'it is an array with properties of its own')
  const parts: string[] = []
  for (let index = 0; index < value.length; index++) {
    // A hole is not an `undefined`.
    const isThere = Object.hasOwn(value, index)
    parts.push(isThere ? textOf(value[index], place) : 'hole')
  }
  return `[${parts.join(',')}]`
}

function fieldsText(value: object, place: Place): string {
  if (hasSymbols(value)) throw refused(value, place, 'it has a symbol for a key')
  const fields = value as Readonly<Record<string, unknown>>
  const parts = Object.keys(fields)
    .toSorted()
    .map((name) => `${nameText(name)}=${textOf(fields[name], place)}`)
  return `{${parts.join(',')}}`
}

function viewText(value: NodeJS.ArrayBufferView, prototype: object, place: Place): string {
  // What other threads write to at any moment has no one value.
  if (types.isSharedArrayBuffer(value.buffer)) throw refused(value, place, 'its memory is shared')
  const above = Object.getPrototypeOf(prototype) as object
  const base: unknown = types.isDataView(value) ? above : Object.getPrototypeOf(above)
  const isBuffer = prototype === Buffer.prototype
  if (!isBuffer && !isObjectPrototype(base)) throw instanceRefused(value, place)
  const kind = types.isTypedArray(value) ? value[Symbol.toStringTag] : 'DataView'
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return `${isBuffer ? 'Buffer' : kind}(${bytesText(bytes)})`
}

/** Short ones as they are; of long ones the length and the hash, which no short one looks like. */
function bytesText(bytes: Uint8Array): string {
  if (bytes.length <= MAX_HEX_BYTES) return Buffer.from(bytes).toString('hex')
  return `${bytes.length}~${createHash('sha256').update(bytes).digest('base64url')}`
}

function nameText(name: string): string {
  return NAME.test(name) ? name : JSON.stringify(name)
}

function classNameOf(value: object): string {
  const { constructor } = value as { constructor?: { name: string } }
  return typeof constructor === 'function' ? constructor.name : 'Object'
}

function instanceRefused(value: object, place: Place): CacheError {
  const name = classNameOf(value)
  return refused(
    value,
    place,
    `instances of ${name} are told apart by their method [Symbol.for('cacheKey')](), and it has none`,
  )
}

function refused(value: unknown, { at }: Place, why: string): CacheError {
  const where = at === 0 ? '' : ` in argument ${at}`
  return new CacheError(
    'E_KEY',
    `Expected a value that can be part of a key, got ${show(value)}${where}: ${why}. Give plain data, or a function 'key' that picks what tells two calls apart.`,
  )
}
