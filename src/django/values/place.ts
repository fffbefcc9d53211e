import { CacheError, show } from '../../base/errors.ts'
import { type Container, isContainer, type Leaf, typed } from './kind.ts'

/** As deep as Breakwater's own codecs go. CPython's pickler ends not far beyond. */
export const MAX_DEPTH = 500

const PLAIN_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u
const LONGEST_PATH = 200

/** What a writer makes of the kinds of values that Python knows. */
export interface ValueWriter {
  leaf(known: Leaf): void
  container(known: Container): void
}

/** Where in a value a writer is: for messages, and to notice circles and depth. */
export class Place {
  readonly #steps: unknown[] = []
  readonly #above = new Set<object>()

  /** Has a value written that stands here. @throws {CacheError} `E_ENCODE` for what Python has no form for */
  write(value: unknown, writer: ValueWriter): void {
    const known = typed(value)
    if (known === undefined) throw this.#unknown(value)
    if (!isContainer(known)) return writer.leaf(known)
    this.#enter(value as object)
    writer.container(known)
    this.#above.delete(value as object)
  }

  /** @throws {CacheError} `E_ENCODE` for a circle, or nested too deeply */
  #enter(container: object): void {
    if (this.#above.has(container))
      throw this.refusal('a circular reference', 'Store an id instead of the object.')
    if (this.#above.size >= MAX_DEPTH)
      throw this.refusal(`nested deeper than ${MAX_DEPTH} levels`, 'Store a flatter form.')
    this.#above.add(container)
  }

  /** Goes to one part of the container that was entered last, and back. */
  at(step: unknown, act: () => void): void {
    this.#steps.push(step)
    act()
    this.#steps.pop()
  }

  /** The error for what stands here. */
  refusal(what: string, remedy: string): CacheError {
    let path = 'value'
    for (const step of this.#steps) {
      if (typeof step === 'string') path += PLAIN_NAME.test(step) ? `.${step}` : `[${show(step)}]`
      else path += `[${show(step)}]`
      if (path.length > LONGEST_PATH) {
        path = `${path.slice(0, LONGEST_PATH)}...`
        break
      }
    }
    return new CacheError('E_ENCODE', `Cannot cache ${path} for Django: it is ${what}. ${remedy}`)
  }

  /** The error for a value that Python has no form for. */
  #unknown(value: unknown): CacheError {
    if (value === undefined)
      return this.refusal('undefined, which Python does not have', 'Use null, or leave it out.')
    if (typeof value === 'function') return this.refusal('a function', 'Leave it out.')
    const what = Object.prototype.toString.call(value).slice(8, -1)
    return this.refusal(
      `of a type that has no form in Python (${what})`,
      'Store plain data, or one of the Py classes of breakwater/django.',
    )
  }
}
