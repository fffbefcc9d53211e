import type { CacheCall } from '../base/call.ts'
import type { Entry } from '../base/record.ts'
import type { Token } from '../base/token.ts'
import type { Look } from '../tiers/look.ts'

/** What a flight brought. */
export interface Landed {
  /** Gives the value to one more caller: the first may get the very object, the others get copies of it as it was. */
  hand(): unknown
  /** As it is in the store; undefined for what is not stored. */
  readonly entry: Entry | undefined
  /** What a copy of the value takes, by the codec's measure. */
  readonly bytes: number
  /** The tags of what was just loaded, also those that only its loader knew of: nobody has judged them yet. */
  readonly tags: readonly string[]
  /** It is of use to the caller alone for whom it was loaded: whoever shared the attempt loads for itself. */
  readonly isOwn?: boolean
}

/**
 * One attempt of this process to get one key's value, shared by callers as long as that is legal.
 *
 * A caller may take the result of an attempt whose *deciding act* (the load, or the read that found another process's
 * value) begins after the caller's own call began: everything invalidated before the call was then invalidated before
 * the load, too. For an attempt already decided, only the store can tell: see `joinableBy`. Joining without either check
 * is how naive single flights serve values from before an invalidation.
 */
export class Flight {
  readonly key: string
  readonly result: Promise<Landed>
  /** Under which the lease is held or asked for; a new one for each round. */
  token: Token
  /** Aborted when the lease is taken away or the last caller gives up. */
  controller: AbortController = new AbortController()
  doomed = false
  /** Loads for its callers alone: there is no lease that could be taken away, and nothing to be stored that could be wrong. */
  unstored = false
  /** Every caller gave up: what its loader does now concerns nobody. */
  abandoned = false
  /** Goes on although nobody waits for it: a refresh of a value that is served meanwhile. */
  background = false
  /** The sequence number of the deciding act; `undefined` while it is still to come. */
  decidedAt: number | undefined
  /** Callers, and other attempts, that still want the result. */
  interested = 0
  /** Another process's load that it waited for last. */
  waitedFor: Token | undefined
  /** Its load, as those who listen are told of it. */
  call: CacheCall | undefined
  /** Its load counts among those that may run at once. */
  placed = false
  /** A load that is running waits for this one in the end: it must not wait for a place among the running ones. */
  urgent = false
  /** Leaves the queue of loads at once; set while it is in it. */
  skipQueue: (() => void) | undefined
  /** Ends the wait for the loader and tells it so; set while one runs. */
  stop: ((reason: unknown) => void) | undefined
  /** Other attempts of this process that this one's loader waits for, and how often. */
  readonly #waitsFor = new Map<Flight, number>()
  land!: (landed: Landed) => void
  fail!: (error: unknown) => void

  constructor(key: string, token: Token) {
    this.key = key
    this.token = token
    this.result = new Promise((resolve, reject) => {
      this.land = resolve
      this.fail = reject
    })
    // Nobody may be left to hear of a failure; that must not end the process.
    this.result.catch(() => {})
  }

  /** Whether the deciding act comes after a caller that began at `began`. */
  isAheadOf(began: number): boolean {
    return this.decidedAt === undefined || this.decidedAt > began
  }

  /** Whether a caller that began at `began` and has just looked may share this attempt. */
  joinableBy(began: number, look: Look): boolean {
    if (this.isAheadOf(began)) return true
    // The record that the caller has just read still carries this attempt's lease, so its key was not invalidated, and the
    // lease is younger than every invalidation of its fields.
    const lease = look.record?.lease
    return lease !== undefined && lease.token === this.token && lease.stamp >= look.need
  }

  /** Whether waiting for this attempt would wait for `other` in the end. */
  reaches(other: Flight): boolean {
    if (this === other) return true
    for (const next of this.#waitsFor.keys()) if (next.reaches(other)) return true
    return false
  }

  /** One more wants the result, until the returned function is called. */
  gain(): () => void {
    this.interested++
    return () => {
      this.interested--
    }
  }

  /** This attempt waits for `other` until the returned function is called. */
  awaits(other: Flight): () => void {
    this.#waitsFor.set(other, (this.#waitsFor.get(other) ?? 0) + 1)
    const done = other.gain()
    if (this.placed || this.urgent) other.hurry()
    return () => {
      done()
      const count = (this.#waitsFor.get(other) ?? 1) - 1
      if (count === 0) this.#waitsFor.delete(other)
      else this.#waitsFor.set(other, count)
    }
  }

  /** A running load waits for this one: whoever holds a place must not wait for one that waits for a place. */
  hurry(): void {
    if (this.urgent) return
    this.urgent = true
    this.skipQueue?.()
    for (const next of this.#waitsFor.keys()) next.hurry()
  }

  /** Nobody waits for it any more, and nothing is lost if it ends. */
  get isUnwanted(): boolean {
    return this.background && this.interested === 0
  }
}

/** The attempts of this process, the newest per key, and a sequence that orders calls and deciding acts. */
export class Flights {
  readonly #byKey = new Map<string, Flight>()
  readonly #byToken = new Map<Token, Flight>()
  #sequence = 0

  get size(): number {
    return this.#byKey.size
  }

  /** Orders events of this process: a later call gives a larger number. */
  tick(): number {
    return ++this.#sequence
  }

  of(key: string): Flight | undefined {
    return this.#byKey.get(key)
  }

  begin(key: string, token: Token): Flight {
    const flight = new Flight(key, token)
    this.#byKey.set(key, flight)
    this.#byToken.set(token, flight)
    return flight
  }

  /** Another round of the same attempt: a late message about the old token must not end it. */
  rearm(flight: Flight, token: Token): void {
    this.#byToken.delete(flight.token)
    flight.token = token
    flight.controller = new AbortController()
    flight.doomed = false
    flight.decidedAt = undefined
    this.#byToken.set(token, flight)
  }

  end(flight: Flight): void {
    this.#byToken.delete(flight.token)
    // A newer attempt may have replaced this one; only the owner removes its own.
    if (this.#byKey.get(flight.key) === flight) this.#byKey.delete(flight.key)
  }

  /** `flight` waits for `holder`, whose load began before: callers that begin from now on must be checked against that one. */
  defer(flight: Flight, holder: Flight): void {
    if (this.#byKey.get(flight.key) === flight) this.#byKey.set(flight.key, holder)
  }

  /** The attempt of this process that holds `token`. */
  holding(token: Token): Flight | undefined {
    return this.#byToken.get(token)
  }

  /** The lease was taken away: whatever is being loaded cannot be stored any more, so the loader is told to stop. */
  doom(token: Token): void {
    const flight = this.#byToken.get(token)
    if (flight === undefined) return
    if (this.#byKey.get(flight.key) === flight) this.#byKey.delete(flight.key)
    if (flight.unstored) return
    flight.doomed = true
    flight.controller.abort(new DOMException('What this load reads was invalidated.', 'AbortError'))
  }

  /** No lease is worth anything any more. */
  doomAll(): void {
    // Dooming takes from the map of keys, not from this one.
    for (const token of this.#byToken.keys()) this.doom(token)
  }

  /** The last caller gave up: the loader is told to stop, and nobody else may come to depend on how it ends. */
  abandon(flight: Flight, reason: unknown): void {
    this.end(flight)
    flight.abandoned = true
    flight.controller.abort(reason)
  }

  /** Refreshes in the background are told to stop. */
  stopBackground(reason: unknown): void {
    for (const flight of this.#byToken.values()) {
      if (!flight.isUnwanted) continue
      flight.abandoned = true
      // Also one that does not listen: whoever closes must not wait for ever.
      if (flight.stop === undefined) flight.controller.abort(reason)
      else flight.stop(reason)
    }
  }

  /** While the store is away nobody can check an attempt: a local invalidation makes the running ones unjoinable. */
  detach(key?: string): void {
    if (key === undefined) this.#byKey.clear()
    else this.#byKey.delete(key)
  }
}
