import { currentCall } from '../base/call.ts'
import type { Clock } from '../base/clock.ts'
import type { Codec } from '../base/codec.ts'
import type { Entry } from '../base/record.ts'
import { CacheError, isOutage } from '../base/errors.ts'
import type { EventHub } from '../base/events.ts'
import { type Key, keyText } from '../base/key.ts'
import type { Health } from '../base/measures.ts'
import type { Store } from '../base/store.ts'
import type { TokenSource } from '../base/token.ts'
import type { Look } from '../tiers/look.ts'
import type { SharedTier } from '../tiers/shared-tier.ts'
import { Advisor } from './advisor.ts'
import { CallNames } from './call-names.ts'
import { Fallback } from './fallback.ts'
import { Failures } from './failures.ts'
import { Flights } from './flight.ts'
import { LoadSlots } from './load-slots.ts'
import type { CachePolicy, OnOutage } from './options.ts'
import { currentMemo, type RequestMemo } from './request-memo.ts'
import type { Tally } from './tally.ts'
import { Waiters } from './waiters.ts'

export interface CoreParts {
  readonly alias: string
  readonly store: Store
  readonly tier: SharedTier
  readonly tokens: TokenSource
  readonly clock: Clock
  readonly codec: Codec
  readonly events: EventHub
  readonly policy: CachePolicy
  readonly tally: Tally
  /** How an outage of the store is met; undefined where it cannot be away. */
  readonly guard: (() => StoreGuard) | undefined
  /** Numbers from 0 up to 1, as `Math.random`. */
  readonly random: () => number
}

/** How the store is spared while it is away, and what is owed to it. */
export interface StoreGuard {
  readonly breaker: 'closed' | 'open' | 'probing'
  /** Milliseconds of this process's clock. */
  readonly openSince: number | undefined
  readonly owed: number
}

/** Names a value that a warning was already given for, so that a hot key does not flood the log. */
const MAX_WARNED = 100

/** What all views of one alias (its namespaces, its versions) share: store, flights, waiters, counters, listeners. */
export class CacheCore {
  readonly alias: string
  readonly tier: SharedTier
  readonly tokens: TokenSource
  readonly clock: Clock
  readonly codec: Codec
  readonly events: EventHub
  readonly policy: CachePolicy
  readonly random: () => number
  readonly tally: Tally
  readonly flights: Flights = new Flights()
  readonly waiters: Waiters
  readonly fallback: Fallback
  readonly slots: LoadSlots
  readonly failures: Failures
  readonly advisor: Advisor
  readonly names: CallNames = new CallNames()
  readonly #store: Store
  readonly #guard: (() => StoreGuard) | undefined
  readonly #background = new Set<Promise<unknown>>()
  readonly #warned = new Set<string>()
  readonly #closing = new AbortController()
  #blindSince: number | undefined
  #era = 0

  constructor(parts: CoreParts) {
    this.alias = parts.alias
    this.tier = parts.tier
    this.tokens = parts.tokens
    this.clock = parts.clock
    this.codec = parts.codec
    this.events = parts.events
    this.policy = parts.policy
    this.random = parts.random
    this.#store = parts.store
    this.#guard = parts.guard
    this.tally = parts.tally
    this.tier.counter = parts.tally
    this.waiters = new Waiters(parts.clock)
    this.fallback = new Fallback(parts.clock, parts.policy.outageTtlMs)
    this.slots = new LoadSlots(parts.policy.maxConcurrentLoads)
    this.failures = new Failures(parts.clock)
    this.advisor = new Advisor(this)
    this.#store.listen({
      wake: (key, committed) => this.waiters.wake(key, committed),
      doom: (token) => this.flights.doom(token),
      lost: () => this.waiters.wakeAll(),
      reset: () => {
        this.#era++
        this.tier.reset()
        this.flights.doomAll()
        this.waiters.wakeAll()
      },
    })
  }

  get store(): Store {
    return this.#store
  }

  /** The memo of the running request, if it has one. */
  get memo(): RequestMemo | undefined {
    return currentMemo()
  }

  /** A call here does more than to give a value: a request remembers it, somebody is told of the call, an answer ends an outage. */
  get isWatched(): boolean {
    return (
      this.#blindSince !== undefined || currentMemo() !== undefined || currentCall() !== undefined
    )
  }

  /** The last act on the store found it away. */
  get blind(): boolean {
    return this.#blindSince !== undefined
  }

  get health(): Health {
    const { breaker = 'closed', openSince, owed = 0 } = this.#guard?.() ?? {}
    const down = this.#blindSince === undefined ? 'up' : 'down'
    return {
      state: breaker === 'closed' ? down : breaker,
      since: breaker === 'closed' ? this.#blindSince : openSince,
      owed,
      loadsRunning: this.slots.running,
      loadsQueued: this.slots.queued,
    }
  }

  /** How often the store may have become another one. */
  get era(): number {
    return this.#era
  }

  /** Aborted when the cache is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /**
   * Runs an act on the store. When the store is away, `onOutage: 'bypass'` gives `fallback` instead; every other error, and
   * every outage under `'throw'`, reaches the caller as it is.
   *
   * @param onOutage default the alias's
   */
  async guard<T>(
    act: () => Promise<T>,
    fallback: () => T,
    key?: string,
    onOutage: OnOutage = this.policy.onOutage,
  ): Promise<T> {
    try {
      const result = await act()
      if (this.#blindSince !== undefined) {
        this.#blindSince = undefined
        this.fallback.empty()
      }
      return result
    } catch (error) {
      if (!isOutage(error)) throw error
      this.outage(error, key)
      if (onOutage === 'throw') throw error
      return fallback()
    }
  }

  /**
   * Something was invalidated here: running loads are shared with nobody who asks from now on, where the store cannot say
   * whether they may be, and what was kept for an outage is gone.
   *
   * @param wire default: all
   */
  detach(wire?: string): void {
    this.flights.detach(wire)
    this.fallback.empty()
  }

  outage(error: unknown, key?: string): void {
    this.tally.outages++
    currentCall()?.sawOutage()
    this.#blindSince ??= this.clock.now()
    this.failed('The store is away; the application was spared.', error, key)
  }

  /** Something failed that must not reach the application. */
  failed(message: string, error: unknown, key?: string): void {
    if (!this.events.wants('error')) return
    this.events.emit('error', {
      alias: this.alias,
      error,
      message,
      ...(key === undefined ? {} : { key }),
    })
  }

  /**
   * A value is not stored; the caller gets it all the same.
   *
   * @param name under which it is counted, where the reason tells of this one value
   */
  refused(key: string, wire: string, reason: string, name = reason): void {
    this.tally.refused(wire, name)
    if (this.events.wants('refuse')) this.events.emit('refuse', { alias: this.alias, key, reason })
  }

  /** Says once per key what a developer should know, as Node says its own warnings. */
  warn(key: string, message: string): void {
    if (this.#warned.has(key) || this.#warned.size >= MAX_WARNED) return
    this.#warned.add(key)
    process.emitWarning(message, { type: 'BreakwaterWarning', code: 'BREAKWATER_NOT_STORED' })
  }

  /** Counts a judged read and tells the listeners. */
  sawHit(key: Key, wire: string, entry?: Entry): void {
    this.tally.hit(wire, entry)
    currentCall()?.sawHit(entry?.loadMs)
    if (this.events.wants('hit'))
      this.events.emit('hit', { alias: this.alias, key: keyText(key), ...this.#age(entry) })
  }

  sawStale(key: Key, wire: string, entry?: Entry): void {
    this.tally.stale(wire)
    currentCall()?.sawStale(entry?.loadMs)
    if (this.events.wants('stale'))
      this.events.emit('stale', { alias: this.alias, key: keyText(key), ...this.#age(entry) })
  }

  #age(entry: Entry | undefined): { ageMs?: number } {
    if (entry === undefined) return {}
    return { ageMs: Math.max(0, this.clock.now() - entry.storedAt) }
  }

  sawMiss(key: Key, wire: string, look?: Look): void {
    this.tally.miss(wire)
    currentCall()?.sawMiss()
    const undecodable = look?.record?.undecodable
    if (undecodable !== undefined) {
      this.tally.undecodable++
      const message = 'A stored value could not be decoded and counts as a miss.'
      this.failed(message, undecodable, keyText(key))
    }
    if (this.events.wants('miss'))
      this.events.emit('miss', { alias: this.alias, key: keyText(key) })
  }

  /** @param loadMs how long its load took; absent when it was set by hand */
  sawStore(key: string, wire: string, value: unknown, ttlMs: number, loadMs?: number): void {
    this.tally.stored(wire, ttlMs)
    currentCall()?.sawStore()
    if (!this.events.wants('store')) return
    const sizeOf = (): number | undefined => this.sizeOf(value)
    this.events.emit('store', {
      alias: this.alias,
      key,
      // Measured for who asks: that may cost as much as storing it.
      get bytes() {
        return sizeOf()
      },
      ...(loadMs === undefined ? {} : { durationMs: loadMs }),
    })
  }

  /** By the codec's own measure; undefined for what cannot be kept. Costs as much as copying it. */
  sizeOf(value: unknown): number | undefined {
    try {
      return this.codec.copy(value, false).bytes
    } catch {
      return undefined
    }
  }

  /** Hands work to the one owner that `close` waits for; its failure becomes an `error` event, never an unhandled rejection. */
  runInBackground(work: Promise<unknown>, message: string, key?: string): void {
    const owned = work
      .catch((error: unknown) => this.failed(message, error, key))
      .finally(() => this.#background.delete(owned))
    this.#background.add(owned)
  }

  /** Ends what runs in the background, then the store. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort(new CacheError('E_CLOSED', `The cache '${this.alias}' was closed.`))
    this.flights.stopBackground(this.#closing.signal.reason)
    this.waiters.wakeAll()
    this.failures.close()
    this.advisor.close()
    await Promise.all(this.#background)
    await this.tier.close()
    await this.#store.close()
  }
}
