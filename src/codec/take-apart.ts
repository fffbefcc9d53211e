import { bytesOf, viewName } from './binary.ts'
import { CIRCLE_DEPTH, type ClassRegistry, type Container, kindOf, MAX_DEPTH } from './kind.ts'
import { SPECIAL, type Step } from './special.ts'

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
      default:
        return this.#container(value, kind, depth)
    }
  }

  #container(value: object, kind: Container, depth: number): unknown {
    if (depth > MAX_DEPTH) throw new Refused()
    const watched = depth > CIRCLE_DEPTH
    if (watched) {
      if (this.#above.has(value)) throw new Refused()
      this.#above.add(value)
    }
    const standIn = this.#inside(value, kind, depth + 1)
    if (watched) this.#above.delete(value)
    return standIn
  }

  #inside(value: object, kind: Container, depth: number): unknown {
    switch (kind) {
      case 'array':
        return this.#array(value as unknown[], depth)
      case 'plain':
        return this.#properties(value as Record<string, unknown>, depth)
      case 'map':
        return this.#map(value as Map<unknown, unknown>, depth)
      case 'set':
        return this.#set(value as Set<unknown>, depth)
      case 'instance':
        return this.#instance(value, depth)
    }
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
