import { toMs, type Duration } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { type Key, type KeySpace, keyText, type ValueOf } from '../base/key.ts'
import { blindLook, type Look } from '../tiers/look.ts'
import { BatchLoad, type Loaded } from './batch-load.ts'
import type { CacheCore } from './core.ts'
import { GetOrSet } from './get-or-set.ts'
import { FRESHNESS_OPTIONS, type FreshnessOptions, resolveFreshness } from './freshness.ts'
import type { LoadRequest } from './load-request.ts'
import { Invalidating } from './invalidating.ts'
import type { LoadContext } from './load-call.ts'
import { type Lock, takeLock } from './lock.ts'
import {
  checkReadOptions,
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
   * @param options `{ ttl, stale, tags, version, signal }` and how it is kept fresh (`early`, `jitter`, `softTimeout`,
   * `loadTimeout`, `failureTtl`), or just the ttl: `'5m'`
   * @throws what `load` throws; {CacheError} `E_LOAD_FAILED` when it threw in another process, `E_LOAD_TIMEOUT`, `E_KEY`,
   * `E_OPTION`; outages only under `onOutage: 'throw'`
   */
  async getOrSet<T, K extends Key = Key>(
    key: K,
    load: (context: LoadContext) => Promise<Unknowns<K, T>> | Unknowns<K, T>,
    options?: GetOrSetOptions | Duration,
  ): Promise<Unknowns<K, T>> {
    checkLoader('load', load)
    const { version, ...resolved } = this.#terms(options, 'getOrSet')
    const request = {
      key: keyText(key),
      wire: this.wireKey(key, version),
      ...resolved,
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
    checkLoader('loadMany', loadMany)
    const { version, ...resolved } = this.#terms(options, 'getOrSetMany')
    const { terms, freshness, signal, strict } = resolved
    const wires = this.wires(keys, version)
    const found = new Map<K, T>()
    if (wires.size === 0) return found
    const looks = await this.core.guard(
      () =>
        this.core.tier.look([...wires.keys()], {
          tags: terms.tags,
          signal,
          strict: strict === true,
        }),
      () => [...wires.keys()].map(blindLook),
    )
    const requestOf = (look: Look, load: LoadRequest['load']): LoadRequest => {
      const key = keyText(wires.get(look.key) as K)
      return { key, wire: look.key, ...resolved, look, batched: true, load }
    }
    const missing: Look[] = []
    const due: Look[] = []
    for (const look of looks) {
      const request = requestOf(look, unreachable)
      const served = this.#getOrSet.serve(request, look, look.entry, () => due.push(look))
      if (served === undefined) missing.push(look)
      else found.set(wires.get(look.key) as K, served.value as T)
    }
    const batchOf = (of: readonly Look[]): BatchLoad<K, T> => {
      const wanted = of.map(({ key }) => wires.get(key) as K)
      return new BatchLoad<K, T>(this.core, wanted, loadMany, freshness.loadTimeoutMs)
    }
    // Those who were served wait for nothing; what is refreshed behind their backs is one batch.
    if (due.length > 0) {
      const batch = batchOf(due)
      for (const look of due) {
        const key = wires.get(look.key) as K
        const request = requestOf(look, (context) => batch.load(key, context))
        this.#getOrSet.refresh({ ...request, settled: () => batch.settled(key) }, look)
      }
    }
    const batch = batchOf(missing)
    await Promise.all(
      missing.map(async (look) => {
        const key = wires.get(look.key) as K
        let absent = false
        const request = requestOf(look, async (context) => {
          const loaded = await batch.load(key, context)
          absent = loaded === undefined && batch.leftOut(key)
          return loaded
        })
        try {
          const settled = (): void => batch.settled(key)
          const value = await this.#getOrSet.run({ ...request, settled })
          if (!absent) found.set(key, value as T)
        } finally {
          // However it ended: the others wait until every key has said whether it is to be loaded.
          batch.settled(key)
        }
      }),
    )
    return inOrder(wires.values(), found)
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
    return await takeLock(this.core, keyText(key), this.lockKey(key), {
      ttlMs,
      waitMs: toMs(options.wait ?? '0s', 'wait'),
      signal: options.signal,
    })
  }

  /** @internal */
  protected async runLoad(request: LoadRequest): Promise<unknown> {
    return await this.#getOrSet.run(request)
  }

  #terms(options: GetOrSetOptions | Duration | undefined, call: string): Resolved {
    const given: GetOrSetOptions | undefined = isDuration(options) ? { ttl: options } : options
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

/** What was asked for, in the order in which it was. */
function inOrder<K, T>(keys: Iterable<K>, found: ReadonlyMap<K, T>): Map<K, T> {
  const ordered = new Map<K, T>()
  for (const key of keys) if (found.has(key)) ordered.set(key, found.get(key) as T)
  return ordered
}

/** The loader of a key that is only judged, or only refreshed. */
function unreachable(): never {
  throw new Error('A key that was only judged was loaded.')
}

function isDuration(options: unknown): options is Duration {
  return typeof options === 'string' || typeof options === 'number'
}
