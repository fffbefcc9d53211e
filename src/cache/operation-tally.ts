import { type Clock, steadyNow } from '../base/clock.ts'
import type { OperationMeasures } from '../base/measures.ts'
import { HistogramTally } from './histogram-tally.ts'

/** Of calls that are answered from memory one in so many is timed, and counts for all. A prime, so that no habit of callers meets it. */
const SAMPLED = 61

/** What one operation has done, while it is being counted. */
export class OperationTally {
  readonly #clock: Clock
  readonly #latency = new HistogramTally()
  #errors = 0
  /** Calls before the next that is timed, that one included: all that a call from memory has to count. */
  #untilSample = SAMPLED
  /** Of those that memory may answer, until the one that was timed last. */
  #counted = 0
  /** Of the others. */
  #timed = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get calls(): number {
    return this.#timed + this.#counted + SAMPLED - this.#untilSample
  }

  /** A call begins that memory may answer. Answers when, if this one is timed whoever answers it; otherwise 0. */
  begin(): number {
    if (--this.#untilSample > 0) return 0
    this.#again()
    return steadyNow(this.#clock)
  }

  /**
   * It ends.
   *
   * @param began what `begin` answered
   * @param asked when it was found that memory has no answer; 0: it had one
   */
  end(began: number, asked: number): void {
    if (asked > 0) this.#latency.took(steadyNow(this.#clock) - (began > 0 ? began : asked))
    else if (began > 0) this.#latency.took(steadyNow(this.#clock) - began, SAMPLED)
  }

  failed(): void {
    this.#errors++
  }

  /** Of calls that count only if memory has an answer: when the next one begins, if it is to be timed; otherwise 0. */
  get next(): number {
    return this.#untilSample > 1 ? 0 : steadyNow(this.#clock)
  }

  /** Memory had one. @param began what `next` was before */
  answered(began: number): void {
    if (--this.#untilSample > 0) return
    this.#again()
    this.#latency.took(steadyNow(this.#clock) - began, SAMPLED)
  }

  /** Counts and times a call. */
  async run<T>(act: () => Promise<T>): Promise<T> {
    this.#timed++
    const began = steadyNow(this.#clock)
    try {
      return await act()
    } catch (error) {
      this.#errors++
      throw error
    } finally {
      this.#latency.took(steadyNow(this.#clock) - began)
    }
  }

  read(): OperationMeasures {
    return { calls: this.calls, errors: this.#errors, latency: this.#latency.read() }
  }

  #again(): void {
    this.#counted += SAMPLED
    this.#untilSample = SAMPLED
  }
}
