import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { BatchLoader, type LoadMany } from './batch-loader.ts'
import { Collecting } from './collecting.ts'
import { type CallOptions, type Defined, type Inside, insideOf } from './define.ts'
import { checkSignal } from './options.ts'

/** What a DataLoader is asked for that a definition does not know. */
export interface LoaderOptions<Args extends readonly unknown[], T> {
  /** Loads what is missing, at once. Default: the definition's `loadMany`. */
  readonly batch?: LoadMany<Args, T>
  /** For how many values it is called at most; more are loaded by several calls beside each other. Default `Infinity`. */
  readonly maxBatch?: number
}

/**
 * The same handle, whose single reads are gathered: what is asked for in one turn of the event loop, by whomever, is read in
 * one round trip, and what of it this process must load is loaded by one call of `batch`. As DataLoader, but that it holds for
 * the fleet: each key has its own lease, so that of two processes one loads it, and is stored on its own.
 *
 * `const product = loaderOf(cache.define({ key, loadMany }))`; then `await product.get(7)` anywhere.
 *
 * Reads within a load are gathered with others of the same load alone, as those outside must not wait for it.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function loaderOf<Args extends readonly unknown[], T>(
  defined: Defined<Args, T>,
  options: LoaderOptions<Args, T> = {},
): Defined<Args, T> {
  const inside = insideOf(defined)
  refuseUnknown('loaderOf', options, ['batch', 'maxBatch'])
  const { batch, maxBatch = Infinity } = options
  if (batch !== undefined && typeof batch !== 'function')
    throw optionError('batch', 'a function', batch)
  if (maxBatch !== Infinity && !(Number.isSafeInteger(maxBatch) && maxBatch >= 1))
    throw optionError('maxBatch', 'a whole number, 1 or more, or Infinity', maxBatch)
  const { family } = inside
  const load = batch ?? family.loadMany
  if (load === undefined)
    throw optionError('batch', "a function, as the definition has no 'loadMany'", batch)
  const batches = new BatchLoader<Args>(family, load, maxBatch)
  return gathered(defined, inside, new Collecting(inside, batches))
}

function gathered<Args extends readonly unknown[], T>(
  defined: Defined<Args, T>,
  { call, family }: Pick<Inside<Args, T>, 'call' | 'family'>,
  collecting: Collecting<Args>,
): Defined<Args, T> {
  const get = async (...args: Args): Promise<T> =>
    (await collecting.get(family.callOf(args), call)) as T
  return {
    ...defined,
    get,
    getMany: async (list) => await Promise.all([...list].map((args) => get(...args))),
    with: (options: CallOptions) => {
      refuseUnknown('with', options, ['signal', 'strict'])
      checkSignal(options.signal)
      return gathered(defined.with(options), { call: { ...call, ...options }, family }, collecting)
    },
  }
}
