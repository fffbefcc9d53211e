import type { Flight } from './flight.ts'

/**
 * How many loads of one alias run at once in this process. Those beyond it wait in the order in which they came.
 *
 * A load that a running one waits for takes no place: its parent holds one, and would otherwise wait for itself.
 */
export class LoadSlots {
  readonly #limit: number
  /** Places taken: loads let through without one do not count. */
  #taken = 0
  #running = 0
  /** In the order of their coming. */
  readonly #queue = new Set<() => void>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get running(): number {
    return this.#running
  }

  get queued(): number {
    return this.#queue.size
  }

  /**
   * Resolves when the load of `flight` may begin, with what ends it. Rejects with the reason when the flight is aborted
   * before that: a load that nobody wants, or whose result could not be stored, leaves the queue.
   */
  async enter(flight: Flight): Promise<() => void> {
    flight.controller.signal.throwIfAborted()
    let placed = !flight.urgent
    if (placed && this.#taken >= this.#limit) placed = await this.#wait(flight)
    else if (placed) this.#taken++
    this.#running++
    flight.placed = true
    let left = false
    return () => {
      if (left) return
      left = true
      flight.placed = false
      this.#running--
      if (placed) this.#passOn()
    }
  }

  /** True with a place, false when let through without one. Leaves the queue in the very turn in which that is decided. */
  async #wait(flight: Flight): Promise<boolean> {
    const { signal } = flight.controller
    return await new Promise<boolean>((resolve, reject) => {
      const enter = (): void => leave(() => resolve(true))
      const abort = (): void => leave(() => reject(signal.reason as Error))
      const leave = (settle: () => void): void => {
        flight.skipQueue = undefined
        signal.removeEventListener('abort', abort)
        this.#queue.delete(enter)
        settle()
      }
      this.#queue.add(enter)
      flight.skipQueue = () => leave(() => resolve(false))
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  #passOn(): void {
    const [next] = this.#queue
    if (next === undefined) {
      this.#taken--
      return
    }
    next()
  }
}
