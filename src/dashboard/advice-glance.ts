import type { Clock } from '../base/clock.ts'
import type { Finding } from './told.ts'

/** What is advised changes slowly, and finding it out asks the store for its settings. */
const KEPT_FOR_MS = 15_000

/** Asks the adviser now and then, however many look at what it says. */
export class AdviceGlance {
  readonly #find: () => Promise<readonly Finding[]>
  readonly #clock: Clock
  #known: readonly Finding[] = []
  #asking: Promise<readonly Finding[]> | undefined
  #at = -Infinity

  constructor(find: () => Promise<readonly Finding[]>, clock: Clock) {
    this.#find = find
    this.#clock = clock
  }

  /** What was said last: for a number beside a title, which no page waits for. */
  get known(): readonly Finding[] {
    return this.#known
  }

  /** Never rejects: an adviser that fails has said what it said before. */
  async look(): Promise<readonly Finding[]> {
    const now = this.#clock.now()
    if (this.#asking !== undefined && now - this.#at < KEPT_FOR_MS) return await this.#asking
    this.#at = now
    this.#asking = this.#ask()
    return await this.#asking
  }

  async #ask(): Promise<readonly Finding[]> {
    try {
      this.#known = await this.#find()
    } catch {
      // The store whose settings it wanted to see may be away.
    }
    return this.#known
  }
}
