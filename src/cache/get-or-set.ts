// getOrSet: the value if it is there, otherwise one load for everybody who asks.
//
// The steps, by the names of the lease protocol:
//   1. Read the record and the generations in one round trip. Valid and fresh: done. Valid and stale: serve it, refresh.
//   2. Note the store's clock (S0) and `need` from that same read: before the load, after the call began.
//   3. Join an attempt of this process if that is legal (flight.ts says when).
//   4. Otherwise ACQUIRE. `lease`: load, renewing the lease, then COMMIT under S0. `busy`: sleep until woken, then read again.
//   5. A refused COMMIT (something was invalidated meanwhile) gives the value to those who joined and stores nothing.
//   6. After `maxRounds` or `waitMs`, load without storing: a storm of invalidations must not starve anyone.
// The store checks the token at COMMIT in the same step as the write, so no late or overtaken load can ever be stored.
//
// Around them: a fresh value may be refreshed before its time (freshness.ts says when), a stale one is served while one
// process refreshes it, and stands in when the load fails or takes too long. What stands in is always what this very call has
// read: a value that another caller had read may have been invalidated before this one began.
import { currentCall } from '../base/call.ts'
import type { Entry } from '../base/record.ts'
import { blindLook, type Look } from '../tiers/look.ts'
import type { CacheCore } from './core.ts'
import type { Flight } from './flight.ts'
import { isDueEarly, mayServeStale } from './freshness.ts'
import { landing } from './landing.ts'
import { loadAside } from './load-aside.ts'
import { declares, type LoadRequest } from './load-request.ts'
import { currentLoad } from './load-run.ts'
import { Loads } from './loads.ts'
import { RequestMemory } from './request-memory.ts'
import { Rounds } from './rounds.ts'
import { untilSettled } from './until-settled.ts'

/** `leads`, `follows`, `checked`, or when the call began: see `#share`. */
type Standing = 'leads' | 'follows' | 'checked' | number

export interface Served {
  readonly value: unknown
}

export class GetOrSet {
  readonly #core: CacheCore
  readonly #loads: Loads
  readonly #rounds: Rounds
  /** What the running request was shown. */
  readonly memory: RequestMemory
  /** Failures that the `error` event has had. */
  readonly #told = new WeakSet<object>()

  constructor(core: CacheCore) {
    this.#core = core
    this.#loads = new Loads(core)
    this.#rounds = new Rounds(core, this.#loads)
    this.memory = new RequestMemory(core, this.#rounds)
  }

  async run(request: LoadRequest): Promise<unknown> {
    const core = this.#core
    request.signal?.throwIfAborted()
    if (isNestedIn(request.wire)) {
      request.askedAt ||= core.tally.now()
      return await loadAside(core, request)
    }
    if (core.memo !== undefined && request.remember === undefined) {
      const shown = await this.memory.recall(request)
      if (shown !== undefined) return shown.value
      const again = this.memory.remembering(request)
      try {
        return await this.run(again)
      } finally {
        request.askedAt = again.askedAt ?? 0
      }
    }

    const began = core.flights.tick()
    // All who ask in one go have begun before the first of them reads: one read then speaks for them all.
    await Promise.resolve()
    const lookedAt = core.flights.tick()
    const look = await this.#rounds.look(request)
    if (look === undefined) {
      request.askedAt ||= core.tally.now()
      const kept = request.force === true ? undefined : core.fallback.get(request.wire)
      if (kept !== undefined) {
        core.sawHit(request.key, request.wire)
        request.settled?.()
        return kept.hand()
      }
      core.sawMiss(request.key, request.wire)
      return (await this.#blindly(request, began))?.value
    }
    const isAnything = request.accept === undefined && request.force !== true
    const entry = isAnything ? look.entry : await this.#rounds.usable(look.entry, request)
    const served = this.serve(request, look, entry)
    if (served !== undefined) return served.value

    request.askedAt ||= core.tally.now()
    const attempt = (patienceMs: number): Promise<Served | undefined> =>
      this.#attempt(request, look, began, lookedAt, patienceMs)
    if (entry !== undefined && this.#mayStandIn(entry, request))
      return await this.#orStale(entry, request, attempt)
    core.sawMiss(request.key, request.wire, look)
    if (request.force !== true) {
      const failure = core.failures.standing(request.key, look, request.freshness)
      if (failure !== undefined) throw failure
    }
    return (await attempt(Infinity))?.value
  }

  /**
   * What can be given at once: a fresh value, or a stale one while it is refreshed.
   *
   * @param refresh begins the refresh if one is due; by default of this key alone
   */
  serve(
    request: LoadRequest,
    look: Look,
    entry: Entry | undefined,
    refresh?: () => void,
  ): Served | undefined {
    if (entry === undefined) return undefined
    const { clock, failures, random } = this.#core
    const { early, softTimeoutMs } = request.freshness
    const now = clock.now()
    const fresh = entry.freshUntil > now
    if (!fresh && !this.#mayStandIn(entry, request)) return undefined
    const paused = failures.isPaused(request.wire, entry.rev)
    if (!fresh && !paused && softTimeoutMs > 0) return undefined

    if (fresh) this.#core.sawHit(request.key, request.wire, entry)
    else this.#core.sawStale(request.key, request.wire, entry)
    request.settled?.()
    if (!paused && (!fresh || isDueEarly(entry, early, now, random))) {
      if (refresh === undefined) this.refresh(request, look)
      else refresh()
    }
    if (!fresh || request.remember === undefined) return { value: entry.value }
    const landed = landing(entry.value, this.#core, entry.tags, entry)
    request.remember(landed, request.strict === true)
    return { value: landed.hand() }
  }

  /** The entry, unless this request asks for another: anew, or of another shape. */
  async usable(entry: Entry | undefined, request: LoadRequest): Promise<Entry | undefined> {
    return await this.#rounds.usable(entry, request)
  }

  /** Loads anew in the background, unless somebody does so already. For callers who have been served. */
  refresh(request: LoadRequest, look: Look): void {
    const core = this.#core
    const lease = look.record?.lease
    const isUnderWay =
      core.flights.of(request.wire) !== undefined ||
      (lease !== undefined && lease.until > core.clock.now() && lease.stamp >= look.need)
    if (isUnderWay || core.closing.aborted) {
      request.settled?.()
      return
    }
    const flight = this.#launch({ ...request, look: undefined }, look, 0)
    flight.background = true
    this.#watch(flight, request)
  }

  #mayStandIn(entry: Entry, request: LoadRequest): boolean {
    return mayServeStale(entry, request.terms.staleMs, this.#core.clock.now())
  }

  /** A new value within the caller's patience, otherwise the stale one for as long as that may be served. */
  async #orStale(
    entry: Entry,
    request: LoadRequest,
    attempt: (patienceMs: number) => Promise<Served | undefined>,
  ): Promise<unknown> {
    const core = this.#core
    try {
      let served = await attempt(request.freshness.softTimeoutMs)
      if (served === undefined && !this.#mayStandIn(entry, request))
        served = await attempt(Infinity)
      if (served !== undefined) {
        core.sawMiss(request.key, request.wire)
        return served.value
      }
    } catch (error) {
      if (request.signal?.aborted === true || !this.#mayStandIn(entry, request)) {
        core.sawMiss(request.key, request.wire)
        throw error
      }
      if (this.#isNews(error))
        core.failed('A load failed; the stale value was served.', error, request.key)
    }
    core.sawStale(request.key, request.wire, entry)
    return entry.value
  }

  /** Whether the `error` event is to hear of it: once, however many callers or keys shared the load. */
  #isNews(error: unknown): boolean {
    if (typeof error !== 'object' || error === null) return true
    if (this.#told.has(error)) return false
    this.#told.add(error)
    return true
  }

  /** Joins the attempt of this process if that is legal, else begins one. Undefined when the patience is over first. */
  async #attempt(
    request: LoadRequest,
    look: Look,
    began: number,
    lookedAt: number,
    patienceMs: number,
  ): Promise<Served | undefined> {
    const { flights, tally } = this.#core
    const flight = flights.of(request.wire)
    if (flight !== undefined && flight.joinableBy(began, look)) {
      tally.joined(request.wire)
      currentCall()?.sawJoin()
      request.settled?.()
      const standing = flight.isAheadOf(began) ? began : 'checked'
      return await this.#share(flight, request, standing, patienceMs)
    }
    const from = request.look === undefined ? lookedAt : 0
    return await this.#share(this.#launch(request, look, from), request, 'leads', patienceMs)
  }

  #launch(request: LoadRequest, look: Look, lookedAt: number): Flight {
    // An attempt is not its first caller's: that one may give up while others wait.
    const shared = { ...request, signal: undefined }
    return this.#begin(request, (flight) => this.#rounds.run(flight, shared, look, lookedAt))
  }

  /**
   * The store is away: one load in this process for all who ask, stored nowhere. A local invalidation detaches it; of those
   * by others nobody can tell. Where nothing may be kept through an outage, a caller takes no load either that began before
   * it did: it waits for the next one.
   */
  async #blindly(request: LoadRequest, began: number): Promise<Served | undefined> {
    const { flights, policy, tally } = this.#core
    const running = flights.of(request.wire)
    if (running === undefined) {
      const look = blindLook(request.wire)
      const flight = this.#begin(request, (own) => this.#loads.unstored(own, request, look))
      return await this.#share(flight, request, 'leads')
    }
    tally.joined(request.wire)
    currentCall()?.sawJoin()
    request.settled?.()
    return await this.#share(running, request, policy.outageTtlMs > 0 ? 'follows' : began)
  }

  #begin(request: LoadRequest, act: (flight: Flight) => ReturnType<Rounds['run']>): Flight {
    const { flights, tokens } = this.#core
    const flight = flights.begin(request.wire, tokens.next())
    void act(flight)
      .then(flight.land, flight.fail)
      .finally(() => {
        flights.end(flight)
        request.settled?.()
      })
    return flight
  }

  /** A refresh that goes on without callers has an owner all the same, who hears of its failure. */
  #watch(flight: Flight, request: LoadRequest): void {
    const message = 'A refresh in the background failed; the value there is served on.'
    const heard = flight.result.catch((error: unknown) => {
      if (this.#isNews(error)) throw error
    })
    this.#core.runInBackground(heard, message, request.key)
  }

  /**
   * @param standing `leads`: the attempt is this caller's own. `follows`: it is good for this caller as well. A number: when
   * the call began; the deciding act must turn out to have begun later. `checked`: the store has vouched for the attempt,
   * against the tags that the caller knew of; if it turns out to have others, one of them may have been invalidated before
   * this call. Otherwise the caller looks again
   * @returns undefined when `patienceMs` have passed first: the attempt then goes on as a refresh
   */
  async #share(
    flight: Flight,
    request: LoadRequest,
    standing: Standing,
    patienceMs = Infinity,
  ): Promise<Served | undefined> {
    const parent = currentLoad.getStore()
    if (parent !== undefined && flight.reaches(parent))
      return { value: await loadAside(this.#core, request) }

    const { clock, flights, policy } = this.#core
    const done = parent === undefined ? flight.gain() : parent.awaits(flight)
    try {
      const landed = await untilSettled(flight.result, request.signal, clock, patienceMs)
      if (landed === undefined) {
        if (!flight.background) this.#watch(flight, request)
        flight.background = true
        return undefined
      }
      const good =
        standing === 'checked'
          ? declares(request, landed.tags)
          : typeof standing === 'string' || flight.isAheadOf(standing)
      if (landed.isOwn === true && standing !== 'leads')
        return { value: await loadAside(this.#core, request) }
      if (good) {
        if (landed.entry !== undefined) request.remember?.(landed, true)
        return { value: landed.hand() }
      }
    } catch (error) {
      if (request.signal?.aborted === true && flight.interested === 1 && !flight.background) {
        flights.abandon(flight, request.signal.reason)
      }
      throw error
    } finally {
      currentCall()?.took(flight.call)
      done()
    }
    const retries = (request.retries ?? 0) + 1
    if (retries > policy.maxRounds) return { value: await loadAside(this.#core, request) }
    return { value: await this.run({ ...request, look: undefined, strict: true, retries }) }
  }
}

function isNestedIn(wire: string): boolean {
  return currentLoad.getStore()?.key === wire
}
