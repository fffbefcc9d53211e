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
import { isOutage } from '../base/errors.ts'
import type { Entry } from '../base/record.ts'
import { blindLook, type Look } from '../tiers/look.ts'
import type { CacheCore } from './core.ts'
import type { Flight, Landed } from './flight.ts'
import { LoadCall } from './load-call.ts'
import { currentLoad, landing, type LoadRequest, Loads, mayServeStale } from './loads.ts'

/** Spread over waiters of one key in many processes, so that they do not all take a lapsed lease over at once. */
const TAKEOVER_JITTER_MS = 50

export class GetOrSet {
  readonly #core: CacheCore
  readonly #loads: Loads

  constructor(core: CacheCore) {
    this.#core = core
    this.#loads = new Loads(core)
  }

  async run(request: LoadRequest): Promise<unknown> {
    const core = this.#core
    request.signal?.throwIfAborted()
    if (isNestedIn(request.wire)) return await this.#loadAside(request)

    const began = core.flights.tick()
    const look = await this.#look(request)
    if (look === undefined) return await this.#share(this.#launchBlind(request), request, 'leads')

    const entry = await this.#usable(look.entry, request)
    if (entry !== undefined && entry.freshUntil > core.clock.now()) {
      core.sawHit(request.key)
      request.settled?.()
      return entry.value
    }
    if (entry !== undefined && mayServeStale(entry, request, core.clock.now())) {
      core.sawStale(request.key)
      request.settled?.()
      this.#refresh(request, look)
      return entry.value
    }
    core.sawMiss(request.key, look)

    const flight = core.flights.of(request.wire)
    if (flight !== undefined && flight.joinableBy(began, look)) {
      core.counts.joined++
      request.settled?.()
      return await this.#share(flight, request, flight.isAheadOf(began) ? began : 'checked')
    }
    return await this.#share(
      this.#launch(request, look, request.look === undefined ? began : 0),
      request,
      'leads',
    )
  }

  // Undefined when the store is away and the application is to go on without it.
  async #look(request: LoadRequest): Promise<Look | undefined> {
    if (request.look !== undefined) return request.look
    const { tags } = request.terms
    return await this.#core.guard(
      () => this.#core.tier.lookOne(request.wire, { tags, signal: request.signal }),
      () => undefined,
      request.key,
    )
  }

  async #usable(entry: Entry | undefined, request: LoadRequest): Promise<Entry | undefined> {
    if (entry === undefined || request.force === true) return undefined
    if (request.accept === undefined || (await request.accept(entry.value))) return entry
    this.#core.refused(request.key, 'the stored value does not have the expected shape')
    return undefined
  }

  #refresh(request: LoadRequest, look: Look): void {
    if (this.#core.flights.of(request.wire) !== undefined) return
    const flight = this.#launch(request, look, 0)
    this.#core.runInBackground(flight.result, 'A refresh in the background failed.', request.key)
  }

  #launch(request: LoadRequest, look: Look, lookedAt: number): Flight {
    const { flights, tokens } = this.#core
    const flight = flights.begin(request.wire, tokens.next())
    void this.#rounds(flight, request, look, lookedAt)
      .then(flight.land, flight.fail)
      .finally(() => flights.end(flight))
    return flight
  }

  /** The store is away: one load in this process for all who ask, stored nowhere. A local invalidation detaches it. */
  #launchBlind(request: LoadRequest): Flight {
    const { flights, tokens, counts } = this.#core
    this.#core.sawMiss(request.key)
    const running = flights.of(request.wire)
    if (running !== undefined) {
      counts.joined++
      request.settled?.()
      return running
    }
    const flight = flights.begin(request.wire, tokens.next())
    void this.#loads
      .unstored(flight, request, blindLook(request.wire))
      .then(flight.land, flight.fail)
      .finally(() => flights.end(flight))
    return flight
  }

  /**
   * @param standing `leads`: the attempt is this caller's own. A number: when the call began; the deciding act must turn out
   * to have begun later. `checked`: the store has vouched for the attempt, against the tags that the caller knew of; if it
   * turns out to have others, one of them may have been invalidated before this call. Otherwise the caller looks again
   */
  async #share(
    flight: Flight,
    request: LoadRequest,
    standing: 'leads' | 'checked' | number,
  ): Promise<unknown> {
    const parent = currentLoad.getStore()
    if (parent !== undefined && flight.reaches(parent)) return await this.#loadAside(request)

    flight.interested++
    parent?.waitsFor.add(flight)
    try {
      const landed = await untilAborted(flight.result, request.signal)
      const good =
        standing === 'checked'
          ? declares(request, landed.tags)
          : standing === 'leads' || flight.isAheadOf(standing)
      if (good) return landed.hand()
    } catch (error) {
      if (request.signal?.aborted === true && flight.interested === 1) {
        flight.controller.abort(request.signal.reason)
      }
      throw error
    } finally {
      flight.interested--
      parent?.waitsFor.delete(flight)
    }
    const retries = (request.retries ?? 0) + 1
    if (retries > this.#core.policy.maxRounds) return await this.#loadAside(request)
    return await this.run({ ...request, look: undefined, retries })
  }

  /** @param lookedFrom a moment before `first` was read, by the sequence of this process */
  async #rounds(
    flight: Flight,
    request: LoadRequest,
    first: Look,
    lookedFrom: number,
  ): Promise<Landed> {
    const { clock, flights, policy, tier, tokens, waiters } = this.#core
    const giveUpAt = clock.now() + policy.waitMs
    let look = first
    let lookedAt = lookedFrom
    for (let round = 0; round < policy.maxRounds && clock.now() < giveUpAt;) {
      const waiter = waiters.register(request.wire)
      let woken = true
      try {
        const acquired = await tier.acquire(request.wire, {
          token: flight.token,
          leaseMs: policy.leaseMs,
          seen: look.record?.entry?.rev,
          stamp: look.clock,
          need: look.need,
        })
        if (acquired.outcome === 'lease') {
          const landed = await this.#loads.leased(flight, request, look)
          if (landed !== undefined) return landed
        } else if (acquired.outcome === 'busy') {
          request.settled?.()
          const holder = flights.holding(acquired.holder)
          if (holder !== undefined && !holder.reaches(flight)) {
            // The store has just vouched for that attempt of our own process, against what we had read: its result is good
            // for all whose calls began before that read.
            flight.decidedAt = lookedAt
            flights.defer(flight, holder)
            const landed = await holder.result
            if (declares(request, landed.tags)) return landed
          } else {
            const patience = acquired.remainingMs + Math.random() * TAKEOVER_JITTER_MS
            woken = await waiter.wait(Math.max(1, Math.min(patience, giveUpAt - clock.now())))
          }
        }
      } catch (error) {
        if (!isOutage(error)) throw error
        this.#core.outage(error, request.key)
        if (policy.onOutage === 'throw') throw error
        return await this.#loads.unstored(flight, request, look)
      } finally {
        waiter.cancel()
      }
      if (woken) round++
      flights.rearm(flight, tokens.next())
      lookedAt = flights.tick()
      flight.decidedAt = lookedAt
      const again = await this.#look({ ...request, look: undefined })
      if (again === undefined) return await this.#loads.unstored(flight, request, look)
      look = again
      const entry = await this.#usable(look.entry, { ...request, force: false })
      if (entry !== undefined && entry.freshUntil > clock.now())
        return landing(entry.value, 'stored', this.#core)
      flight.decidedAt = undefined
    }
    return await this.#loads.unstored(flight, request, look)
  }

  /** Nobody to share with: the same key inside its own loader, or two loaders that would wait for each other. */
  async #loadAside(request: LoadRequest): Promise<unknown> {
    request.settled?.()
    this.#core.counts.loads++
    const signal = request.signal ?? new AbortController().signal
    return await request.load(new LoadCall(signal, request.terms, undefined))
  }
}

/** Whether the caller was checked against all of these tags. */
function declares(request: LoadRequest, tags: readonly string[]): boolean {
  return tags.every((tag) => request.terms.tags.includes(tag))
}

function isNestedIn(wire: string): boolean {
  return currentLoad.getStore()?.key === wire
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise
  signal.throwIfAborted()
  let stop = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    stop = () => signal.removeEventListener('abort', abort)
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    stop()
  }
}
