// Finds out why a value was refused. The fast walks only notice that something is wrong; this one knows the way to it.
import { types } from 'node:util'
import { CacheError } from '../base/errors.ts'
import { hasSymbols } from '../base/prototypes.ts'
import { builtInKindOf, type ClassRegistry, keepsHiddenState, kindOf, MAX_DEPTH } from './kind.ts'

const PLAIN_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u
const LONGEST_PATH = 200

/** The error for a value that a walk refused; `cause` is what that walk threw. */
export function refusalOf(value: unknown, classes: ClassRegistry, cause: unknown): CacheError {
  try {
    new RefusalFinder(classes).visit(value, 'value', 1)
  } catch (error) {
    if (error instanceof CacheError) return error
    return refusal(
      'value',
      `something that fails while it is read (${String(error)})`,
      PLAIN_DATA,
      error,
    )
  }
  return refusal('value', 'something that changes while it is read', PLAIN_DATA, cause)
}

const PLAIN_DATA = 'Return plain data from the loader.'

function refusal(path: string, what: string, remedy: string, cause?: unknown): CacheError {
  const shown =
    path.length > LONGEST_PATH
      ? `${path.slice(0, LONGEST_PATH / 2)}...${path.slice(-LONGEST_PATH / 2)}`
      : path
  return new CacheError('E_ENCODE', `Cannot cache ${shown}: it is ${what}. ${remedy}`, { cause })
}

class RefusalFinder {
  readonly #classes: ClassRegistry
  readonly #above = new Map<object, string>()

  constructor(classes: ClassRegistry) {
    this.#classes = classes
  }

  visit(value: unknown, path: string, depth: number): void {
    if (typeof value === 'function') {
      throw refusal(
        path,
        `a function (${value.name || 'anonymous'})`,
        'Leave it out, or return what it computes.',
      )
    }
    if (typeof value === 'symbol')
      throw refusal(path, `a symbol (${String(value)})`, 'Store its text instead.')
    if (typeof value !== 'object' || value === null) return
    const twin = this.#above.get(value)
    if (twin !== undefined) {
      throw refusal(path, `a circular reference to ${twin}`, 'Store an id instead of the object.')
    }
    if (depth > MAX_DEPTH) {
      throw refusal(
        path,
        `nested deeper than ${MAX_DEPTH} levels`,
        'Store a flatter form, such as a list with parent ids.',
      )
    }
    this.#above.set(value, path)
    this.#inside(value, path, depth + 1)
    this.#above.delete(value)
  }

  #inside(value: object, path: string, depth: number): void {
    switch (kindOf(value, this.#classes)) {
      case undefined:
        throw refusal(path, ...describe(value, this.#classes))
      case 'array':
        this.#array(value as unknown[], path, depth)
        return
      case 'map': {
        let index = 0
        for (const [key, item] of value as Map<unknown, unknown>) {
          this.visit(key, `${path}.keys[${index}]`, depth)
          const name =
            typeof key === 'object' && key !== null ? `.values[${index}]` : `.get(${keyName(key)})`
          this.visit(item, path + name, depth)
          index++
        }
        return
      }
      case 'set': {
        let index = 0
        for (const item of value as Set<unknown>)
          this.visit(item, `${path}.values[${index++}]`, depth)
        return
      }
      case 'plain':
      case 'instance':
        this.#object(value as Record<string, unknown>, path, depth)
        return
      default:
        return
    }
  }

  #array(value: readonly unknown[], path: string, depth: number): void {
    for (let index = 0; index < value.length; index++) {
      if (value[index] === undefined && !(index in value)) {
        throw refusal(
          `${path}[${index}]`,
          'a hole in an array',
          'Fill it: Array.from(array) makes it undefined.',
        )
      }
      this.visit(value[index], `${path}[${index}]`, depth)
    }
  }

  #object(value: Record<string, unknown>, path: string, depth: number): void {
    for (const name of Object.keys(value)) {
      const place = PLAIN_NAME.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
      let item: unknown
      try {
        item = value[name]
      } catch (error) {
        throw refusal(place, `a getter that fails (${String(error)})`, PLAIN_DATA, error)
      }
      if (name === 'toJSON' && typeof item === 'function') {
        throw refusal(
          path,
          'an object with a toJSON method',
          'Return what toJSON gives, or leave the method out.',
        )
      }
      this.visit(item, place, depth)
    }
  }
}

function keyName(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key)
  return typeof key === 'bigint' ? `${key}n` : String(key)
}

/** What a refused object is, and what to do instead. */
function describe(value: object, classes: ClassRegistry): [what: string, remedy: string] {
  if (types.isPromise(value)) return ['a Promise', 'Await it in the loader.']
  if (Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype) {
    return ['an array with named properties', 'Return a plain array ([...array]).']
  }
  const prototype = Object.getPrototypeOf(value) as object | null
  const plain = prototype === null || prototype === Object.prototype
  if (hasSymbols(value) && (plain || classes.nameOf(prototype) !== undefined)) {
    return ['an object with symbol keys', 'Return an object with string keys alone.']
  }
  const name = classNameOf(value)
  if (name === 'Response' || name === 'Request') {
    return [
      `a ${name}`,
      'Return what was read from it: await response.json(), .text() or Buffer.from(await response.arrayBuffer()).',
    ]
  }
  if (isStream(value))
    return [`a stream (${name || 'anonymous'})`, 'Read it to its end and return the Buffer.']
  if (types.isWeakMap(value) || types.isWeakSet(value))
    return [`a ${name}`, 'Its entries cannot be listed: use a Map or a Set.']
  if (types.isNativeError(value)) {
    return [
      `${article(name)} instance`,
      'Return a plain object from the loader ({ name, message }).',
    ]
  }
  if (types.isSharedArrayBuffer(value) || ArrayBuffer.isView(value)) {
    return [
      `${article(name)} that other threads share or that has a class of its own`,
      'Return a copy: Buffer.from(bytes).',
    ]
  }
  if (builtInKindOf(value) !== undefined && Object.keys(value).length > 0) {
    return [
      `${article(name)} with properties of its own`,
      'Return the two side by side in a plain object.',
    ]
  }
  if (name === '')
    return [
      'an instance of an anonymous class',
      'Return a plain object from the loader ({ ...object }).',
    ]
  const variable = /^[A-Z][a-z]/.test(name) ? name[0]?.toLowerCase() + name.slice(1) : 'object'
  if (prototype === null || keepsHiddenState(prototype)) {
    return [`${article(name)} instance`, 'Return plain data from the loader.']
  }
  return [
    `${article(name)} instance`,
    `Return a plain object from the loader ({ ...${variable} }), or register the class: ${classes.codec}({ classes: { ${name} } }).`,
  ]
}

function classNameOf(value: object): string {
  const constructor: unknown = (value as { constructor?: unknown }).constructor
  return typeof constructor === 'function' && typeof constructor.name === 'string'
    ? constructor.name
    : ''
}

function isStream(value: object): boolean {
  const { pipe, getReader } = value as { pipe?: unknown; getReader?: unknown }
  return typeof pipe === 'function' || typeof getReader === 'function'
}

function article(name: string): string {
  return `${/^[aeio]/i.test(name) ? 'an' : 'a'} ${name}`
}
