import type { Duration } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { keyText, type KeySpace, spaceHead, type TypedKey } from '../base/key.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { isTold, traced } from '../base/tracing.ts'
import { reliableName } from './call-names.ts'
import { NOT_AT_HAND } from './at-hand.ts'
import type { CacheCore } from './core.ts'
import {
  type BatchDefinition,
  DEFINITION_OPTIONS,
  type Definition,
  Family,
  type FamilyOptions,
} from './definition.ts'
import type { Served } from './get-or-set.ts'
import type { Invalidated } from './invalidating.ts'
import type { LoadContext } from './load-call.ts'
import { Loading } from './loading.ts'
import { LEFT_OUT, type LoadKeys, type ManyRequest, type Outcomes } from './many-loads.ts'
import { asksPlainly, checkSignal, isTtl, type ReadOptions } from './options.ts'
import { callStart } from './traced-methods.ts'

/** What one use of a handle says for itself. */
export type CallOptions = Omit<ReadOptions, 'version'>

/** A typed handle on one family of cached values. */
export interface Defined<Args extends readonly unknown[], T> {
  /** The key of one value; it knows the value's type, so `cache.set(product.key(7), wrong)` does not compile. */
  key(...args: Args): TypedKey<T>
  /** `getOrSet` with this definition. */
  get(...args: Args): Promise<T>
  /**
   * Many at once, in the order asked for: one read for all, one call of `loadMany` for those that this process must load, or
   * of `load` for each. Rejects with the first failure.
   */
  getMany(list: Iterable<Args>): Promise<T[]>
  /**
   * Write-through: stores a value that the application has just made, with this definition's ttl and tags. A load in flight
   * is overtaken. Where the definition has a `revision`, a newer value stays.
   *
   * @returns whether it was stored
   */
  set(...argsAndValue: [...Args, T]): Promise<boolean>
  /** Loads anew, whatever is stored, and stores the result. */
  refresh(...args: Args): Promise<T>
  /** Removes it, and refuses what was loaded before, everywhere. */
  invalidate(...args: Args): Promise<Invalidated>
  /** The same handle for calls with a signal, or that ask the store whatever is near: `product.with({ signal }).get(7)`. */
  with(options: CallOptions): Defined<Args, T>
}

/** A function whose results are cached. */
export interface Memoized<Args extends readonly unknown[], T> {
  (...args: Args): Promise<T>
  /** Removes the result for these arguments, and refuses what was loaded before, everywhere. */
  invalidate(...args: Args): Promise<Invalidated>
  /** Calls the function now and stores what it returns. */
  refresh(...args: Args): Promise<T>
  /** The key under which the result for these arguments lies. */
  keyFor(...args: Args): TypedKey<T>
}

/** What a handle can do beside what it shows; for the words that are built on handles. */
export interface Inside<Args extends readonly unknown[], T> {
  readonly core: CacheCore
  readonly family: Family<Args, T>
  readonly call: CallOptions
  requestOf(args: Args, call: CallOptions): ManyRequest<string>
  recall(request: ManyRequest<string>): Promise<Served | undefined>
  many(
    requests: readonly ManyRequest<string>[],
    signal: AbortSignal | undefined,
    load: LoadKeys<string, unknown>,
  ): Promise<Outcomes<unknown>>
}

const insides = new WeakMap<object, unknown>()

/** @throws {CacheError} `E_OPTION` for what is no handle of `cache.define` */
export function insideOf<Args extends readonly unknown[], T>(
  defined: Defined<Args, T>,
): Inside<Args, T> {
  const inside = insides.get(defined)
  if (inside !== undefined) return inside as Inside<Args, T>
  throw optionError('defined', 'what cache.define returned', defined)
}

/** The part of a cache that gives values a definition. */
export abstract class Defining extends Loading {
  /** What the keys of functions and classes without a name of their own belong to. */
  readonly #where: string

  constructor(core: CacheCore, space: KeySpace) {
    super(core, space)
    this.#where = spaceHead(space)
  }

  /**
   * Defines a family of values once, and returns the handle that everyone uses.
   *
   * @throws {CacheError} `E_OPTION`
   */
  define<Args extends readonly unknown[], T>(definition: Definition<Args, T>): Defined<Args, T>
  define<Args extends readonly unknown[], T>(
    definition: BatchDefinition<Args, T>,
  ): Defined<Args, T | undefined>
  define<Args extends readonly unknown[], T>(
    definition: Definition<Args, T> | BatchDefinition<Args, T>,
  ): Defined<Args, T> {
    return this.#handle(new Family(definition, this.core.policy), {})
  }

  /**
   * A function that caches what `load` returns: `const search = cache.memoize(searchProducts, { ttl: '5m' })`.
   *
   * Without `key`, the key is the function's name and all arguments: numbers, strings, dates, lists, plain objects in any
   * order, and whatever else is data, nested as it may be; instances of classes by their method `Symbol.for('cacheKey')`.
   * Arguments at the end that are `undefined` are no arguments, neither for the key nor for `load`. `this` is not passed on:
   * for methods there is `cached`.
   *
   * @param options as `define`, or just the ttl. `name`: of functions without one, or whose name is not theirs alone
   * @throws {CacheError} `E_OPTION`; the function that comes back rejects with `E_KEY` for arguments that cannot be told apart
   */
  memoize<Args extends readonly unknown[], T>(
    load: (this: void, ...args: Args) => Promise<T> | T,
    options: FamilyOptions<Args, T> | Duration = {},
  ): Memoized<Args, T> {
    if (typeof load !== 'function') throw optionError('load', 'a function', load)
    const given: FamilyOptions<Args, T> = isTtl(options) ? { ttl: options } : options
    refuseUnknown('memoize', given, MEMOIZE_OPTIONS)
    const { key, name } = given
    const own =
      key === undefined && name === undefined ? reliableName(load.name, 'the function') : undefined
    if (own !== undefined) this.core.names.claim(this.#where, own, load)
    const defined = this.define<Args, T>({
      ...given,
      ...(own === undefined ? {} : { name: own }),
      load: (...call) => load(...(call.slice(0, -1) as unknown as Args)),
    })
    return Object.assign((...args: Args) => defined.get(...args), {
      invalidate: async (...args: Args) => await defined.invalidate(...args),
      refresh: async (...args: Args) => await defined.refresh(...args),
      keyFor: (...args: Args) => defined.key(...args),
    })
  }

  /** A name that the cached methods of a class have here. @internal */
  claimName(name: string, owner: object): void {
    this.core.names.claim(this.#where, name, owner)
  }

  #requestOf<Args extends readonly unknown[], T>(
    family: Family<Args, T>,
    args: Args,
    { signal, strict }: CallOptions,
  ): ManyRequest<string> {
    const key = keyText(family.keyOf(args))
    const { accept, freshness } = family
    const terms = family.termsOf(args)
    return { id: key, key, wire: this.wireKey(key), terms, freshness, accept, signal, strict }
  }

  #glanceAt<Args extends readonly unknown[], T>(
    family: Family<Args, T>,
    args: Args,
    call: CallOptions,
  ): unknown {
    if (family.accept !== undefined || !asksPlainly(call) || isTold('get')) return NOT_AT_HAND
    try {
      const key = family.keyOf(family.callOf(args))
      return this.valueAtOnce(key, family.freshness.early)
    } catch {
      return NOT_AT_HAND
    }
  }

  /** Reads and loads many, told as one call until `take` has what it wants of them. */
  async #many<R>(
    requests: readonly ManyRequest<string>[],
    signal: AbortSignal | undefined,
    load: LoadKeys<string, unknown>,
    take: (outcomes: Outcomes<unknown>) => Promise<R>,
  ): Promise<R> {
    const act = async (): Promise<R> => await take(await this.runLoads(requests, load, signal))
    if (!isTold('get')) return await act()
    const keys = requests.map(({ key }) => key)
    return await traced(callStart(this.core, 'get', 'getOrSetMany', keys), act)
  }

  /** As {@link #many}, for who takes each outcome when it comes: the call lasts until all have come. */
  async #gathered(
    requests: readonly ManyRequest<string>[],
    signal: AbortSignal | undefined,
    load: LoadKeys<string, unknown>,
  ): Promise<Outcomes<unknown>> {
    if (!isTold('get')) return await this.runLoads(requests, load, signal)
    return await new Promise((resolve, reject) => {
      const settled = async (outcomes: Outcomes<unknown>): Promise<void> => {
        resolve(outcomes)
        await Promise.allSettled(outcomes.values())
      }
      this.#many(requests, signal, load, settled).catch(reject)
    })
  }

  #handle<Args extends readonly unknown[], T>(
    family: Family<Args, T>,
    call: CallOptions,
  ): Defined<Args, T> {
    const { batch } = family
    const run = async (given: Args, force: boolean): Promise<T> => {
      const args = family.callOf(given)
      const { id: key, ...request } = this.#requestOf(family, args, call)
      const load = (context: LoadContext): unknown => family.load(key, args, context)
      const asked = { ...request, load, force }
      if (!isTold('get')) return (await this.runLoad(asked)) as T
      const start = callStart(this.core, 'get', force ? 'refresh' : 'getOrSet', [key])
      return (await traced(start, () => this.runLoad(asked))) as T
    }
    const getMany = async (list: Iterable<Args>): Promise<T[]> => {
      const calls = [...list].map((args) => family.callOf(args))
      if (batch === undefined) return await Promise.all(calls.map((args) => run(args, false)))
      const keys = calls.map((args) => keyText(family.keyOf(args)))
      const byKey = new Map(keys.map((key, index) => [key, calls[index] as Args]))
      const requests = [...byKey.values()].map((args) => this.#requestOf(family, args, call))
      const load = family.loadKeys(byKey, batch)
      const found = await this.#many(requests, call.signal, load, async (outcomes) => {
        return await Promise.all(
          requests.map(async ({ key, wire }) => [key, taken(await outcomes.get(wire))] as const),
        )
      })
      const values = new Map(found)
      return keys.map((key) => values.get(key) as T)
    }
    const inside: Inside<Args, T> = {
      core: this.core,
      family,
      call,
      requestOf: (args, own) => this.#requestOf(family, args, own),
      recall: async (request) => await this.recall(request),
      many: (requests, signal, load) => this.#gathered(requests, signal, load),
    }
    const handle: Defined<Args, T> = {
      key: (...args) => family.keyOf(args),
      get: (...args) => {
        const value = this.#glanceAt(family, args, call)
        return value === NOT_AT_HAND ? run(args, false) : Promise.resolve(value as T)
      },
      getMany,
      refresh: async (...args) => await run(args, true),
      set: async (...given) => {
        const args = given.slice(0, -1) as unknown as Args
        const options = { ...family.times, tags: family.tagsOf(args), ...signalOf(call) }
        const key = family.keyOf(args)
        const value = given.at(-1)
        const store = (): Promise<boolean> =>
          this.setUnlessOlder(key, value, options, family.isOlder)
        if (!isTold('set')) return await store()
        return await traced(callStart(this.core, 'set', 'set', [keyText(key)]), store)
      },
      invalidate: async (...args) => await this.invalidate(family.keyOf(args), signalOf(call)),
      with: (options) => {
        refuseUnknown('with', options, ['signal', 'strict'])
        checkSignal(options.signal)
        return this.#handle(family, { ...call, ...options })
      },
    }
    insides.set(handle, inside)
    return handle
  }
}

/** As `define` has them, but for how to load. */
const MEMOIZE_OPTIONS = DEFINITION_OPTIONS.filter((name) => !name.startsWith('load'))

/** What a `Map` of a batch loader left out is `undefined`. */
export function taken(outcome: unknown): unknown {
  return outcome === LEFT_OUT ? undefined : outcome
}

function signalOf({ signal }: CallOptions): Pick<CallOptions, 'signal'> {
  return signal === undefined ? {} : { signal }
}
