// What a value is to a codec. Every walk (the check, the encoding, the copy, the search for a refusal) asks here, so that
// they refuse the same values.
import { types } from 'node:util'
import { CacheError, show } from '../base/errors.ts'
import { hasSymbols, isObjectPrototype } from '../base/prototypes.ts'

/** Any class; it is never called. */
export type Class = abstract new (...args: never[]) => object

/**
 * Containers nest at most this deep: a quarter of what JSON.stringify survives on Node's default stack (Node 20 and 24
 * fail between 4,000 and 8,000 levels), so that a caller that is itself deep in the stack has room too.
 */
export const MAX_DEPTH = 1000
/** Below this depth a walk looks out for circles; above it, it does not pay for that. Cached data is rarely this deep. */
export const CIRCLE_DEPTH = 32

/** What a codec can carry of objects. */
export type Kind = Leaf | Container

/** What has no parts that are values themselves. */
type Leaf = 'date' | 'regexp' | 'url' | 'buffer' | 'view' | 'arraybuffer'
/** What has. */
export type Container = 'plain' | 'array' | 'map' | 'set' | 'instance'

/** Classes whose instances may be cached, by name and by prototype. */
export class ClassRegistry {
  readonly #names = new Map<object, string>()
  readonly #prototypes = new Map<string, object>()

  /** The codec that they are registered with, for messages. */
  readonly codec: string

  /**
   * @throws {CacheError} `E_OPTION` for what is not a class, or for one whose instances hold more than their properties
   *   (a subclass of Map, Array, Date, Error, ...)
   */
  constructor(codec: string, classes: Readonly<Record<string, Class>> = {}) {
    this.codec = codec
    for (const [name, registered] of Object.entries(classes)) {
      const prototype: unknown = typeof registered === 'function' ? registered.prototype : undefined
      if (typeof prototype !== 'object' || prototype === null || keepsHiddenState(prototype)) {
        throw new CacheError(
          'E_OPTION',
          `Option 'classes': expected '${name}' to be a class whose instances are made of their own properties alone, got ${show(registered)}.`,
        )
      }
      // Under two names it is written under the first and read under both: how a class is renamed.
      if (!this.#names.has(prototype)) this.#names.set(prototype, name)
      this.#prototypes.set(name, prototype)
    }
  }

  nameOf(prototype: object): string | undefined {
    return this.#names.get(prototype)
  }

  prototypeOf(name: string): object | undefined {
    return this.#prototypes.get(name)
  }
}

const WITH_HIDDEN_STATE: readonly Class[] = [
  Array,
  ArrayBuffer,
  Date,
  Error,
  Function,
  Map,
  Promise,
  RegExp,
  Set,
  URL,
  WeakMap,
  WeakSet,
  Object.getPrototypeOf(Uint8Array) as Class,
]

/** Whether instances hold more than their properties, so that these alone could not restore them. */
export function keepsHiddenState(prototype: object): boolean {
  if (prototype === Object.prototype) return true
  return WITH_HIDDEN_STATE.some((each) => prototype === each.prototype || prototype instanceof each)
}

/** `undefined`: it cannot be carried. What its parts are is not asked. */
export function kindOf(value: object, classes: ClassRegistry): Kind | undefined {
  if (Array.isArray(value)) return isPlainArray(value) ? 'array' : undefined
  if (isPlainObject(value)) return 'plain'
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null) return undefined
  if (classes.nameOf(prototype) !== undefined) return hasSymbols(value) ? undefined : 'instance'
  if (types.isTypedArray(value) || types.isDataView(value)) return binaryKindOf(value, prototype)
  if (prototype === URL.prototype) return 'url'
  const kind = builtInKindOf(value)
  // A subclass has one prototype more; its own properties would be lost.
  if (kind === undefined || !isObjectPrototype(Object.getPrototypeOf(prototype))) return undefined
  return Object.keys(value).length === 0 ? kind : undefined
}

/** What a built-in object is, whatever its prototype and properties. */
export function builtInKindOf(value: object): Kind | undefined {
  if (types.isDate(value)) return 'date'
  if (types.isMap(value)) return 'map'
  if (types.isSet(value)) return 'set'
  if (types.isRegExp(value)) return 'regexp'
  // A resizable one would come back fixed.
  if (types.isArrayBuffer(value) && !(value as { resizable?: boolean }).resizable)
    return 'arraybuffer'
  return undefined
}

function binaryKindOf(value: NodeJS.ArrayBufferView, prototype: object): Kind | undefined {
  // What other threads write to at any moment has no one value.
  if (types.isSharedArrayBuffer(value.buffer)) return undefined
  if (prototype === Buffer.prototype) return 'buffer'
  const above = Object.getPrototypeOf(prototype) as object | null
  const base = types.isDataView(value) ? above : (Object.getPrototypeOf(above) as unknown)
  return isObjectPrototype(base) ? 'view' : undefined
}

/** An array of this realm or another, that is of no class of its own. Holes are found by whoever walks it. */
export function isPlainArray(value: readonly unknown[]): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown
  // Array.prototype is itself an array, in every realm; no subclass's prototype is.
  if (prototype !== Array.prototype && !Array.isArray(prototype)) return false
  // Listing the keys of an array costs as much as encoding it. The two arrays with named properties that the language
  // itself makes are known by these: the result of String.match, and the strings of a template.
  const named = value as { index?: unknown; raw?: unknown }
  return named.index === undefined && named.raw === undefined
}

/** An object of this realm or another (vm, test runners) that is nothing but its own properties. */
function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown
  if (prototype !== Object.prototype && prototype !== null && !isObjectPrototype(prototype))
    return false
  return !hasSymbols(value)
}

/** Whether JSON text gives back this very value. */
export function isPlainPrimitive(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return value - value === 0 && !Object.is(value, -0)
    default:
      return value === null
  }
}
