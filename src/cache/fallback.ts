import type { Clock } from '../base/clock.ts'
import type { Landed } from './flight.ts'

/** What it may hold, by the codec's own measure. */
const MAX_BYTES = 16 * 1024 ** 2

interface Kept {
  readonly landed: Landed
  readonly until: number
  readonly bytes: number
}

/**
 * What this process has loaded while the store is away, for a few seconds: otherwise every request of an outage would reach
 * the source. Gone when the store is back, never stored, and emptied by every local invalidation.
 */
export class Fallback {
  readonly #clock: Clock
  readonly #ttlMs: number
  readonly #kept = new Map<string, Kept>()
  #bytes = 0
  #emptied = 0

  /** @param ttlMs 0 keeps nothing */
  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock
    this.#ttlMs = ttlMs
  }

  /** To be read before a load begins, and given to {@link keep} with what it brought. */
  get turn(): number {
    return this.#emptied
  }

  get(wire: string): Landed | undefined {
    const kept = this.#kept.get(wire)
    if (kept === undefined) return undefined
    if (kept.until > this.#clock.now()) return kept.landed
    this.#drop(wire, kept)
    return undefined
  }

  /**
   * Keeps what was loaded, unless something was invalidated since the load began.
   *
   * @param turn as it was then
   * @param ttlMs how long the value would have been fresh in the store
   */
  keep(wire: string, landed: Landed, turn: number, ttlMs: number, bytes: number): void {
    const lifeMs = Math.min(this.#ttlMs, ttlMs)
    if (turn !== this.#emptied || lifeMs <= 0 || bytes > MAX_BYTES) return
    const before = this.#kept.get(wire)
    if (before !== undefined) this.#drop(wire, before)
    this.#kept.set(wire, { landed, until: this.#clock.now() + lifeMs, bytes })
    this.#bytes += bytes
    for (const [oldest, kept] of this.#kept) {
      if (this.#bytes <= MAX_BYTES) return
      this.#drop(oldest, kept)
    }
  }

  /** Something was invalidated, or the store is back. */
  empty(): void {
    this.#emptied++
    this.#kept.clear()
    this.#bytes = 0
  }

  #drop(wire: string, { bytes }: Kept): void {
    this.#kept.delete(wire)
    this.#bytes -= bytes
  }
}
