// Running a loader: under a lease that is renewed while it runs and decides at the end whether the result is stored, or
// without one, for the callers alone.
import { isCacheError, isOutage } from '../base/errors.ts'
import type { Entry } from '../base/record.ts'
import type { Ending } from '../base/store.ts'
import type { Look } from '../tiers/look.ts'
import type { CacheCore } from './core.ts'
import { failureText } from './failures.ts'
import type { Flight, Landed } from './flight.ts'
import { jittered, pauseMs } from './freshness.ts'
import { landing } from './landing.ts'
import { LoadCall } from './load-call.ts'
import type { LoadRequest } from './load-request.ts'
import { runLoad, runPart } from './load-run.ts'
import { isUnkeepable, unkeepable } from './unkeepable.ts'
import { unfilledReason } from './unfilled.ts'

/** For how long those who ask for what is not to be stored load side by side instead of one after the other. */
const UNCACHEABLE_MS = 1000

const OVERTAKEN = 'what it was loaded from was invalidated meanwhile'

export class Loads {
  readonly #core: CacheCore

  constructor(core: CacheCore) {
    this.#core = core
  }

  /** Loads under the lease. Undefined when the lease was taken away and the loader gave up: another round is due. */
  async leased(flight: Flight, request: LoadRequest, look: Look): Promise<Landed | undefined> {
    const stopRenewing = this.#keepRenewing(flight)
    try {
      const loaded = await this.#callLoader(flight, request, look).catch(async (error: unknown) => {
        await this.#fail(flight, request, look, error)
      })
      if (loaded === undefined) return undefined
      const { value, call, loadMs } = loaded
      let stored: Entry | undefined
      if (call.refusal === undefined)
        stored = await this.#commit(flight, request, look, value, call, loadMs)
      else {
        this.#core.refused(request.key, request.wire, call.refusal)
        if (call.isUncacheable) await this.#refuse(flight, request, look, call.refusal)
        else await this.#release(flight)
      }
      return { ...landing(value, this.#core, call.terms.tags, stored), isOwn: call.isOwn }
    } finally {
      stopRenewing()
    }
  }

  /** Loads for the callers alone: the store is away, or too much is being invalidated, or it is not to be stored. */
  async unstored(flight: Flight, request: LoadRequest, look: Look): Promise<Landed> {
    const core = this.#core
    const { flights, tokens } = core
    // What was taken away is the lease, or the wish for one: this load does without.
    if (flight.doomed && !flight.abandoned) flights.rearm(flight, tokens.next())
    flight.unstored = true
    try {
      const { turn } = core.fallback
      const { value, call } = await this.#callLoader(flight, request, look)
      const landed = { ...landing(value, core, call.terms.tags), isOwn: call.isOwn }
      if (core.blind && call.refusal === undefined) {
        const bytes = core.sizeOf(value) ?? Infinity
        core.fallback.keep(request.wire, landed, turn, call.terms.ttlMs, bytes)
      }
      return landed
    } catch (error) {
      if (!flight.abandoned) this.#pause(request, look, pauseMs(request.freshness))
      throw error
    }
  }

  async #callLoader(
    flight: Flight,
    request: LoadRequest,
    look: Look,
  ): Promise<{ value: unknown; call: LoadCall; loadMs: number }> {
    const core = this.#core
    let began = core.clock.now()
    let beganSteady = 0
    const took = (): number => core.tally.now() - beganSteady
    let ran: LoadCall | undefined
    const load = async (): Promise<unknown> => {
      core.tally.load(request.wire)
      began = core.clock.now()
      beganSteady = core.tally.now()
      ran = new LoadCall(flight.controller.signal, request.terms, look.entry, began)
      return await request.load(ran)
    }
    try {
      const value =
        request.batched === true
          ? await runPart(core, flight, load)
          : await runLoad(core, flight, request.freshness.loadTimeoutMs, request.key, load)
      const loadMs = core.clock.now() - began
      core.tally.loaded(request.wire, request.key, took(), false)
      if (core.events.wants('load')) {
        core.events.emit('load', { alias: core.alias, key: request.key, durationMs: loadMs })
      }
      ran?.judge(unfilledReason(request.key, value, request.batched))
      return { value, call: ran as LoadCall, loadMs }
    } catch (error) {
      // One that was aborted while it queued has not run.
      if (ran !== undefined) core.tally.loaded(request.wire, request.key, took(), true)
      throw error
    }
  }

  async #commit(
    flight: Flight,
    request: LoadRequest,
    look: Look,
    value: unknown,
    call: LoadCall,
    loadMs: number,
  ): Promise<Entry | undefined> {
    const core = this.#core
    // The store would refuse it; one that has taken the place of the store may not know that it must.
    if (flight.doomed) {
      core.refused(request.key, request.wire, OVERTAKEN)
      return undefined
    }
    const { ttlMs, staleMs, tags } = call.terms
    const storedAt = core.clock.now()
    const freshUntil = storedAt + jittered(ttlMs, request.freshness.jitter, core.random)
    const times = { freshUntil, deadAt: freshUntil + staleMs, storedAt, loadMs }
    const family = core.tally.families.of(request.wire)
    const entry: Entry = { value, tags, stamp: look.clock, rev: flight.token, ...times, family }
    try {
      if (await core.tier.commit(request.wire, flight.token, entry)) {
        core.sawStore(request.key, request.wire, value, ttlMs, loadMs)
        return entry
      }
      core.refused(request.key, request.wire, OVERTAKEN)
    } catch (error) {
      if (isOutage(error)) {
        core.outage(error, request.key)
        if (core.policy.onOutage === 'throw') throw error
      } else if (isUnkeepable(error)) {
        core.refused(request.key, request.wire, error.message, unkeepable(error))
        core.warn(request.key, `'${request.key}' is loaded on every call: ${error.message}`)
        await this.#refuse(flight, request, look, error.message)
      } else throw error
    }
    return undefined
  }

  /** Not to be stored: nobody is to queue for it, and what is served stale is not refreshed in vain on each request. */
  async #refuse(flight: Flight, request: LoadRequest, look: Look, reason: string): Promise<void> {
    const { clock: stamp } = look
    const mark = { kind: 'uncacheable', forMs: UNCACHEABLE_MS, stamp, text: reason } as const
    await this.#release(flight, mark)
    this.#pause(request, look, UNCACHEABLE_MS)
  }

  /** Returns when the load is to be begun again: it was told to stop because what it read was invalidated, and did. */
  async #fail(flight: Flight, request: LoadRequest, look: Look, error: unknown): Promise<void> {
    if (flight.abandoned) await this.#release(flight)
    else if (flight.doomed && !isCacheError(error, 'E_LOAD_TIMEOUT')) {
      await this.#release(flight)
      return
    } else {
      const forMs = pauseMs(request.freshness)
      if (request.freshness.failureTtlMs > 0) this.#core.failures.keep(flight.token, error, forMs)
      this.#pause(request, look, forMs)
      const text = failureText(error)
      await this.#release(flight, { kind: 'failed', forMs, stamp: look.clock, text })
    }
    throw error
  }

  #pause(request: LoadRequest, look: Look, forMs: number): void {
    if (look.entry !== undefined) this.#core.failures.pause(request.wire, look.entry.rev, forMs)
  }

  async #release(flight: Flight, mark?: Ending): Promise<void> {
    try {
      await this.#core.tier.release(flight.key, flight.token, mark === undefined ? {} : { mark })
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
