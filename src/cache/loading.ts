import { toMs, type Duration } from '../base/duration.ts'
import { type Key, type KeySpace, keyText, type ValueOf } from '../base/key.ts'
import { blindLook } from '../tiers/look.ts'
import { BatchLoad, type Loaded } from './batch-load.ts'
import type { CacheCore } from './core.ts'
import { GetOrSet } from './get-or-set.ts'
import type { LoadRequest } from './loads.ts'
import { Invalidating } from './invalidating.ts'
import type { LoadContext } from './load-call.ts'
import { type Lock, takeLock } from './lock.ts'
import {
  checkReadOptions,
  type ReadOptions,
  resolveTerms,
  type SetOptions,
  type Terms,
} from './options.ts'

/** Options of `getOrSet`: how what is loaded is stored. */
export type GetOrSetOptions = SetOptions

type Unknowns<K extends Key, T> = unknown extends ValueOf<K> ? T : ValueOf<K>

/** The part of a cache that loads what is missing, once for everybody. */
export abstract class Loading extends Invalidating {
  readonly #getOrSet: GetOrSet

  constructor(core: CacheCore, space: KeySpace) {
    super(core, space)
    this.#getOrSet = new GetOrSet(core)
  }

  /**
   * The value under `key`; when there is none, the result of `load`, which runs once for everyone who asks: in this process
   * and, where the store is shared, in the whole fleet. After an invalidation no one gets what was loaded before it.
   *
   * Errors of `load` reach every waiting caller as they are and are not stored. A stored `null` or `undefined` is a value.
   *
   * @param options `{ ttl, stale, tags, version, signal }`, or just the ttl: `'5m'`
   * @throws what `load` throws; {CacheError} `E_KEY`, `E_OPTION`; outages only under `onOutage: 'throw'`
   */
  async getOrSet<T, K extends Key = Key>(
    key: K,
    load: (context: LoadContext) => Promise<Unknowns<K, T>> | Unknowns<K, T>,
    options?: GetOrSetOptions | Duration,
  ): Promise<Unknowns<K, T>> {
    const { terms, version, signal } = this.#terms(options, 'getOrSet')
    const request = {
      key: keyText(key),
      wire: this.wireKey(key, version),
      terms,
      signal,
      load: load as (context: LoadContext) => unknown,
    }
    return (await this.#getOrSet.run(request)) as Unknowns<K, T>
  }

  /**
   * `getOrSet` for many keys: one read for all, one call of `loadMany` for those that this process must load.
   *
   * @param loadMany gets the caller's keys that are missing, returns a `Map` or pairs; keys that it leaves out are absent
   * from the result and not stored
   */
  async getOrSetMany<T, K extends Key = Key>(
    keys: Iterable<K>,
    loadMany: (missing: readonly K[], context: LoadContext) => Promise<Loaded<K, T>> | Loaded<K, T>,
    options?: GetOrSetOptions | Duration,
  ): Promise<Map<K, T>> {
    const { terms, version, signal } = this.#terms(options, 'getOrSetMany')
    const wires = this.wires(keys, version)
    const found = new Map<K, T>()
    if (wires.size === 0) return found
    const looks = await this.core.guard(
      () => this.core.tier.look([...wires.keys()], { tags: terms.tags, signal }),
      () => [...wires.keys()].map(blindLook),
    )
    const batch = new BatchLoad<K, T>([...wires.values()], keyText, loadMany)
    await Promise.all(
      looks.map(async (look) => {
        const key = wires.get(look.key) as K
        let absent = false
        const value = await this.#getOrSet.run({
          key: keyText(key),
          wire: look.key,
          terms,
          signal,
          look,
          settled: () => batch.settled(key),
          load: async (context) => {
            const loaded = await batch.load(key, context)
            absent = loaded === undefined && batch.leftOut(key)
            return loaded
          },
        })
        if (!absent) found.set(key, value as T)
      }),
    )
    return found
  }

  /**
   * Takes a lock that one owner in the fleet holds at a time, renewed until it is released.
   *
   * @param options.ttl how long it outlives a holder that died. Default '10s'
   * @param options.wait how long to wait for it. Default '0s': not at all
   * @throws {CacheError} `E_LOCKED` when another holds it; outages always
   */
  async lock(
    key: Key,
    options: ReadOptions & { readonly ttl?: Duration; readonly wait?: Duration } = {},
  ): Promise<Lock> {
    checkReadOptions(options, 'lock', ['ttl', 'wait'])
    return await takeLock(this.core, keyText(key), this.lockKey(key), {
      ttlMs: toMs(options.ttl ?? '10s', 'ttl'),
      waitMs: toMs(options.wait ?? '0s', 'wait'),
      signal: options.signal,
    })
  }

  /** @internal */
  protected async runLoad(request: LoadRequest): Promise<unknown> {
    return await this.#getOrSet.run(request)
  }

  #terms(
    options: GetOrSetOptions | Duration | undefined,
    call: string,
  ): { terms: Terms; version: number | string | undefined; signal: AbortSignal | undefined } {
    const given = isDuration(options) ? { ttl: options } : options
    const terms = resolveTerms(given, this.core.policy, call)
    return { terms, version: given?.version, signal: given?.signal }
  }
}

function isDuration(options: unknown): options is Duration {
  return typeof options === 'string' || typeof options === 'number'
}
