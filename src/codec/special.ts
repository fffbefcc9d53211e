// JSON for values that JSON alone would change. The tree is written as JSON text with a stand-in at every special place;
// a list beside it says which places those are and what they were. Reading is JSON.parse, then a visit to those places
// alone, so that a row with one Date costs little more than a row without.
//
// The list is flat: `keep, add, step..., type[, name]` for each place. Its path is the first `keep` steps of the path
// before it and `add` new ones; a step is a property name or an array index. A place comes after every place inside it,
// so that a Map is filled with finished parts.
import { bufferOf, bytesOf, viewName, viewOf } from './binary.ts'
import { CIRCLE_DEPTH, type ClassRegistry, kindOf, MAX_DEPTH } from './kind.ts'

/** What a special place was. Stored: never give a letter a second meaning. */
const SPECIAL = {
  undefined: 'u',
  notANumber: 'a',
  infinity: '+',
  minusInfinity: '-',
  minusZero: 'z',
  bigint: 'n',
  date: 'D',
  map: 'M',
  set: 'S',
  regexp: 'R',
  url: 'U',
  instance: 'C',
  buffer: 'B',
  arrayBuffer: 'A',
  view: 'V',
} as const

export type Step = string | number

/** A value apart: the tree with stand-ins, the list of special places, and the bytes that some of them hold, in its order. */
export interface Parts {
  readonly tree: unknown
  readonly list: readonly Step[]
  readonly blobs: readonly Uint8Array[]
}

/** Thrown by a walk that meets what cannot be carried; `refusalOf` finds the words for it. */
export class Refused extends Error {}

/** Takes a value apart. The value is not changed; parts without special places are shared with the tree. @throws {Refused} */
export function takeApart(value: unknown, classes: ClassRegistry): Parts {
  return new Extractor(classes).run(value)
}

class Extractor {
  readonly #classes: ClassRegistry
  readonly #list: Step[] = []
  readonly #blobs: Uint8Array[] = []
  readonly #path: Step[] = []
  readonly #above = new Set<object>()
  /** How many steps of the last listed path are still those of the current one. */
  #kept = 0

  constructor(classes: ClassRegistry) {
    this.#classes = classes
  }

  run(value: unknown): Parts {
    const tree = this.#visit(value, 1)
    return { tree, list: this.#list, blobs: this.#blobs }
  }

  /** The stand-in for a value, or the value itself when nothing in it is special. */
  #visit(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        return value - value === 0 && !Object.is(value, -0) ? value : this.#number(value)
      case 'undefined':
        return this.#note(null, SPECIAL.undefined)
      case 'bigint':
        return this.#note(value.toString(), SPECIAL.bigint)
      case 'object':
        return value === null ? null : this.#object(value, depth)
      default:
        throw new Refused()
    }
  }

  #note(standIn: unknown, type: string, name?: string): unknown {
    this.#list.push(this.#kept, this.#path.length - this.#kept)
    for (let index = this.#kept; index < this.#path.length; index++)
      this.#list.push(this.#path[index] as Step)
    this.#list.push(type)
    if (name !== undefined) this.#list.push(name)
    this.#kept = this.#path.length
    return standIn
  }

  #number(value: number): null {
    if (value === 0) this.#note(null, SPECIAL.minusZero)
    else if (value === Infinity) this.#note(null, SPECIAL.infinity)
    else if (value === -Infinity) this.#note(null, SPECIAL.minusInfinity)
    else this.#note(null, SPECIAL.notANumber)
    return null
  }

  #object(value: object, depth: number): unknown {
    const kind = kindOf(value, this.#classes)
    switch (kind) {
      case 'date': {
        const time = (value as Date).getTime()
        return this.#note(Number.isNaN(time) ? null : time, SPECIAL.date)
      }
      case 'url':
        return this.#note((value as URL).href, SPECIAL.url)
      case 'regexp': {
        const { source, flags, lastIndex } = value as RegExp
        return this.#note(
          lastIndex === 0 ? [source, flags] : [source, flags, lastIndex],
          SPECIAL.regexp,
        )
      }
      case 'buffer':
        return this.#bytes(value as Buffer, SPECIAL.buffer)
      case 'arraybuffer':
        return this.#bytes(value as ArrayBuffer, SPECIAL.arrayBuffer)
      case 'view':
        return this.#bytes(value as DataView, SPECIAL.view, viewName(value as DataView))
      case undefined:
        throw new Refused()
    }
    if (depth > MAX_DEPTH) throw new Refused()
    const watched = depth > CIRCLE_DEPTH
    if (watched) {
      if (this.#above.has(value)) throw new Refused()
      this.#above.add(value)
    }
    let standIn: unknown
    if (kind === 'array') standIn = this.#array(value as unknown[], depth + 1)
    else if (kind === 'plain')
      standIn = this.#properties(value as Record<string, unknown>, depth + 1)
    else if (kind === 'map') standIn = this.#map(value as Map<unknown, unknown>, depth + 1)
    else if (kind === 'set') standIn = this.#set(value as Set<unknown>, depth + 1)
    else standIn = this.#instance(value, depth + 1)
    if (watched) this.#above.delete(value)
    return standIn
  }

  #bytes(bytes: NodeJS.ArrayBufferView | ArrayBuffer, type: string, name?: string): unknown {
    this.#blobs.push(bytesOf(bytes))
    return this.#note(bytes.byteLength, type, name)
  }

  #part(part: unknown, step: Step, depth: number): unknown {
    this.#path.push(step)
    const standIn = this.#visit(part, depth)
    this.#path.pop()
    if (this.#kept > this.#path.length) this.#kept = this.#path.length
    return standIn
  }

  #array(value: readonly unknown[], depth: number): unknown {
    let copy: unknown[] | undefined
    for (let index = 0; index < value.length; index++) {
      const part = value[index]
      if (part === undefined && !(index in value)) throw new Refused()
      const standIn = this.#part(part, index, depth)
      if (standIn === part) continue
      copy ??= [...value]
      copy[index] = standIn
    }
    return copy ?? value
  }

  #properties(value: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
    let copy: Record<string, unknown> | undefined
    for (const name of Object.keys(value)) {
      const part = value[name]
      const standIn = this.#part(part, name, depth)
      if (standIn === part) continue
      copy ??= { ...value }
      // Safe for '__proto__' too: the copy has it as a property of its own.
      copy[name] = standIn
    }
    return copy ?? value
  }

  #map(value: ReadonlyMap<unknown, unknown>, depth: number): unknown {
    const flat: unknown[] = []
    for (const [key, item] of value) {
      flat.push(this.#part(key, flat.length, depth))
      flat.push(this.#part(item, flat.length, depth))
    }
    return this.#note(flat, SPECIAL.map)
  }

  #set(value: ReadonlySet<unknown>, depth: number): unknown {
    const flat: unknown[] = []
    for (const item of value) flat.push(this.#part(item, flat.length, depth))
    return this.#note(flat, SPECIAL.set)
  }

  #instance(value: object, depth: number): unknown {
    const properties = this.#properties(value as Record<string, unknown>, depth)
    const name = this.#classes.nameOf(Object.getPrototypeOf(value) as object) as string
    // A copy even when nothing inside is special: JSON.stringify would call a toJSON of the class.
    return this.#note(properties === value ? { ...properties } : properties, SPECIAL.instance, name)
  }
}

/** Why a payload cannot be put together; the codec wraps it. */
export class Malformed extends Error {}

/** Puts a value together again. `tree` is used up. @throws {Malformed} */
export function putTogether(
  tree: unknown,
  list: unknown,
  blobs: Uint8Array,
  classes: ClassRegistry,
): unknown {
  if (!Array.isArray(list)) throw new Malformed('its list of special places is not a list')
  return new Restorer(tree, list, blobs, classes).run()
}

class Restorer {
  readonly #list: readonly unknown[]
  readonly #blobs: Uint8Array
  readonly #classes: ClassRegistry
  /** One step more than the paths in the list have: the whole value is a place too. */
  readonly #root: [tree: unknown]
  #at = 0
  #blobAt = 0

  constructor(tree: unknown, list: readonly unknown[], blobs: Uint8Array, classes: ClassRegistry) {
    this.#root = [tree]
    this.#list = list
    this.#blobs = blobs
    this.#classes = classes
  }

  run(): unknown {
    // `holders[i]` is where `path[i]` is looked up.
    const path: Step[] = [0]
    const holders: unknown[] = [this.#root]
    while (this.#at < this.#list.length) {
      const keep = this.#count(path.length - 1)
      const add = this.#count(this.#list.length - this.#at)
      path.length = keep + 1
      for (let index = 0; index < add; index++) path.push(this.#next() as Step)
      if (holders.length > keep + 2) holders.length = keep + 2
      for (let index = holders.length; index < path.length; index++) {
        holders.push(look(holders[index - 1], path[index - 1] as Step))
      }
      const holder = holders[path.length - 1] as Record<Step, unknown>
      const step = path[path.length - 1] as Step
      holder[step] = this.#restore(look(holder, step))
    }
    if (this.#blobAt !== this.#blobs.length)
      throw new Malformed('it has bytes that belong to nothing')
    return this.#root[0]
  }

  #next(): unknown {
    if (this.#at >= this.#list.length)
      throw new Malformed('its list of special places ends too soon')
    return this.#list[this.#at++]
  }

  #count(most: number): number {
    const count = this.#next()
    if (typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= most)
      return count
    throw new Malformed('its list of special places has a path that cannot be')
  }

  #restore(standIn: unknown): unknown {
    const type = this.#next()
    switch (type) {
      case SPECIAL.undefined:
        return undefined
      case SPECIAL.notANumber:
        return NaN
      case SPECIAL.infinity:
        return Infinity
      case SPECIAL.minusInfinity:
        return -Infinity
      case SPECIAL.minusZero:
        return -0
      case SPECIAL.bigint:
        return readBigInt(standIn)
      case SPECIAL.date:
        if (standIn === null) return new Date(NaN)
        if (typeof standIn === 'number') return new Date(standIn)
        throw new Malformed('a Date is not a number of milliseconds')
      case SPECIAL.map:
        return readMap(standIn)
      case SPECIAL.set:
        if (Array.isArray(standIn)) return new Set(standIn)
        throw new Malformed('a Set is not a list')
      case SPECIAL.regexp:
        return readRegExp(standIn)
      case SPECIAL.url:
        if (typeof standIn === 'string') return new URL(standIn)
        throw new Malformed('a URL is not a string')
      case SPECIAL.buffer:
        return Buffer.from(this.#blob(standIn))
      case SPECIAL.arrayBuffer:
        return bufferOf(this.#blob(standIn))
      case SPECIAL.view: {
        const name = this.#next()
        const view = typeof name === 'string' ? viewOf(name, this.#blob(standIn)) : undefined
        if (view !== undefined) return view
        throw new Malformed(`this Node cannot make a ${String(name)} of its bytes`)
      }
      case SPECIAL.instance:
        return this.#instance(standIn)
      default:
        throw new Malformed('it has a special value of an unknown type')
    }
  }

  #blob(length: unknown): Uint8Array {
    const left = this.#blobs.length - this.#blobAt
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > left) {
      throw new Malformed('its bytes end too soon')
    }
    this.#blobAt += length
    return this.#blobs.subarray(this.#blobAt - length, this.#blobAt)
  }

  #instance(standIn: unknown): object {
    const name = this.#next()
    if (typeof name !== 'string' || !isBareObject(standIn))
      throw new Malformed('an instance is not an object')
    const prototype = this.#classes.prototypeOf(name)
    if (prototype === undefined) {
      throw new Malformed(`its class is not registered: json({ classes: { ${name} } })`)
    }
    // Rather than assigned to a new object one by one: no setter of the class runs, nor that of '__proto__'.
    return Object.setPrototypeOf(standIn, prototype) as object
  }
}

/** What stands at a step, which must be a place of its own in a list or a bare object: never anything inherited. */
function look(holder: unknown, step: Step): unknown {
  const there = Array.isArray(holder)
    ? typeof step === 'number' && Number.isInteger(step) && step >= 0 && step < holder.length
    : typeof step === 'string' && isBareObject(holder) && Object.hasOwn(holder, step)
  if (there) return (holder as Record<Step, unknown>)[step]
  throw new Malformed('its list of special places names a place that is not there')
}

function isBareObject(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}

/** @throws {Malformed} unless it is the decimal text of an integer */
export function readBigInt(text: unknown): bigint {
  if (typeof text === 'string' && /^(?:0|-?[1-9]\d*)$/.test(text)) return BigInt(text)
  throw new Malformed('a bigint is not the text of an integer')
}

function readMap(flat: unknown): Map<unknown, unknown> {
  if (!Array.isArray(flat) || flat.length % 2 !== 0)
    throw new Malformed('a Map is not a list of pairs')
  const map = new Map<unknown, unknown>()
  for (let index = 0; index < flat.length; index += 2) map.set(flat[index], flat[index + 1])
  return map
}

function readRegExp(standIn: unknown): RegExp {
  if (!Array.isArray(standIn)) throw new Malformed('a RegExp is not a list')
  const [source, flags, lastIndex = 0] = standIn as unknown[]
  if (typeof source !== 'string' || typeof flags !== 'string' || typeof lastIndex !== 'number') {
    throw new Malformed('a RegExp is not a list of its source and flags')
  }
  const regexp = new RegExp(source, flags)
  regexp.lastIndex = lastIndex
  return regexp
}
