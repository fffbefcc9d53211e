import { optionError } from '../base/errors.ts'
import type { Cache } from './cache.ts'
import type { Definition } from './define.ts'

type Method<This, Args extends unknown[], T> = (this: This, ...args: Args) => Promise<T>

/**
 * A standard method decorator: the method's results are cached.
 *
 * `@cached(cache, { key: (id: number) => ['product', id], ttl: '5m' })`. The key is all that tells two results apart: what
 * else the method reads from `this` must be in it.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function cached<Args extends unknown[], T>(
  cache: Cache,
  options: Omit<Definition<Args, T>, 'load'>,
): <This>(
  method: Method<This, Args, T>,
  context: ClassMethodDecoratorContext<This, Method<This, Args, T>>,
) => Method<This, Args, T> {
  if (typeof (cache as Partial<Cache> | undefined)?.memoize !== 'function')
    throw optionError('cache', 'a cache, such as caches.default', cache)
  // What is wrong with the options shows itself here and not at the first call.
  cache.memoize<Args, unknown>(() => undefined, options)
  return (method) => {
    return function (this, ...args) {
      // Defined per call, since the load needs this call's `this`; callers still share one load through the key.
      return cache.memoize((...given: Args) => method.apply(this, given), options)(...args)
    }
  }
}
