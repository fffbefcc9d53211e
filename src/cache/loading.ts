import { isKnownDuration, toMs, type Duration } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { type Key, type KeySpace, keyText, type ValueOf } from '../base/key.ts'
import type { CacheCore } from './core.ts'
import { GetOrSet, type Served } from './get-or-set.ts'
import { earlyOf } from './hit-options.ts'
import { FRESHNESS_OPTIONS, type FreshnessOptions, resolveFreshness } from './freshness.ts'
import type { LoadRequest } from './load-request.ts'
import { NOT_AT_HAND } from './reading.ts'
import { inOrder } from './view.ts'
import { currentLoad } from './load-run.ts'
import { Invalidating } from './invalidating.ts'
import {
  LEFT_OUT,
  type LoadKeys,
  ManyLoads,
  type ManyRequest,
  type Outcomes,
  unreachable,
} from './many-loads.ts'
import type { LoadContext } from './load-call.ts'
import { type Lock, takeLock } from './lock.ts'
import {
  checkReadOptions,
  isTtl,
  type ReadOptions,
  resolveTerms,
  type SetOptions,
  type StrictOption,
} from './options.ts'

/** Options of `getOrSet`: how what is loaded is stored, and kept fresh. */
export interface GetOrSetOptions extends SetOptions, FreshnessOptions, StrictOption {}

interface Resolved extends Pick<LoadRequest, 'terms' | 'freshness' | 'signal' | 'strict'> {
  readonly version: number | string | undefined
}

type Unknowns<K extends Key, T> = unknown extends ValueOf<K> ? T : ValueOf<K>

/** The part of a cache that loads what is missing, once for everybody. */
export abstract class Loading extends Invalidating {
  readonly #getOrSet: GetOrSet
  readonly #many: ManyLoads

  constructor(core: CacheCore, space: KeySpace) {
    super(core, space)
    this.#getOrSet = new GetOrSet(core)
    this.#many = new ManyLoads(core, this.#getOrSet)
  }

  /**
   * The value under `key`; when there is none, the result of `load`, which runs once for everyone who asks: in this process
   * and, where the store is shared, in the whole fleet. After an invalidation no one gets what was loaded before it.
   *
   * Errors of `load` reach every waiting caller as they are and are not stored. A stored `null` or `undefined` is a value.
   *
   * @param options `{ ttl, stale, tags, version, signal }` and how it is kept fresh (`early`, `jitter`, `softTimeout`,
   * `loadTimeout`, `failureTtl`), or just the ttl: `'5m'`
   * @throws what `load` throws; {CacheError} `E_LOAD_FAILED` when it threw in another process, `E_LOAD_TIMEOUT`, `E_KEY`,
   * `E_OPTION`; outages only under `onOutage: 'throw'`
   */
  getOrSet<T, K extends Key = Key>(
    key: K,
    load: (context: LoadContext) => Promise<Unknowns<K, T>> | Unknowns<K, T>,
    options?: GetOrSetOptions | Duration,
  ): Promise<Unknowns<K, T>> {
    // No async function of its own: a hit pays for each promise on its way.
    if (typeof load === 'function') {
      const early = this.#earlyOf(options)
      const value = early === undefined ? NOT_AT_HAND : this.valueAtOnce(key, early)
      if (value !== NOT_AT_HAND) return Promise.resolve(value as Unknowns<K, T>)
    }
    let request: LoadRequest
    try {
      checkLoader('load', load)
      const { version, ...resolved } = this.#terms(options, 'getOrSet')
      request = {
        key: keyText(key),
        wire: this.wireKey(key, version),
        ...resolved,
        load,
        askedAt: 0,
      }
    } catch (error) {
      return Promise.reject(error)
    }
    return this.runLoad(request) as Promise<Unknowns<K, T>>
  }

  /**
   * `getOrSet` for many keys: one read for all, one call of `loadMany` for those that this process must load.
   *
   * @param loadMany gets the caller's keys that are missing, returns a `Map` or pairs; keys that it leaves out are absent
   * from the result and not stored
   */
  async getOrSetMany<T, K extends Key = Key>(
    keys: Iterable<K>,
    loadMany: LoadKeys<K, T>,
    options?: GetOrSetOptions | Duration,
  ): Promise<Map<K, T>> {
    checkLoader('loadMany', loadMany)
    const { version, ...resolved } = this.#terms(options, 'getOrSetMany')
    const wires = this.wires(keys, version)
    const requests = [...wires].map(([wire, id]) => ({ id, key: keyText(id), wire, ...resolved }))
    return await this.timed('getOrSetMany', async () => {
      const outcomes = await this.#many.run<K, T>(requests, loadMany, resolved.signal)
      const found = new Map<K, T>()
      await Promise.all(
        [...outcomes].map(async ([wire, outcome]) => {
          const value = await outcome
          if (value !== LEFT_OUT) found.set(wires.get(wire) as K, value)
        }),
      )
      return inOrder(wires.values(), found)
    })
  }

  /**
   * Takes a lock that one owner in the fleet holds at a time, renewed until it is released.
   *
   * @param options.ttl how long it outlives a holder that died, 10 ms or more. Default '10s'
   * @param options.wait how long to wait for it. Default '0s': not at all
   * @param options.signal ends the waiting; a lock that is held stays so until it is released
   * @throws {CacheError} `E_LOCKED` when another holds it; `E_OPTION`; outages always
   */
  async lock(
    key: Key,
    options: ReadOptions & { readonly ttl?: Duration; readonly wait?: Duration } = {},
  ): Promise<Lock> {
    checkReadOptions(options, 'lock', ['ttl', 'wait'])
    const ttlMs = toMs(options.ttl ?? '10s', 'ttl')
    if (ttlMs < 10 || ttlMs === Infinity)
      throw optionError('ttl', "10ms or more, such as '10s'; it is renewed while held", options.ttl)
    const waitMs = toMs(options.wait ?? '0s', 'wait')
    const { signal } = options
    return await this.timed('lock', () =>
      takeLock(this.core, keyText(key), this.lockKey(key), { ttlMs, waitMs, signal }),
    )
  }

  /** As {@link Loading.atOnce}, of what is loaded when it is missing. Within a load nothing is: it may be its own. @internal */
  protected valueAtOnce(key: Key, early: number): unknown {
    if (currentLoad.getStore() !== undefined) return NOT_AT_HAND
    return this.atOnce(key, this.core.tally.operations.getOrSet, early)
  }

  /** @internal */
  protected async runLoad(request: LoadRequest): Promise<unknown> {
    const { getOrSet, refresh } = this.core.tally.operations
    const operation = request.force === true ? refresh : getOrSet
    const began = operation.begin()
    try {
      return await this.#getOrSet.run(request)
    } catch (error) {
      operation.failed()
      throw error
    } finally {
      operation.end(began, request.askedAt ?? 0)
    }
  }

  /** What the running request was shown before, if it may be shown that again. @internal */
  protected async recall(request: ManyRequest<Key>): Promise<Served | undefined> {
    return await this.#getOrSet.memory.recall({ ...request, load: unreachable })
  }

  /** @internal */
  protected async runLoads<K extends Key, T>(
    requests: readonly ManyRequest<K>[],
    loadMany: LoadKeys<K, T>,
    signal: AbortSignal | undefined,
  ): Promise<Outcomes<T>> {
    const asked = this.#many.run(requests, loadMany, signal)
    const all = async (): Promise<unknown> => await Promise.all((await asked).values())
    this.timed('getOrSetMany', all).catch(() => {})
    return await asked
  }

  /** How early a value is refreshed by these options; undefined where they do not plainly ask for what is there. */
  #earlyOf(options: GetOrSetOptions | Duration | undefined): number | undefined {
    const { early } = this.core.policy
    if (options === undefined || isKnownDuration(options)) return early
    return isTtl(options) ? undefined : earlyOf(options, early)
  }

  #terms(options: GetOrSetOptions | Duration | undefined, call: string): Resolved {
    const given: GetOrSetOptions | undefined = isTtl(options) ? { ttl: options } : options
    const { policy } = this.core
    const terms = resolveTerms(given, policy, call, [...FRESHNESS_OPTIONS, 'strict'])
    const freshness = resolveFreshness(given, policy)
    const { version, signal, strict } = given ?? {}
    return { terms, freshness, version, signal, strict }
  }
}

// Checked whether it is needed or not: otherwise the mistake shows itself only when the value is missing.
function checkLoader(name: string, load: unknown): void {
  if (typeof load !== 'function')
    throw optionError(name, 'a function that returns what is missing', load)
}
