// One attempt, from the lease to the landing: steps 4 to 6 of the lease protocol (get-or-set.ts has the list).
import type { Entry, Mark } from '../base/record.ts'
import type { Acquired } from '../base/store.ts'
import type { Token } from '../base/token.ts'
import type { Look } from '../tiers/look.ts'
import type { CacheCore } from './core.ts'
import type { Flight, Landed } from './flight.ts'
import { mayServeStale, pauseMs } from './freshness.ts'
import { landing, LEFT } from './landing.ts'
import { declares, type LoadRequest } from './load-request.ts'
import type { Loads } from './loads.ts'
import type { Wake } from './waiters.ts'

type Busy = Extract<Acquired, { outcome: 'busy' }>

/** Spread over waiters of one key in many processes, so that they do not all take a lapsed lease over at once. */
const TAKEOVER_JITTER_MS = 50
/** Where no message wakes those who wait they look again, soon at first. */
const LONGEST_POLL_MS = 50

/** What one round came to: the end of the attempt, or another round, which counts unless only time has passed. */
type Round =
  | { readonly landed: Landed }
  | { readonly counts: boolean; readonly holder?: Token | undefined }

const AGAIN: Round = { counts: true }

export class Rounds {
  readonly #core: CacheCore
  readonly #loads: Loads

  constructor(core: CacheCore, loads: Loads) {
    this.#core = core
    this.#loads = loads
  }

  /** @param lookedFrom a moment before `first` was read, by the sequence of this process */
  async run(
    flight: Flight,
    request: LoadRequest,
    first: Look,
    lookedFrom: number,
  ): Promise<Landed> {
    const { clock, flights, policy, tokens } = this.#core
    const giveUpAt = clock.now() + policy.waitMs
    let look = first
    let lookedAt = lookedFrom
    let holder: Token | undefined
    let polls = 0
    for (let round = 0; round < policy.maxRounds && clock.now() < giveUpAt;) {
      if (isNotToBeStored(look)) break
      const came = await this.#round(flight, request, look, lookedAt, {
        giveUpAt,
        pollMs: this.#core.store.can.pushWake
          ? Infinity
          : Math.min(LONGEST_POLL_MS, 5 * 2 ** polls),
      })
      if (came === undefined) break
      if ('landed' in came) return came.landed
      // Whoever is told to wait for the same load again is no further: that is what polling looks like.
      const waits = came.holder !== undefined && came.holder === holder
      if (came.counts && !waits) round++
      polls = waits ? polls + 1 : 0
      holder = came.holder
      if (flight.isUnwanted || flight.abandoned) return this.#leave(flight)
      flights.rearm(flight, tokens.next())
      lookedAt = flights.tick()
      flight.decidedAt = lookedAt
      const again = await this.look({ ...request, look: undefined, strict: true })
      if (again === undefined) break
      this.#hearOf(came, look, again, request)
      look = again
      const entry = await this.usable(look.entry, { ...request, force: false })
      if (entry !== undefined && entry.freshUntil > clock.now())
        return landing(entry.value, this.#core, [], entry)
      flight.decidedAt = undefined
    }
    // What cannot be stored would be loaded for nobody.
    if (flight.isUnwanted) return this.#leave(flight)
    return await this.#loads.unstored(flight, request, look)
  }

  /** To be called in one turn with the question whether anybody wants it: nobody joins an attempt that brings nothing. */
  #leave(flight: Flight): Landed {
    this.#core.flights.end(flight)
    return LEFT
  }

  /** Undefined when the store is away and the application is to go on without it. */
  async look(request: LoadRequest): Promise<Look | undefined> {
    if (request.look !== undefined) return request.look
    const { signal, terms } = request
    const strict = request.strict === true || request.force === true
    const looked = { tags: terms.tags, signal, strict, askedAt: 0 }
    const look = await this.#core.guard(
      () => this.#core.tier.lookOne(request.wire, looked),
      () => undefined,
      request.key,
    )
    request.askedAt ||= looked.askedAt
    return look
  }

  async usable(entry: Entry | undefined, request: LoadRequest): Promise<Entry | undefined> {
    if (entry === undefined || request.force === true) return undefined
    if (request.accept === undefined || (await this.#accepts(entry, request))) return entry
    this.#core.refused(
      request.key,
      request.wire,
      'the stored value does not have the expected shape',
    )
    return undefined
  }

  /** A schema that throws costs a miss, as one that refuses does. */
  async #accepts({ value }: Entry, request: LoadRequest): Promise<boolean> {
    try {
      return (await request.accept?.(value)) === true
    } catch (error) {
      const message = 'A schema threw on a stored value, which counts as a miss.'
      this.#core.failed(message, error, request.key)
      return false
    }
  }

  /** Undefined: no lease is to be had, load without one. */
  async #round(
    flight: Flight,
    request: LoadRequest,
    look: Look,
    lookedAt: number,
    { giveUpAt, pollMs }: { readonly giveUpAt: number; readonly pollMs: number },
  ): Promise<Round | undefined> {
    const { policy, tier, waiters } = this.#core
    const waiter = waiters.register(request.wire)
    try {
      const acquired =
        this.#stillRunning(flight, look) ??
        (await this.#core.guard<Acquired>(
          () =>
            tier.acquire(request.wire, {
              token: flight.token,
              leaseMs: policy.leaseMs,
              seen: look.record?.entry?.rev,
              stamp: look.clock,
              need: look.need,
            }),
          () => ({ outcome: 'bypass' }),
          request.key,
        ))
      switch (acquired.outcome) {
        case 'lease': {
          const landed = await this.#loads.leased(flight, request, look)
          return landed === undefined ? AGAIN : { landed }
        }
        case 'bypass':
          return undefined
        case 'hit':
          return AGAIN
        case 'busy': {
          request.settled?.()
          // Somebody refreshes it already, and nobody here waits for that.
          if (flight.isUnwanted) return AGAIN
          const patience = acquired.remainingMs + this.#core.random() * TAKEOVER_JITTER_MS
          const left = giveUpAt - this.#core.clock.now()
          const waitMs = Math.max(1, Math.min(patience, pollMs, left))
          const wait = (): Promise<Wake> => waiter.wait(waitMs)
          return await this.#waitFor(acquired, flight, request, look, lookedAt, wait)
        }
      }
    } finally {
      waiter.cancel()
    }
  }

  /**
   * Who polls asks for the lease only when a look has shown that it is free: asked for at every poll, it would be given in
   * the moment after the load has failed, in place of the mark that says so. Where messages wake, only the store can tell
   * whether one will come.
   */
  #stillRunning({ waitedFor }: Flight, { record, need }: Look): Busy | undefined {
    const lease = record?.lease
    if (lease === undefined || lease.token !== waitedFor || lease.stamp < need) return undefined
    const remainingMs = lease.until - this.#core.clock.now()
    if (this.#core.store.can.pushWake || remainingMs <= 0) return undefined
    return { outcome: 'busy', holder: lease.token, remainingMs }
  }

  async #waitFor(
    { holder: token }: Busy,
    flight: Flight,
    request: LoadRequest,
    look: Look,
    lookedAt: number,
    wait: () => Promise<Wake>,
  ): Promise<Round | undefined> {
    const { flights } = this.#core
    const holder = flights.holding(token)
    if (holder !== undefined) {
      // Two loads of this process that would wait for each other.
      if (holder.reaches(flight)) return undefined
      // The store has just vouched for that attempt of our own process, against what we had read: its result is good
      // for all whose calls began before that read.
      flight.decidedAt = lookedAt
      flights.defer(flight, holder)
      const done = flight.awaits(holder)
      try {
        const landed = await holder.result
        if (landed.isOwn === true) return undefined
        return declares(request, landed.tags) ? { landed } : AGAIN
      } finally {
        done()
      }
    }
    // Where nobody wakes those who wait, the same wait comes in pieces.
    if (flight.waitedFor !== token) this.#core.tally.waits++
    flight.waitedFor = token
    const wake = await wait()
    const entry = await this.#vouched(wake, token, request)
    if (entry !== undefined) {
      flight.decidedAt = lookedAt
      return { landed: landing(entry.value, this.#core, [], entry) }
    }
    const mark = wake.committed?.mark
    if (mark?.token === token) {
      if (mark.kind === 'failed') this.#failed(mark, look, request)
      return undefined
    }
    return { counts: wake.woken, holder: token }
  }

  /**
   * What a wake brought, if it is the very load for which the store said `busy`: it vouched for that against what this call
   * had read. With tags that the caller did not declare it must be judged like anything else: by looking.
   */
  async #vouched(wake: Wake, holder: Token, request: LoadRequest): Promise<Entry | undefined> {
    const { committed } = wake
    const entry = committed?.undecodable === undefined ? committed?.entry : undefined
    if (entry === undefined || entry.rev !== holder || !declares(request, entry.tags))
      return undefined
    if (entry.freshUntil <= this.#core.clock.now()) return undefined
    return await this.usable(entry, { ...request, force: false })
  }

  /** Throws when the load that this attempt waited for has failed, and nothing that it had read was invalidated since. */
  #hearOf(round: Round, before: Look, look: Look, request: LoadRequest): void {
    if (!('counts' in round) || round.holder === undefined) return
    const { entry, record } = look
    const mark = record?.mark
    if (mark?.kind === 'failed' && mark.token === round.holder && mark.stamp >= look.need)
      this.#failed(mark, look, request)
    // Where an older value lives no mark is left. Woken, and it is still the one, and nobody refreshes it: no new one came.
    if (!round.counts || entry === undefined || entry.rev !== before.entry?.rev) return
    if (record?.lease !== undefined) return
    if (!mayServeStale(entry, request.terms.staleMs, this.#core.clock.now())) return
    this.#failed(undefined, look, request)
  }

  /** Those who waited for a load fail with it: else each would try in turn what has just failed. */
  #failed(mark: Mark | undefined, look: Look, request: LoadRequest): never {
    const { failures } = this.#core
    if (look.entry !== undefined)
      failures.pause(request.wire, look.entry.rev, pauseMs(request.freshness))
    throw failures.ofHolder(request.key, mark)
  }
}

/** A load that asks for a lease here would be told to do without: it is not to be stored, or its source is about to change. */
function isNotToBeStored({ record, need }: Look): boolean {
  const mark = record?.mark
  if (mark === undefined || mark.kind === 'failed') return false
  return mark.kind === 'intent' || mark.stamp >= need
}
