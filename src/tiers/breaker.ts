import type { Clock } from '../base/clock.ts'
import { CacheError, isCacheError } from '../base/errors.ts'

export interface BreakerSettings {
  /** So many timeouts in a row open it. `Infinity` never opens it. */
  readonly failures: number
  /** How long it stays open at first; twice as long after each probe that fails. */
  readonly openForMs: number
  readonly maxOpenForMs: number
}

export type BreakerState = 'closed' | 'open' | 'probing'

/**
 * Spares callers the deadline of a store that answers too late: after some timeouts in a row every act fails at once, until
 * one act at a time is let through to see whether the store is back. Source: M. Nygard, "Release It!", circuit breaker.
 *
 * Only timeouts count. A store that is down says so at once and needs no breaker; one that refuses a command has answered.
 */
export class Breaker {
  readonly #clock: Clock
  readonly #settings: BreakerSettings
  readonly #changed: (state: BreakerState, retryInMs: number) => void
  #state: BreakerState = 'closed'
  #timeouts = 0
  #openForMs: number
  #retryAt = 0
  #openSince: number | undefined

  /** @param changed told when it opens and when it closes */
  constructor(
    clock: Clock,
    settings: BreakerSettings,
    changed: (state: BreakerState, retryInMs: number) => void = () => {},
  ) {
    this.#clock = clock
    this.#settings = settings
    this.#openForMs = settings.openForMs
    this.#changed = changed
  }

  get state(): BreakerState {
    return this.#state
  }

  /** When it opened, probes included; undefined while it is closed. */
  get openSince(): number | undefined {
    return this.#openSince
  }

  /** @throws {CacheError} `E_STORE_DOWN` while it is open, or while somebody else is probing */
  admit(): void {
    if (this.#state === 'closed') return
    const left = this.#retryAt - this.#clock.now()
    if (this.#state === 'open' && left <= 0) {
      this.#state = 'probing'
      return
    }
    const when = this.#state === 'open' ? `The next try is in ${left}ms` : 'One act is trying now'
    throw new CacheError(
      'E_STORE_DOWN',
      `The store answered too late ${this.#timeouts} times in a row and is not asked for a while. ${when}.`,
    )
  }

  /** An act that was admitted was answered. */
  answered(): void {
    this.#timeouts = 0
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#openSince = undefined
    this.#openForMs = this.#settings.openForMs
    this.#changed('closed', 0)
  }

  /** An act that was admitted failed with `error`. */
  failed(error: unknown): void {
    if (!isCacheError(error, 'E_STORE_TIMEOUT')) {
      // No answer either way: whoever probed leaves the next one to it.
      if (this.#state === 'probing') this.#state = 'open'
      return
    }
    this.#timeouts++
    if (this.#state === 'probing') {
      this.#openForMs = Math.min(2 * this.#openForMs, this.#settings.maxOpenForMs)
    } else if (this.#state === 'open' || this.#timeouts < this.#settings.failures) return
    this.#state = 'open'
    this.#openSince ??= this.#clock.now()
    this.#retryAt = this.#clock.now() + this.#openForMs
    this.#changed('open', this.#openForMs)
  }
}
