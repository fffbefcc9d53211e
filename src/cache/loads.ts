// Running a loader: under a lease that is renewed while it runs and decides at the end whether the result is stored, or
// without one, for the callers alone.
import { AsyncLocalStorage } from 'node:async_hooks'
import { isCacheError, isOutage } from '../base/errors.ts'
import type { Entry } from '../base/record.ts'
import type { Look } from '../tiers/look.ts'
import type { CacheCore } from './core.ts'
import type { Flight, Landed } from './flight.ts'
import { LoadCall, type LoadContext } from './load-call.ts'
import type { Terms } from './options.ts'

/** One call of `getOrSet`. */
export interface LoadRequest {
  /** As the caller wrote the key. */
  readonly key: string
  readonly wire: string
  readonly terms: Terms
  readonly signal: AbortSignal | undefined
  load(context: LoadContext): unknown
  /** Whether a stored value still has the expected shape; a value that has not counts as a miss. */
  readonly accept?: ((value: unknown) => boolean | Promise<boolean>) | undefined
  /** Ignores what is stored: the caller wants a new load. */
  readonly force?: boolean
  /** A read made for many keys at once. */
  readonly look?: Look | undefined
  /** How often this call has begun anew because what it shared had tags that nobody had declared. */
  readonly retries?: number
  /** Told when it is known that this call will not load now: it was a hit, has joined, or waits. */
  settled?(): void
}

/** The attempt whose loader the running code belongs to: what it asks of the cache in turn is nested in that load. */
export const currentLoad: AsyncLocalStorage<Flight> = new AsyncLocalStorage()

export class Loads {
  readonly #core: CacheCore

  constructor(core: CacheCore) {
    this.#core = core
  }

  /** Loads under the lease. Undefined when the lease was taken away and the loader gave up: another round is due. */
  async leased(flight: Flight, request: LoadRequest, look: Look): Promise<Landed | undefined> {
    const core = this.#core
    const stopRenewing = this.#keepRenewing(flight)
    const began = core.clock.now()
    try {
      const { value, call } = await this.#callLoader(flight, request, look)
      const loadMs = core.clock.now() - began
      if (call.refusal === undefined) await this.#commit(flight, request, look, value, call, loadMs)
      else {
        core.refused(request.key, call.refusal)
        await this.#release(flight)
      }
      return landing(value, 'load', this.#core, call.terms.tags)
    } catch (error) {
      await this.#release(flight)
      if (flight.doomed) return undefined
      return this.#standIn(error, request, look)
    } finally {
      stopRenewing()
    }
  }

  /** Loads for the callers alone: the store is away, or too much is being invalidated. */
  async unstored(flight: Flight, request: LoadRequest, look: Look): Promise<Landed> {
    try {
      const { value, call } = await this.#callLoader(flight, request, look)
      return landing(value, 'load', this.#core, call.terms.tags)
    } catch (error) {
      return this.#standIn(error, request, look)
    }
  }

  async #callLoader(
    flight: Flight,
    request: LoadRequest,
    look: Look,
  ): Promise<{ value: unknown; call: LoadCall }> {
    const core = this.#core
    flight.decidedAt = core.flights.tick()
    core.counts.loads++
    const call = new LoadCall(flight.controller.signal, request.terms, look.entry)
    const began = core.clock.now()
    try {
      const value = await currentLoad.run(flight, async () => await request.load(call))
      if (core.events.wants('load')) {
        const durationMs = core.clock.now() - began
        core.events.emit('load', { alias: core.alias, key: request.key, durationMs })
      }
      return { value, call }
    } catch (error) {
      core.counts.loadErrors++
      throw error
    }
  }

  /** A failed load is covered by the old value while that may still be served; otherwise the caller gets the error as it is. */
  #standIn(error: unknown, request: LoadRequest, look: Look): Landed {
    const old = look.entry
    if (
      old === undefined ||
      request.force === true ||
      !mayServeStale(old, request, this.#core.clock.now())
    )
      throw error
    this.#core.failed('A load failed; the stale value was served.', error, request.key)
    return landing(old.value, 'stale', this.#core)
  }

  async #commit(
    flight: Flight,
    request: LoadRequest,
    look: Look,
    value: unknown,
    call: LoadCall,
    loadMs: number,
  ): Promise<void> {
    const core = this.#core
    const { ttlMs, staleMs, tags } = call.terms
    const freshUntil = core.clock.now() + ttlMs
    const deadAt = freshUntil + staleMs
    const rev = flight.token
    const entry: Entry = { value, tags, stamp: look.clock, rev, freshUntil, deadAt, loadMs }
    try {
      if (await core.tier.commit(request.wire, flight.token, entry)) core.sawStore(request.key)
      else core.refused(request.key, 'what it was loaded from was invalidated meanwhile')
    } catch (error) {
      if (isOutage(error)) {
        core.outage(error, request.key)
        if (core.policy.onOutage === 'throw') throw error
      } else if (isCacheError(error, 'E_ENCODE') || isCacheError(error, 'E_TOO_LARGE')) {
        core.refused(request.key, error.message)
        core.warn(request.key, `'${request.key}' is loaded on every call: ${error.message}`)
        await this.#release(flight)
      } else throw error
    }
  }

  async #release(flight: Flight): Promise<void> {
    try {
      await this.#core.tier.release(flight.key, flight.token)
    } catch (error) {
      // The lease lapses by itself.
      this.#core.failed('A lease could not be given up.', error)
    }
  }

  #keepRenewing(flight: Flight): () => void {
    const { clock, policy, tier } = this.#core
    const { token } = flight
    let stopped = false
    let stop = (): void => {}
    const arm = (): void => {
      stop = clock.after(policy.leaseMs / 3, () => {
        const renewed = tier.renew(flight.key, token, policy.leaseMs)
        // A lost lease is not renewed further: the COMMIT will be refused. A store that is away may come back in time.
        renewed.then(
          (held) => held && !stopped && arm(),
          () => !stopped && arm(),
        )
      })
    }
    arm()
    return () => {
      stopped = true
      stop()
    }
  }
}

/** Whether this caller may be given a value whose ttl has passed. */
export function mayServeStale(entry: Entry, request: LoadRequest, now: number): boolean {
  return now < Math.min(entry.deadAt, entry.freshUntil + request.terms.staleMs)
}

/**
 * Callers who share a load must not be able to change each other's value. Where the store hands out frozen values, all get
 * one frozen copy; elsewhere the first gets the value itself and each other one a copy of it as it was when it landed.
 */
export function landing(
  value: unknown,
  from: Landed['from'],
  core: CacheCore,
  tags: readonly string[] = [],
): Landed {
  return { from, hand: handOut(value, core), tags }
}

function handOut(value: unknown, core: CacheCore): () => unknown {
  if (typeof value !== 'object' || value === null) return () => value
  const frozen = core.store.can.values === 'frozen'
  try {
    const master = core.codec.copy(value, frozen)
    if (frozen && master.shareable) return () => master.value
    let handed = frozen
    return () => {
      if (handed) return core.codec.copy(master.value, frozen).value
      handed = true
      return value
    }
  } catch {
    // What cannot be copied is not stored either, and stays with those who loaded it.
    return () => value
  }
}
