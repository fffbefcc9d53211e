import type { Clock } from '../../base/clock.ts'
import type { Operation } from '../../base/store.ts'
import type { Reply } from './port.ts'
import { untilAborted } from '../../base/until-aborted.ts'

/** Servers' and processes' clocks drift apart by some 10 ms an hour at most; a step by hand is seen within a minute. */
const REFRESH_MS = 60_000
/** A first sample that was slow, as on a busy start, is soon taken again. */
const SOON_MS = 1_000
const GOOD_MS = 10

/**
 * How far the server's clock is ahead of this process's, so that times can be the server's in the store and ours to the
 * caller. A clock that differs by an hour must neither revive nor kill entries of the others.
 *
 * One sample tells the difference to within half its round trip. The number in use is only changed when a sample proves it
 * wrong: two processes on one machine both keep exactly 0, and a time that is written is read back unchanged.
 */
export class ServerTime {
  /** The server's clock minus ours, in milliseconds. Whole, so that there and back is exact. */
  shiftMs = 0
  readonly #clock: Clock
  readonly #ask: () => Promise<Reply>
  #known = false
  #sampling: Promise<void> | undefined
  #dueAt = 0

  /** @param ask sends TIME */
  constructor(clock: Clock, ask: () => Promise<Reply>) {
    this.#clock = clock
    this.#ask = ask
  }

  /**
   * `undefined` when the difference is known; a sample to be waited for when it is not. When it was learned long ago, a
   * new sample rides along with the act that asks.
   */
  whenKnown(): Promise<void> | undefined {
    if (!this.#known) return this.#sample()
    if (this.#clock.now() >= this.#dueAt) this.refresh()
    return undefined
  }

  /** The same for an act that may be aborted. @throws its signal's reason */
  unknown({ signal }: Operation): Promise<void> | undefined {
    signal?.throwIfAborted()
    const sample = this.whenKnown()
    return sample && untilAborted(sample, signal)
  }

  /** After a new connection, which may lead to another server. */
  refresh(): void {
    this.#dueAt = this.#clock.now() + SOON_MS
    // Whoever needs it asks again and then sees why it failed.
    this.#sample().catch(() => {})
  }

  #sample(): Promise<void> {
    this.#sampling ??= this.#take().finally(() => {
      this.#sampling = undefined
    })
    return this.#sampling
  }

  async #take(): Promise<void> {
    const sent = this.#clock.now()
    const reply = await this.#ask()
    const received = this.#clock.now()

    const [seconds, micros] = reply as readonly Reply[]
    const server = Number(String(seconds)) * 1000 + Number(String(micros)) / 1000
    const difference = server - (sent + received) / 2
    // Our clock has whole milliseconds.
    const uncertainty = (received - sent) / 2 + 1
    if (Math.abs(difference - this.shiftMs) > uncertainty) this.shiftMs = Math.round(difference)
    this.#known = true
    this.#dueAt = received + (uncertainty > GOOD_MS ? SOON_MS : REFRESH_MS)
  }
}
