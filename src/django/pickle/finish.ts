import { Malformed } from '../../codec/malformed.ts'
import { PyFrozenSet, PyTuple, PyUuid } from '../values/values.ts'
import { DictPart, GlobalPart, type PickleLimits, UuidPart } from './parts.ts'

interface Finished {
  readonly value: unknown
  /** Levels of containers, itself included. */
  readonly height: number
  /** Elements, as if written out wherever they are used. */
  readonly elements: number
}

/** Makes the value of its parts. What was noted once and used twice stays one object. */
export class Finisher {
  readonly #limits: PickleLimits
  readonly #done = new Map<object, Finished>()
  readonly #open = new Set<object>()

  constructor(limits: PickleLimits) {
    this.#limits = limits
  }

  /** @throws {Malformed} for what contains itself, is nested too deeply, or would be too much */
  finish(part: unknown): unknown {
    return this.#finish(part, 1).value
  }

  #finish(part: unknown, depth: number): Finished {
    if (part instanceof GlobalPart) throw new Malformed(`it holds ${part.name} itself`)
    if (!isContainer(part)) {
      const value = part instanceof UuidPart ? this.#uuid(part) : part
      return { value, height: 0, elements: 1 }
    }
    const { maxDepth } = this.#limits
    const done = this.#done.get(part)
    if (done !== undefined) {
      if (depth + done.height - 1 > maxDepth) throw tooDeep(maxDepth)
      return done
    }
    if (this.#open.has(part)) throw new Malformed('it contains itself')
    if (depth > maxDepth) throw tooDeep(maxDepth)
    this.#open.add(part)
    const finished = this.#container(part, depth + 1)
    this.#open.delete(part)
    this.#done.set(part, finished)
    return finished
  }

  #container(part: unknown[] | Set<unknown> | DictPart, depth: number): Finished {
    let height = 0
    let elements = 1
    const within = (inner: unknown): unknown => {
      const finished = this.#finish(inner, depth)
      height = Math.max(height, finished.height)
      elements += finished.elements
      if (elements > this.#limits.maxElements)
        throw new Malformed(`it stands for more than ${this.#limits.maxElements} elements`)
      return finished.value
    }
    const value = this.#build(part, within)
    return { value, height: height + 1, elements }
  }

  #build(part: unknown[] | Set<unknown> | DictPart, within: (inner: unknown) => unknown): unknown {
    if (part instanceof DictPart) return dictOf(part, within)
    if (part instanceof PyTuple) return PyTuple.from(part, within)
    if (part instanceof PyFrozenSet) return new PyFrozenSet(Array.from(part, within))
    if (part instanceof Set) return new Set(Array.from(part, within))
    return part.map(within)
  }

  #uuid(part: UuidPart): PyUuid {
    const done = this.#done.get(part)
    if (done !== undefined) return done.value as PyUuid
    const { integer } = part
    if (integer === undefined || integer < 0n || integer >= 1n << 128n)
      throw new Malformed('it has a UUID without a number')
    const hex = integer.toString(16).padStart(32, '0')
    const value = new PyUuid(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
    this.#done.set(part, { value, height: 0, elements: 1 })
    return value
  }
}

/** An object when all keys are texts, otherwise a Map. */
function dictOf(part: DictPart, within: (inner: unknown) => unknown): unknown {
  const entries: [unknown, unknown][] = []
  let named = !part.ordered
  for (const [key, item] of part.entries) {
    const finished = within(key)
    if (typeof finished !== 'string') named = false
    entries.push([finished, within(item)])
  }
  // Unlike an assignment, it makes a property of `__proto__` too.
  return named ? Object.fromEntries(entries as [string, unknown][]) : new Map(entries)
}

function isContainer(part: unknown): part is unknown[] | Set<unknown> | DictPart {
  return Array.isArray(part) || part instanceof Set || part instanceof DictPart
}

function tooDeep(maxDepth: number): Malformed {
  return new Malformed(`it is nested deeper than ${maxDepth} levels`)
}
