import { optionError } from '../base/errors.ts'
import { Failed } from './batch-load.ts'
import type { LoadContext } from './load-call.ts'

/**
 * What a batch loader returns: a list in the order of what it was given, an `Error` in the place of what failed; or a `Map`
 * by the first argument, or by the list of arguments where there are several. What a `Map` leaves out is `undefined` and is
 * not stored; an `undefined` or `null` in a list is a value, and is.
 */
export type ManyLoaded<Args extends readonly unknown[], T> =
  | readonly (T | Error)[]
  | ReadonlyMap<Args | Args[0], T | Error>

/** Loads many values at once. @param list the arguments of each */
export type LoadMany<Args extends readonly unknown[], T> = (
  list: readonly Args[],
  context: LoadContext,
) => Promise<ManyLoaded<Args, T>> | ManyLoaded<Args, T>

interface Names<Args> {
  keyOf(args: Args): string
}

/** Calls a batch loader and finds in what it returns the value of each key. */
export class BatchLoader<Args extends readonly unknown[]> {
  readonly #names: Names<Args>
  readonly #loadMany: LoadMany<Args, unknown>
  readonly #maxBatch: number

  /** @param maxBatch for how many values it is called at most; more are loaded by several calls beside each other */
  constructor(names: Names<Args>, loadMany: LoadMany<Args, unknown>, maxBatch = Infinity) {
    this.#names = names
    this.#loadMany = loadMany
    this.#maxBatch = maxBatch
  }

  /** The value of one key; undefined, not to be stored, when there is none. */
  async one(key: string, args: Args, context: LoadContext): Promise<unknown> {
    const found = await this.#call([[key, args]], context)
    if (!found.has(key)) context.skip('its batch loader left it out')
    const value = found.get(key)
    if (value instanceof Failed) throw value.error
    return value
  }

  /** @returns values by key, {@link Failed} for those that could not be loaded */
  async many(
    wanted: ReadonlyMap<string, Args>,
    context: LoadContext,
  ): Promise<Map<string, unknown>> {
    const all = [...wanted]
    if (all.length <= this.#maxBatch) return await this.#call(all, context)
    const parts: (readonly [string, Args])[][] = []
    for (let from = 0; from < all.length; from += this.#maxBatch)
      parts.push(all.slice(from, from + this.#maxBatch))
    const found = await Promise.all(
      parts.map(async (part) => {
        try {
          return await this.#call(part, context)
        } catch (error) {
          return new Map(part.map(([key]) => [key, new Failed(error)]))
        }
      }),
    )
    return new Map(found.flatMap((each) => [...each]))
  }

  async #call(
    wanted: readonly (readonly [string, Args])[],
    context: LoadContext,
  ): Promise<Map<string, unknown>> {
    const loaded: unknown = await this.#loadMany(
      wanted.map(([, args]) => args),
      context,
    )
    if (loaded instanceof Map) return this.#byKey(loaded)
    if (!Array.isArray(loaded))
      throw optionError(
        'loadMany',
        'to return a list in the order of its arguments, or a Map',
        loaded,
      )
    if (loaded.length !== wanted.length) {
      const expected = `to return as many values as it was given, ${wanted.length}, in their order (a Map may leave some out)`
      throw optionError('loadMany', expected, loaded.length)
    }
    return new Map(wanted.map(([key], index) => [key, failedOr(loaded[index])]))
  }

  #byKey(loaded: ReadonlyMap<unknown, unknown>): Map<string, unknown> {
    const found = new Map<string, unknown>()
    for (const [of, value] of loaded) {
      const args = (Array.isArray(of) ? of : [of]) as unknown as Args
      found.set(this.#names.keyOf(args), failedOr(value))
    }
    return found
  }
}

function failedOr(value: unknown): unknown {
  return value instanceof Error ? new Failed(value) : value
}
