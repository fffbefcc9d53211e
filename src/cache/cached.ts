import { CacheError, optionError, show } from '../base/errors.ts'
import { callText, type Key, keyText } from '../base/key.ts'
import { isChangeable, withoutTail } from '../base/structural-text.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { Cache } from './cache.ts'
import { checkName } from './call-names.ts'
import type { Defined, Memoized } from './define.ts'
import { DEFINITION_OPTIONS, type FamilyOptions } from './definition.ts'
import type { LoadContext } from './load-call.ts'
import { instanceId, methodName, type MethodPlace } from './method-names.ts'

/** How the results of a method are named and kept. */
export interface CachedOptions<Args extends readonly unknown[], T> extends Omit<
  FamilyOptions<Args, T>,
  'key' | 'name'
> {
  /** What tells two results apart, also those of two instances. It is called with the method's `this`. */
  readonly key?: (this: never, ...args: Args) => Key
  /** In the keys, in the place of the names of class and method: for code whose names a minifier shortens. */
  readonly name?: string
  /**
   * What tells instances apart: a function of the instance that gives a text or a number. Default: its method
   * `Symbol.for('cacheKey')`, else its property `id`. `null`: all instances give the same results.
   */
  readonly id?: ((self: never) => string | number | bigint) | null
}

type AnyMethod<Args extends readonly unknown[]> = (this: never, ...args: Args) => Promise<unknown>

/** A decorator of methods, in the standard way, and in that of `experimentalDecorators`. */
export interface MethodDecoration<Args extends readonly unknown[]> {
  <This, Method extends (this: This, ...args: Args) => Promise<unknown>>(
    method: Method,
    context: ClassMethodDecoratorContext<This, Method>,
  ): Method
  <Method extends AnyMethod<Args>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void
}

/**
 * A decorator: the results of a method are cached, `@cached(cache, { ttl: '5m' })`.
 *
 * The key is made of the names of class and method, what tells the instance apart, and all arguments as `memoize` takes them;
 * a subclass has entries of its own. What else the method reads from `this` must be told by `id`, or by a `key` of one's own.
 * Static methods have no instance. Of private methods a `key` is needed, as their class cannot be told; getters, fields and
 * accessors are refused. {@link cachedMethod} invalidates.
 *
 * @param cache or a function of the instance that gives it: `(self: Products) => self.cache`
 * @throws {CacheError} `E_OPTION` for what is no method; when it is called, also for instances and classes that cannot be told
 * apart, and `E_KEY` for such arguments
 */
export function cached<Args extends readonly unknown[] = never, T = unknown>(
  cache: Cache | ((self: never) => Cache),
  options: CachedOptions<Args, T> = {},
): MethodDecoration<Args> {
  if (typeof cache !== 'function') checkCache(cache)
  refuseUnknown('cached', options, CACHED_OPTIONS)
  if (options.name !== undefined) checkName(options.name)
  if (options.id !== undefined && options.id !== null && typeof options.id !== 'function')
    throw optionError('id', 'a function, or null', options.id)
  if (options.key !== undefined && typeof options.key !== 'function')
    throw optionError('key', 'a function', options.key)
  const parts = { cache, ...apart(options) }
  // What else is wrong with the options shows itself here and not at the first call.
  if (typeof cache !== 'function') new CachedMethod(unreachable, NOWHERE, parts).in(cache)
  const wrap = (method: unknown, place: MethodPlace): unknown =>
    wrapped(new CachedMethod(method as AnyMethod<readonly unknown[]>, place, parts))
  return (method: unknown, second: unknown, third?: TypedPropertyDescriptor<unknown>) => {
    if (typeof second === 'object' && second !== null && 'kind' in second)
      return wrap(method, placeOf(second as ClassMethodDecoratorContext, options))
    // experimentalDecorators: the prototype or the class, a name, and its descriptor.
    if (typeof third?.value !== 'function')
      throw optionError('cached', `to decorate a method, and not '${String(second)}'`, third)
    const isStatic = typeof method === 'function'
    third.value = wrap(third.value, { name: second as string | symbol, isStatic })
    return undefined
  }
}

/**
 * The handle on a decorated method of one object: `cachedMethod(products, 'price').invalidate(7)`.
 *
 * @throws {CacheError} `E_OPTION` when the method is not decorated, or another decorator hides that it is
 */
export function cachedMethod<Self extends object, Name extends keyof Self>(
  self: Self,
  name: Name,
): MethodHandle<Self[Name]> {
  const method = wrappers.get(self[name] as object)
  if (method === undefined)
    throw optionError('name', `a method decorated by 'cached', and by nothing around it`, name)
  return method.handleOf(self) as MethodHandle<Self[Name]>
}

type MethodHandle<Method> = Method extends (...args: infer Args) => Promise<infer T>
  ? Memoized<Args, T>
  : never

const CACHED_OPTIONS = [...DEFINITION_OPTIONS, 'id'].filter((name) => !name.startsWith('load'))
const NOWHERE: MethodPlace = { name: 'none', isStatic: true }
const wrappers = new WeakMap<object, CachedMethod>()

/** One call, as its family has it: named when it is made. */
interface MethodCall {
  readonly self: object
  readonly args: readonly unknown[]
  readonly key: string
}

type Calls = Defined<[MethodCall], unknown>

/** What a decoration says: where its method's results are kept, what tells them apart, and how long they are. */
interface Parts {
  readonly cache: Cache | ((self: never) => Cache)
  readonly naming: Pick<CachedOptions<readonly unknown[], unknown>, 'id' | 'key' | 'name'>
  readonly kept: Omit<CachedOptions<readonly unknown[], unknown>, 'id' | 'key' | 'name'>
}

function apart(options: object): Pick<Parts, 'naming' | 'kept'> {
  const { id, key, name, ...kept } = options as Parts['naming'] & Parts['kept']
  return {
    naming: {
      ...(id === undefined ? {} : { id }),
      ...(key === undefined ? {} : { key }),
      ...(name === undefined ? {} : { name }),
    },
    kept,
  }
}

/** A decorated method. */
class CachedMethod {
  readonly method: AnyMethod<readonly unknown[]>
  readonly #place: MethodPlace
  readonly #cache: Parts['cache']
  readonly #naming: Parts['naming']
  readonly #kept: Parts['kept']
  readonly #calls = new WeakMap<Cache, Calls>()
  /** By cache and by the class of the instance. */
  readonly #names = new WeakMap<Cache, WeakMap<object, string>>()

  constructor(method: AnyMethod<readonly unknown[]>, place: MethodPlace, parts: Parts) {
    this.method = method
    this.#place = place
    this.#cache = parts.cache
    this.#naming = parts.naming
    this.#kept = parts.kept
  }

  /** The handle on this method's calls in one cache. */
  in(cache: Cache): Calls {
    const known = this.#calls.get(cache)
    if (known !== undefined) return known
    const { tags, ...rest } = this.#kept
    const calls = cache.define<[MethodCall], unknown>({
      ...rest,
      ...(tags === undefined
        ? {}
        : { tags: typeof tags === 'function' ? ({ args }: MethodCall) => tags(...args) : tags }),
      key: (call) => call.key,
      load: async (call, context) => await this.#load(call, cache, context),
    })
    this.#calls.set(cache, calls)
    return calls
  }

  handleOf(self: object): Memoized<readonly unknown[], unknown> {
    const cache = this.cacheOf(self)
    const calls = this.in(cache)
    const call = (args: readonly unknown[]): MethodCall => this.call(self, args, cache)
    return Object.assign(async (...args: readonly unknown[]) => await calls.get(call(args)), {
      invalidate: async (...args: readonly unknown[]) => await calls.invalidate(call(args)),
      refresh: async (...args: readonly unknown[]) => await calls.refresh(call(args)),
      keyFor: (...args: readonly unknown[]) => calls.key(call(args)),
    })
  }

  cacheOf(self: object): Cache {
    const cache = typeof this.#cache === 'function' ? this.#cache(self as never) : this.#cache
    return checkCache(cache)
  }

  call(self: unknown, given: readonly unknown[], cache: Cache): MethodCall {
    if (!isChangeable(self) && typeof self !== 'function') {
      const name = String(this.#place.name)
      throw optionError(
        'this',
        `the instance whose method '${name}' is called, as in it.${name}()`,
        self,
      )
    }
    const args = this.#naming.key === undefined ? withoutTail(given) : given
    return { self: self as object, args, key: this.#key(self as object, args, cache) }
  }

  #key(self: object, args: readonly unknown[], cache: Cache): string {
    const { id, key } = this.#naming
    if (key !== undefined) return keyText(key.apply(self as never, args as never))
    const whose = this.#place.isStatic ? undefined : instanceId(self, id)
    return callText(this.#nameFor(self, cache), args, whose)
  }

  #nameFor(self: object, cache: Cache): string {
    const names = this.#names.get(cache) ?? new WeakMap<object, string>()
    this.#names.set(cache, names)
    const of = this.#place.isStatic ? self : (Object.getPrototypeOf(self) as object)
    const known = names.get(of)
    if (known !== undefined) return known
    const isIt = (method: unknown): boolean => wrappers.get(method as object) === this
    const claim = (name: string, owner: object): void => cache.claimName(name, owner)
    const name = methodName(this.#place, self, isIt, this.#naming.name, claim)
    names.set(of, name)
    return name
  }

  // Named when it is called, loaded later: what was changed in between would be kept under another's name.
  async #load(
    { self, args, key }: MethodCall,
    cache: Cache,
    context: LoadContext,
  ): Promise<unknown> {
    if (this.#key(self, args, cache) !== key) {
      throw new CacheError(
        'E_KEY',
        `The arguments of '${key}', or its instance, were changed after the call and before its load began.`,
        { key },
      )
    }
    const value: unknown = await this.method.apply(self as never, args as never)
    if (this.#key(self, args, cache) !== key)
      context.skip('its arguments or its instance were changed while it ran')
    return value
  }
}

function wrapped(method: CachedMethod): unknown {
  async function wrapper(this: object, ...args: readonly unknown[]): Promise<unknown> {
    const cache = method.cacheOf(this)
    return await method.in(cache).get(method.call(this, args, cache))
  }
  const { length, name } = method.method
  Object.defineProperties(wrapper, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  })
  wrappers.set(wrapper, method)
  return wrapper
}

function placeOf(context: ClassMethodDecoratorContext, options: { key?: unknown }): MethodPlace {
  const { kind, name } = context as { kind: string; name: string | symbol }
  if (kind !== 'method')
    throw optionError('cached', `to decorate a method, and no ${kind}`, String(name))
  if (context.private && options.key === undefined)
    throw optionError('key', `a function, as '${String(name)}' is private`, undefined)
  return { name, isStatic: context.static }
}

function checkCache(cache: unknown): Cache {
  if (typeof (cache as Partial<Cache> | undefined)?.memoize === 'function') return cache as Cache
  throw optionError('cache', 'a cache, such as caches.default', show(cache))
}

function unreachable(): never {
  throw new Error('A method that only had its options checked was called.')
}
