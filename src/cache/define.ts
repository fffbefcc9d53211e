import { toMs, type Duration } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { type Key, keyText, type TypedKey } from '../base/key.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { FRESHNESS_OPTIONS, type FreshnessOptions, resolveFreshness } from './freshness.ts'
import type { Invalidated } from './invalidating.ts'
import type { LoadContext } from './load-call.ts'
import { Loading } from './loading.ts'
import { resolveTags, type SetOptions, type Terms } from './options.ts'

/** A validator of any library that implements Standard Schema (Zod, Valibot, ArkType). */
export interface StandardSchema<T> {
  readonly '~standard': {
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>
    readonly types?: { readonly output: T } | undefined
  }
}
type SchemaResult = { readonly issues?: readonly unknown[] | undefined }

/** One family of cached values: how they are named, loaded, and for how long they are kept. */
export interface Definition<Args extends readonly unknown[], T> extends FreshnessOptions {
  readonly key: (...args: Args) => Key
  readonly load: (...args: [...Args, LoadContext]) => Promise<T> | T
  /** Default: the alias's. */
  readonly ttl?: Duration
  /** Default: the alias's. */
  readonly stale?: Duration
  readonly tags?: readonly string[] | ((...args: Args) => readonly string[])
  /** A stored value that does not satisfy it (its shape has changed since) is a miss. */
  readonly schema?: StandardSchema<T>
}

/** A typed handle on one family of cached values. */
export interface Defined<Args extends readonly unknown[], T> {
  /** The key of one value; it knows the value's type, so `cache.set(product.key(7), wrong)` does not compile. */
  key(...args: Args): TypedKey<T>
  /** `getOrSet` with this definition. */
  get(...args: Args): Promise<T>
  /** Many at once, in the order asked for, each loaded by `load` if missing. */
  getMany(list: Iterable<Args>): Promise<T[]>
  /** Write-through: stores a value that the application has just made, with this definition's ttl and tags. */
  set(...argsAndValue: [...Args, T]): Promise<boolean>
  /** Loads anew, whatever is stored, and stores the result. */
  refresh(...args: Args): Promise<T>
  invalidate(...args: Args): Promise<Invalidated>
}

/** A function whose results are cached. */
export interface Memoized<Args extends readonly unknown[], T> {
  (...args: Args): Promise<T>
  invalidate(...args: Args): Promise<Invalidated>
  refresh(...args: Args): Promise<T>
  keyFor(...args: Args): TypedKey<T>
}

const DEFINITION_OPTIONS = [
  'key',
  'load',
  'ttl',
  'stale',
  'tags',
  'schema',
  ...FRESHNESS_OPTIONS,
] as const

/** The part of a cache that gives values a definition. */
export abstract class Defining extends Loading {
  /**
   * Defines a family of values once, and returns the handle that everyone uses.
   *
   * @throws {CacheError} `E_OPTION`
   */
  define<Args extends readonly unknown[], T>(definition: Definition<Args, T>): Defined<Args, T> {
    refuseUnknown('define', definition, DEFINITION_OPTIONS)
    for (const name of ['key', 'load'] as const) {
      if (typeof definition[name] !== 'function')
        throw optionError(name, 'a function', definition[name])
    }
    const validate: unknown = definition.schema?.['~standard']?.validate
    if (definition.schema !== undefined && typeof validate !== 'function')
      throw optionError('schema', 'a Standard Schema (Zod, Valibot, ArkType)', definition.schema)
    const { policy } = this.core
    const times = {
      ttlMs: definition.ttl === undefined ? policy.ttlMs : toMs(definition.ttl, 'ttl'),
      staleMs: definition.stale === undefined ? policy.staleMs : toMs(definition.stale, 'stale'),
    }
    const options: Pick<SetOptions, 'ttl' | 'stale'> = {
      ...(definition.ttl === undefined ? {} : { ttl: definition.ttl }),
      ...(definition.stale === undefined ? {} : { stale: definition.stale }),
    }
    const freshness = resolveFreshness(definition, policy)
    const tagsOf = (args: Args): readonly string[] => {
      const { tags } = definition
      return resolveTags(typeof tags === 'function' ? tags(...args) : tags)
    }
    const keyOf = (args: Args): TypedKey<T> => keyText(definition.key(...args)) as TypedKey<T>
    const accept = definition.schema === undefined ? undefined : shapeOf(definition.schema)
    const run = async (args: Args, force: boolean): Promise<T> => {
      const key = keyOf(args)
      const terms: Terms = { ...times, tags: tagsOf(args) }
      const load = (context: LoadContext): unknown => definition.load(...args, context)
      const wire = this.wireKey(key)
      const options = { terms, freshness, signal: undefined, accept, force }
      return (await this.runLoad({ key, wire, load, ...options })) as T
    }
    return {
      key: (...args) => keyOf(args),
      get: (...args) => run(args, false),
      getMany: (list) => Promise.all([...list].map((args) => run(args, false))),
      refresh: (...args) => run(args, true),
      set: async (...given) => {
        const args = given.slice(0, -1) as unknown as Args
        return await this.set(keyOf(args), given.at(-1) as never, {
          ...options,
          tags: tagsOf(args),
        })
      },
      invalidate: (...args) => this.invalidate(keyOf(args)),
    }
  }

  /** A function that caches what `load` returns. As `define`, with the function in front. */
  memoize<Args extends readonly unknown[], T>(
    load: (...args: Args) => Promise<T> | T,
    options: Omit<Definition<Args, T>, 'load'>,
  ): Memoized<Args, T> {
    const defined = this.define<Args, T>({
      ...options,
      load: (...given) => load(...(given.slice(0, -1) as unknown as Args)),
    })
    return Object.assign((...args: Args) => defined.get(...args), {
      invalidate: (...args: Args) => defined.invalidate(...args),
      refresh: (...args: Args) => defined.refresh(...args),
      keyFor: (...args: Args) => defined.key(...args),
    })
  }
}

function shapeOf(schema: StandardSchema<unknown>): (value: unknown) => Promise<boolean> {
  return async (value) => (await schema['~standard'].validate(value)).issues === undefined
}
