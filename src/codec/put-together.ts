import { bufferOf, viewOf } from './binary.ts'
import type { ClassRegistry } from './kind.ts'
import { Malformed, readBigInt } from './malformed.ts'
import { SPECIAL, type Step } from './special.ts'

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
      throw new Malformed(
        `its class is not registered: ${this.#classes.codec}({ classes: { ${name} } })`,
      )
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
