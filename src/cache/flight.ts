import type { Token } from '../base/token.ts'
import type { Look } from '../tiers/look.ts'

/** What a flight brought, and where from. */
export interface Landed {
  /** Gives the value to one more caller: the first may get the very object, the others get copies of it as it was. */
  hand(): unknown
  /** `load`: its loader ran. `stored`: another process had loaded it. `stale`: the load failed and an old value stood in. */
  readonly from: 'load' | 'stored' | 'stale'
  /** The tags of what was just loaded, also those that only its loader knew of: nobody has judged them yet. */
  readonly tags: readonly string[]
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
  /** The sequence number of the deciding act; `undefined` while it is still to come. */
  decidedAt: number | undefined
  /** Callers that still want the result. */
  interested = 0
  /** Other attempts of this process that this one's loader waits for. */
  readonly waitsFor: Set<Flight> = new Set()
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
    for (const next of this.waitsFor) if (next.reaches(other)) return true
    return false
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
    flight.doomed = true
    flight.controller.abort(new DOMException('What this load reads was invalidated.', 'AbortError'))
  }

  /** While the store is away nobody can check an attempt: a local invalidation makes the running ones unjoinable. */
  detach(key?: string): void {
    if (key === undefined) this.#byKey.clear()
    else this.#byKey.delete(key)
  }
}
