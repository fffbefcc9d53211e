import type { Key } from '../base/key.ts'
import { blindLook, type Look } from '../tiers/look.ts'
import { BatchLoad, type Loaded } from './batch-load.ts'
import type { CacheCore } from './core.ts'
import type { GetOrSet } from './get-or-set.ts'
import type { LoadContext } from './load-call.ts'
import type { LoadRequest } from './load-request.ts'

/** One of many keys. @typeParam K what the batch loader is asked for */
export interface ManyRequest<K extends Key> extends Omit<LoadRequest, 'look' | 'batched' | 'load'> {
  readonly id: K
}

export type LoadKeys<K, T> = (
  keys: readonly K[],
  context: LoadContext,
) => Promise<Loaded<K, T>> | Loaded<K, T>

/** Of a key that the batch loader left out. */
export const LEFT_OUT: unique symbol = Symbol('left out')

/** What was asked for under each key: each on its own, since they are loaded, shared and refused one by one. */
export type Outcomes<T> = ReadonlyMap<string, Promise<T | typeof LEFT_OUT>>

/** `getOrSet` for many keys: one read for all, one call of the batch loader for those that this process must load. */
export class ManyLoads {
  readonly #core: CacheCore
  readonly #getOrSet: GetOrSet

  constructor(core: CacheCore, getOrSet: GetOrSet) {
    this.#core = core
    this.#getOrSet = getOrSet
  }

  /**
   * @param requests each wire key once; their freshness and strictness are the same
   * @returns by wire key; rejections of single keys are the caller's to take
   * @throws what the read for all rejects with
   */
  async run<K extends Key, T>(
    requests: readonly ManyRequest<K>[],
    loadMany: LoadKeys<K, T>,
    signal: AbortSignal | undefined,
  ): Promise<Outcomes<T>> {
    const outcomes = new Map<string, Promise<T | typeof LEFT_OUT>>()
    const [first] = requests
    if (first === undefined) return outcomes
    const wanted = await this.#notShownBefore(requests, outcomes)
    if (wanted.length === 0) return outcomes
    const byWire = new Map(wanted.map((request) => [request.wire, request]))
    const of = (look: Look): ManyRequest<K> => byWire.get(look.key) as ManyRequest<K>
    const missing: Look[] = []
    const due: Look[] = []
    for (const look of await this.#looks(byWire, first.strict === true, signal)) {
      const request = asked(of(look), look, unreachable)
      const entry = await this.#getOrSet.usable(look.entry, request)
      const judged = entry === look.entry ? look : { ...look, entry }
      const served = this.#getOrSet.serve(request, judged, entry, () => due.push(judged))
      if (served === undefined) missing.push(judged)
      outcomes.set(look.key, Promise.resolve(served?.value as T))
    }
    const batchOf = (looks: readonly Look[]): BatchLoad<K, T> => {
      const wanted = looks.map((look) => of(look).id)
      return new BatchLoad<K, T>(this.#core, wanted, loadMany, first.freshness.loadTimeoutMs)
    }
    // Those who were served wait for nothing; what is refreshed behind their backs is one batch.
    if (due.length > 0) {
      const batch = batchOf(due)
      for (const look of due) {
        const { id } = of(look)
        const request = asked(of(look), look, (context) => batch.load(id, context))
        this.#getOrSet.refresh({ ...request, settled: () => batch.settled(id) }, look)
      }
    }
    const batch = batchOf(missing)
    for (const look of missing) {
      const outcome = this.#one(of(look), look, batch)
      // Each is also its caller's, who may be busy with another one.
      outcome.catch(() => {})
      outcomes.set(look.key, outcome)
    }
    return outcomes
  }

  /** Those that the running request has not been shown before; the others have their outcomes. */
  async #notShownBefore<K extends Key, T>(
    requests: readonly ManyRequest<K>[],
    outcomes: Map<string, Promise<T | typeof LEFT_OUT>>,
  ): Promise<readonly ManyRequest<K>[]> {
    if (this.#core.memo === undefined) return requests
    const wanted: ManyRequest<K>[] = []
    for (const request of requests) {
      const shown = await this.#getOrSet.memory.recall({ ...request, load: unreachable })
      if (shown !== undefined) outcomes.set(request.wire, Promise.resolve(shown.value as T))
      else wanted.push(this.#getOrSet.memory.remembering({ ...request, load: unreachable }))
    }
    return wanted
  }

  async #looks<K extends Key>(
    byWire: ReadonlyMap<string, ManyRequest<K>>,
    strict: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Look[]> {
    const wires = [...byWire.keys()]
    const tags = (wire: string): readonly string[] => byWire.get(wire)?.terms.tags ?? []
    return await this.#core.guard(
      () => this.#core.tier.look(wires, { tags, signal, strict }),
      () => wires.map(blindLook),
    )
  }

  async #one<K extends Key, T>(
    one: ManyRequest<K>,
    look: Look,
    batch: BatchLoad<K, T>,
  ): Promise<T | typeof LEFT_OUT> {
    let absent = false
    const request = asked(one, look, async (context) => {
      const loaded = await batch.load(one.id, context)
      absent = loaded === undefined && batch.leftOut(one.id)
      return loaded
    })
    const settled = (): void => batch.settled(one.id)
    try {
      const value = await this.#getOrSet.run({ ...request, settled })
      return absent ? LEFT_OUT : (value as T)
    } finally {
      // However it ended: the others wait until every key has said whether it is to be loaded.
      settled()
    }
  }
}

function asked<K extends Key>(
  { id: _, ...request }: ManyRequest<K>,
  look: Look,
  load: LoadRequest['load'],
): LoadRequest {
  return { ...request, look, batched: true, load }
}

/** The loader of a key that is only judged, or only refreshed. */
export function unreachable(): never {
  throw new Error('A key that was only judged was loaded.')
}
