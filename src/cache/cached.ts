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
  return (method) => {
    return function (this, ...args) {
      // Defined per call, since the load needs this call's `this`; callers still share one load through the key.
      return cache.memoize((...given: Args) => method.apply(this, given), options)(...args)
    }
  }
}
