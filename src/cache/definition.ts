import { type Duration, toMs } from '../base/duration.ts'
import { CacheError, optionError } from '../base/errors.ts'
import { callText, type Key, keyText, type TypedKey } from '../base/key.ts'
import { isChangeable, withoutTail } from '../base/structural-text.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { checkName } from './call-names.ts'
import {
  type Freshness,
  FRESHNESS_OPTIONS,
  type FreshnessOptions,
  resolveFreshness,
} from './freshness.ts'
import type { LoadContext } from './load-call.ts'
import { Failed } from './batch-load.ts'
import { BatchLoader, type LoadMany } from './batch-loader.ts'
import type { LoadKeys } from './many-loads.ts'
import { type CachePolicy, resolveTags, type SetOptions, type Terms } from './options.ts'
import { type Revision, revisionOf } from './revision.ts'

/** A validator of any library that implements Standard Schema (Zod, Valibot, ArkType). */
export interface StandardSchema<T> {
  readonly '~standard': {
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>
    readonly types?: { readonly output: T } | undefined
  }
}
type SchemaResult = { readonly issues?: readonly unknown[] | undefined }

/** How a family of values is named and kept. */
export interface FamilyOptions<Args extends readonly unknown[], T> extends FreshnessOptions {
  /** What tells two values apart. Default: `name` and all arguments. */
  readonly key?: (...args: Args) => Key
  /**
   * What the keys begin with when they are made of the arguments: the same in every process and build, and no other family's.
   * Of a memoized function: its own name unless given.
   */
  readonly name?: string
  /** Default: the alias's. */
  readonly ttl?: Duration
  /** Default: the alias's. */
  readonly stale?: Duration
  /** Tags of every value, or of the value for these arguments. */
  readonly tags?: readonly string[] | ((...args: Args) => readonly string[])
  /** A stored value that does not satisfy it (its shape has changed since) is a miss. */
  readonly schema?: StandardSchema<T>
  /**
   * Which state of its source a value shows: a version column, or when it was updated. A number, a bigint or a Date that grows
   * with each change. With it `set` never replaces a newer value by an older one, whichever arrives last.
   */
  readonly revision?: (value: T) => Revision
}

/** One family of cached values: how they are named, loaded, and for how long they are kept. */
export interface Definition<Args extends readonly unknown[], T> extends FamilyOptions<Args, T> {
  // Here again, as the arguments are inferred from what comes first: the loader has one more.
  readonly key?: (...args: Args) => Key
  /** An argument that was left out is `undefined` in its place, so that the context is always the last: no defaults here. */
  readonly load: (...args: [...Args, LoadContext]) => Promise<T> | T
  /** Loads what `getMany` and a loader of `loaderOf` miss, at once. Default: `load`, once for each. See {@link LoadMany}. */
  readonly loadMany?: LoadMany<Args, T>
}

/** One family of cached values that are loaded many at a time, also when only one is wanted. */
export interface BatchDefinition<Args extends readonly unknown[], T> extends FamilyOptions<
  Args,
  T
> {
  /** Not beside `loadMany`. */
  readonly load?: undefined
  /** Loads all that is missing of one call, or of one turn of the event loop, at once. */
  readonly loadMany: LoadMany<Args, T>
}

export const DEFINITION_OPTIONS = [
  'key',
  'name',
  'load',
  'loadMany',
  'ttl',
  'stale',
  'tags',
  'schema',
  'revision',
  ...FRESHNESS_OPTIONS,
] as const

/** A definition, checked and resolved. */
export class Family<Args extends readonly unknown[], T> {
  readonly freshness: Freshness
  readonly accept: ((value: unknown) => Promise<boolean>) | undefined
  /** As `set` takes them. */
  readonly times: Pick<SetOptions, 'ttl' | 'stale'>
  readonly batch: BatchLoader<Args> | undefined
  readonly #definition: Definition<Args, T> | BatchDefinition<Args, T>
  readonly #ttlMs: number
  readonly #staleMs: number

  /** @throws {CacheError} `E_OPTION` */
  constructor(definition: Definition<Args, T> | BatchDefinition<Args, T>, policy: CachePolicy) {
    refuseUnknown('define', definition, DEFINITION_OPTIONS)
    check(definition)
    this.#definition = definition
    const { loadMany, schema, stale, ttl } = definition
    this.#ttlMs = ttl === undefined ? policy.ttlMs : toMs(ttl, 'ttl')
    this.#staleMs = stale === undefined ? policy.staleMs : toMs(stale, 'stale')
    this.times = {
      ...(ttl === undefined ? {} : { ttl }),
      ...(stale === undefined ? {} : { stale }),
    }
    this.freshness = resolveFreshness(definition, policy)
    this.accept = schema === undefined ? undefined : shapeOf(schema)
    this.batch = loadMany === undefined ? undefined : new BatchLoader(this, loadMany)
  }

  keyOf(args: Args): TypedKey<T> {
    const { key, name } = this.#definition
    const text =
      key === undefined ? callText(name as string, this.callOf(args)) : keyText(key(...args))
    return text as TypedKey<T>
  }

  tagsOf(args: Args): readonly string[] {
    const { tags } = this.#definition
    return resolveTags(typeof tags === 'function' ? tags(...args) : tags)
  }

  /** The arguments of a call, without what its key does not tell either. */
  callOf(args: Args): Args {
    return this.#definition.key === undefined ? withoutTail(args) : args
  }

  termsOf(args: Args): Terms {
    return { ttlMs: this.#ttlMs, staleMs: this.#staleMs, tags: this.tagsOf(args) }
  }

  /** Whether `value` shows an older state than `other`; undefined where nobody says. @throws {CacheError} `E_OPTION` */
  get isOlder(): ((value: unknown, other: unknown) => boolean) | undefined {
    const { revision } = this.#definition
    if (revision === undefined) return undefined
    const of = (value: unknown): number | bigint => revisionOf(revision(value as T))
    return (value, other) => of(value) < of(other)
  }

  /** Loads many values at once, if there is a way to. */
  get loadMany(): LoadMany<Args, T> | undefined {
    return this.#definition.loadMany
  }

  /** Loads one value. */
  async load(key: string, args: Args, context: LoadContext): Promise<unknown> {
    if (!this.#isUnchanged(key, args)) {
      // A key that somebody wrote may depend on more than its arguments.
      if (this.#definition.key === undefined) throw changed(key)
      context.skip('its key has changed since the call')
    }
    const { load } = this.#definition
    const value =
      load === undefined
        ? await this.batch?.one(key, args, context)
        : await load(...inPlace(args, load.length - 1), context)
    if (!this.#isUnchanged(key, args)) context.skip('its arguments were changed while it ran')
    return value
  }

  /** What loads those of `calls` that are missing. */
  loadKeys(
    calls: ReadonlyMap<string, Args>,
    batches: BatchLoader<Args>,
  ): LoadKeys<string, unknown> {
    return async (keys, context) => {
      const wanted = new Map<string, Args>()
      const failed = new Map<string, Failed>()
      for (const key of keys) {
        const args = calls.get(key) as Args
        if (this.#isUnchanged(key, args)) wanted.set(key, args)
        else failed.set(key, new Failed(changed(key)))
      }
      if (wanted.size === 0) return failed
      return new Map([...(await batches.many(wanted, context)), ...failed])
    }
  }

  /**
   * Arguments are looked at when the call is made, and its load begins later. What was changed in between would be loaded for
   * one key and stored under the other: somebody else's.
   */
  #isUnchanged(key: string, args: Args): boolean {
    return !args.some(isChangeable) || this.keyOf(args) === key
  }
}

function changed(key: string): CacheError {
  return new CacheError(
    'E_KEY',
    `The arguments of '${key}' were changed after the call and before its load began. Give it copies of what you change.`,
    { key },
  )
}

function check(definition: object): void {
  const given = definition as Readonly<Partial<Record<string, unknown>>>
  const { key, load, loadMany, name, revision, schema } = given
  if (key !== undefined && name !== undefined)
    throw optionError('name', "nothing beside 'key', which names the values by itself", name)
  if (key === undefined && name === undefined)
    throw optionError('key', "a function, or a 'name' for keys made of the arguments", key)
  if (name !== undefined) checkName(name)
  if (load === undefined && loadMany === undefined) throw optionError('load', 'a function', load)
  for (const [option, given] of Object.entries({ key, load, loadMany, revision })) {
    if (given !== undefined && typeof given !== 'function')
      throw optionError(option, 'a function', given)
  }
  const validate: unknown = (schema as Partial<StandardSchema<unknown>> | undefined)?.['~standard']
    ?.validate
  if (schema !== undefined && typeof validate !== 'function')
    throw optionError('schema', 'a Standard Schema (Zod, Valibot, ArkType)', schema)
}

/** The context comes last: an argument that was left out keeps its place. */
function inPlace<Args extends readonly unknown[]>(args: Args, count: number): Args {
  if (args.length >= count) return args
  return Object.assign(Array.from({ length: count }), args)
}

function shapeOf(schema: StandardSchema<unknown>): (value: unknown) => Promise<boolean> {
  return async (value) => (await schema['~standard'].validate(value)).issues === undefined
}
