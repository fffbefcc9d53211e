import { optionError } from '../base/errors.ts'
import { CACHE_KEY } from '../base/structural-text.ts'
import { reliableName } from './call-names.ts'

/** What a decorated method is called, and where. */
export interface MethodPlace {
  readonly name: string | symbol
  readonly isStatic: boolean
}

/** What stands on the method's own class, to find that class by: another decorator may have put something around it. */
type IsIt = (method: unknown) => boolean

/**
 * The class that defines a method, seen from an instance of it or of one of its subclasses (of a static method: from the
 * class or a subclass).
 *
 * @throws {CacheError} `E_OPTION` when it cannot be told
 */
function definingClass({ name, isStatic }: MethodPlace, self: object, isIt: IsIt): object {
  const holders: object[] = []
  let at: object | null = isStatic ? self : (Object.getPrototypeOf(self) as object | null)
  for (; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const own: unknown = Object.getOwnPropertyDescriptor(at, name)?.value
    if (own === undefined) continue
    if (isIt(own)) return classOf(at, isStatic)
    holders.push(at)
  }
  const [only, ...others] = holders
  if (only !== undefined && others.length === 0) return classOf(only, isStatic)
  const expected = `a function, as it cannot be told which class the method '${String(name)}' is of`
  throw optionError('key', expected, undefined)
}

function classOf(holder: object, isStatic: boolean): object {
  return isStatic ? holder : (holder as { constructor: object }).constructor
}

/**
 * What the keys of a method begin with, for each class that has it: `Basket.total`, and `GiftBasket/Basket.total` on a
 * subclass, whose other methods may give it other results.
 *
 * @param given in the place of the defining class and the method
 */
export function methodName(
  place: MethodPlace,
  self: object,
  isIt: IsIt,
  given: string | undefined,
  claim: (name: string, owner: object) => void,
): string {
  const definedIn = definingClass(place, self, isIt)
  const runs = place.isStatic ? self : (self as { constructor: object }).constructor
  if (given === undefined && typeof place.name === 'symbol')
    throw optionError('name', 'a name for the keys, as that of the method is a symbol', undefined)
  const own = given ?? `${classNameOf(definedIn)}.${String(place.name)}`
  if (given === undefined) claim(own, definedIn)
  if (runs === definedIn) return own
  const below = classNameOf(runs)
  claim(`${below}/${own}`, runs)
  return `${below}/${own}`
}

function classNameOf(of: object): string {
  return reliableName((of as { name?: unknown }).name, 'its class')
}

/**
 * What tells an instance apart from the others of its class.
 *
 * @param given its own way, or `null`: nothing does, as all give the same results
 * @throws {CacheError} `E_OPTION`
 */
export function instanceId(
  self: object,
  given: ((self: never) => unknown) | null | undefined,
): unknown {
  // As any other id that nobody has.
  if (given === null) return ''
  const named = self as { readonly id?: unknown; readonly [CACHE_KEY]?: unknown }
  const say = named[CACHE_KEY]
  if (given === undefined && typeof say === 'function') return orRefuse(say.call(self))
  const id = given === undefined ? named.id : given(self as never)
  const isText = typeof id === 'string' || typeof id === 'bigint'
  if (isText || (typeof id === 'number' && Number.isFinite(id))) return id
  return refuseId(id)
}

function orRefuse(said: unknown): unknown {
  return said === undefined || said === null ? refuseId(said) : said
}

function refuseId(id: unknown): never {
  const expected =
    "a function that tells instances apart, as this one has no 'id' that is a text or a number and no method Symbol.for('cacheKey'); or null, if all instances give the same results"
  throw optionError('id', expected, id)
}
