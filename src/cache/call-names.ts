import { optionError } from '../base/errors.ts'

/** What minifiers leave of a name. The next build may give it to something else, whose results would be taken for these. */
const LEAST_LETTERS = 3

/**
 * Names that keys are made of and nobody wrote for that purpose: of functions and of classes. Of two that have one name each
 * would be given the other's results, so the second is refused.
 */
export class CallNames {
  /** Who has a name; not kept alive by it. */
  readonly #owners = new Map<string, WeakRef<object>>()

  /**
   * @param where the view whose keys they are
   * @param owner the function or class
   * @throws {CacheError} `E_OPTION`
   */
  claim(where: string, name: string, owner: object): void {
    const at = `${where}${name}`
    const had = this.#owners.get(at)?.deref()
    if (had !== undefined && had !== owner) {
      const expected = `a name of its own: another one called '${name}' is cached here already, and they would get each other's results`
      throw optionError('name', expected, undefined)
    }
    if (had === undefined) this.#owners.set(at, new WeakRef(owner))
  }
}

/**
 * The name of a function or class, if it can be relied on to be the same in the next build and in no other place.
 *
 * @param what for messages: `'the function'`
 * @throws {CacheError} `E_OPTION`
 */
export function reliableName(name: unknown, what: string): string {
  if (typeof name !== 'string' || name === '')
    throw optionError('name', `a name for the keys, as ${what} has none`, undefined)
  if (name.startsWith('bound '))
    throw optionError('name', `a name for the keys: ${what} is bound to something`, name)
  if (name.length < LEAST_LETTERS) {
    const expected = `a name for the keys: that of ${what} is as short as what a minifier leaves, and may be another's in the next build`
    throw optionError('name', expected, name)
  }
  return name
}

/** A name that was given. @throws {CacheError} `E_OPTION` */
export function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '') return name
  throw optionError('name', 'a text that is not empty', name)
}
