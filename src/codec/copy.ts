// An independent copy in one walk: for plain data about seven times as fast as structuredClone.
//
// Sizes are estimates for bounding memory, on a 64-bit V8: 8 bytes a slot, three slots of header for an object, and for
// a string a byte a character (two when its first is beyond Latin-1; long ones are measured as UTF-8).
import type { Copied } from '../base/codec.ts'
import { bufferOf, bytesOf, viewName, viewOf } from './binary.ts'
import {
  CIRCLE_DEPTH,
  type ClassRegistry,
  type Container,
  isPlainPrimitive,
  kindOf,
  MAX_DEPTH,
} from './kind.ts'
import { Refused } from './take-apart.ts'

const SLOT = 8
const HEADER = 3 * SLOT
/** A Date, RegExp, URL, Map or Set besides what it holds. */
const BUILT_IN = 12 * SLOT
/** A view and the ArrayBuffer that is its own, besides the bytes. */
const VIEW = 25 * SLOT
const LONG_STRING = 1024

/**
 * @param freeze deep-freezes what can be frozen
 * @throws {Refused} for exactly the values that `takeApart` refuses
 */
export function copyOf(value: unknown, freeze: boolean, classes: ClassRegistry): Copied {
  return new Copier(freeze, classes).run(value)
}

class Copier {
  readonly #freeze: boolean
  readonly #classes: ClassRegistry
  readonly #above = new Set<object>()
  #bytes = 0
  /** Nothing met so far stays changeable when frozen. */
  #rigid = true

  constructor(freeze: boolean, classes: ClassRegistry) {
    this.#freeze = freeze
    this.#classes = classes
  }

  run(value: unknown): Copied {
    const copy = this.#copy(value, 1)
    const primitive = typeof copy !== 'object' || copy === null
    return {
      value: copy,
      bytes: this.#bytes + SLOT,
      shareable: primitive || (this.#freeze && this.#rigid),
    }
  }

  // Every part is counted without its slot: that belongs to who holds it.
  #copy(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        this.#bytes += stringBytes(value)
        return value
      case 'number':
        this.#bytes += SLOT
        return value
      case 'boolean':
      case 'undefined':
        return value
      case 'bigint':
        this.#bytes +=
          HEADER + (BigInt.asIntN(64, value) === value ? 0 : value.toString(16).length / 2)
        return value
      case 'object':
        return value === null ? null : this.#object(value, depth)
      default:
        throw new Refused()
    }
  }

  #object(value: object, depth: number): unknown {
    const kind = kindOf(value, this.#classes)
    if (kind === undefined) throw new Refused()
    this.#bytes += HEADER
    if (kind !== 'plain' && kind !== 'array') {
      this.#rigid = false
      this.#bytes += BUILT_IN - HEADER
    }
    switch (kind) {
      case 'date':
        return new Date((value as Date).getTime())
      case 'url':
        this.#bytes += stringBytes((value as URL).href)
        return new URL((value as URL).href)
      case 'regexp':
        return copyRegExp(value as RegExp)
      case 'buffer':
        this.#bytes += VIEW - BUILT_IN + (value as Buffer).byteLength
        // Not from Node's pool: one small piece would keep its whole slab alive, far beyond what is counted.
        return Buffer.from(bufferOf(bytesOf(value as Buffer)))
      case 'arraybuffer':
        this.#bytes += (value as ArrayBuffer).byteLength
        return bufferOf(bytesOf(value as ArrayBuffer))
      case 'view':
        this.#bytes += VIEW - BUILT_IN + (value as DataView).byteLength
        return viewOf(viewName(value as DataView), bytesOf(value as DataView))
      default:
        return this.#container(value, kind, depth)
    }
  }

  #container(value: object, kind: Container, depth: number): object {
    if (depth > MAX_DEPTH) throw new Refused()
    const watched = depth > CIRCLE_DEPTH
    if (watched) {
      if (this.#above.has(value)) throw new Refused()
      this.#above.add(value)
    }
    const copy = this.#inside(value, kind, depth + 1)
    if (watched) this.#above.delete(value)
    return copy
  }

  #inside(value: object, kind: Container, depth: number): object {
    switch (kind) {
      case 'array':
        return this.#array(value as unknown[], depth)
      case 'plain':
        return this.#properties(value, depth)
      case 'map':
        return this.#map(value as Map<unknown, unknown>, depth)
      case 'set':
        return this.#set(value as Set<unknown>, depth)
      case 'instance':
        return this.#instance(value, depth)
    }
  }

  #array(value: readonly unknown[], depth: number): unknown[] {
    const copy: unknown[] = []
    for (let index = 0; index < value.length; index++) {
      const part = value[index]
      if (part === undefined && !(index in value)) throw new Refused()
      copy.push(this.#copy(part, depth))
    }
    this.#bytes += SLOT * copy.length
    return this.#freeze ? (Object.freeze(copy) as unknown[]) : copy
  }

  #properties(value: object, depth: number): object {
    // Spreading clones the hidden class, which is several times as fast as setting one property after another; and it
    // gives '__proto__' to the copy as a property of its own.
    const copy: Record<string, unknown> = { ...value }
    for (const name in copy) {
      const part = copy[name]
      this.#bytes += SLOT
      if (isPlainPrimitive(part)) this.#copy(part, depth)
      // Asked only here: what a polluted Object.prototype adds is no part of the value.
      else if (Object.hasOwn(copy, name)) copy[name] = this.#copy(part, depth)
    }
    return this.#freeze ? Object.freeze(copy) : copy
  }

  #map(value: ReadonlyMap<unknown, unknown>, depth: number): Map<unknown, unknown> {
    const copy = new Map<unknown, unknown>()
    for (const [key, item] of value) copy.set(this.#copy(key, depth), this.#copy(item, depth))
    this.#bytes += 4 * SLOT * copy.size
    return copy
  }

  #set(value: ReadonlySet<unknown>, depth: number): Set<unknown> {
    const copy = new Set<unknown>()
    for (const item of value) copy.add(this.#copy(item, depth))
    this.#bytes += 3 * SLOT * copy.size
    return copy
  }

  #instance(value: object, depth: number): object {
    const prototype = Object.getPrototypeOf(value) as object
    const copy: Record<string, unknown> = { ...value }
    Object.setPrototypeOf(copy, prototype)
    for (const name of Object.keys(copy)) {
      this.#bytes += SLOT
      copy[name] = this.#copy(copy[name], depth)
    }
    return this.#freeze ? Object.freeze(copy) : copy
  }
}

function stringBytes(text: string): number {
  if (text.length > LONG_STRING) return HEADER + Buffer.byteLength(text)
  return HEADER + text.length * (text.charCodeAt(0) > 255 ? 2 : 1)
}

function copyRegExp(value: RegExp): RegExp {
  const copy = new RegExp(value.source, value.flags)
  copy.lastIndex = value.lastIndex
  return copy
}
