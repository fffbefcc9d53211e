import { closed } from './failure.ts'

/**
 * The acts that have begun and not ended. An act may take several round trips, and closing between two of them would
 * leave its caller without an answer to what was already done.
 */
export class Acts {
  #running = 0
  #closing = false
  readonly #waiting: (() => void)[] = []

  /** @throws {CacheError} `E_CLOSED` */
  async run<T>(act: () => Promise<T>): Promise<T> {
    this.check()
    this.#running++
    try {
      return await act()
    } finally {
      this.#running--
      if (this.#running === 0) for (const drained of this.#waiting.splice(0)) drained()
    }
  }

  /** @throws {CacheError} `E_CLOSED` */
  check(): void {
    if (this.#closing) throw closed()
  }

  /** Lets no act begin any more, and resolves when the last has ended. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.#running === 0) return
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}
