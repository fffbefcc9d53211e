import { closed } from './failure.ts'

/**
 * The acts that have begun and not ended. An act may take several round trips, and closing between two of them would
 * leave its caller without an answer to what was already done.
 */
export class Acts {
  #running = 0
  #closing = false
  #drained: (() => void) | undefined
  // One for all: it only counts.
  readonly #end: Disposable = {
    [Symbol.dispose]: () => {
      this.#running--
      if (this.#running === 0) this.#drained?.()
    },
  }

  /** To be held with `using` until the act has ended. @throws {CacheError} `E_CLOSED` */
  begin(): Disposable {
    if (this.#closing) throw closed()
    this.#running++
    return this.#end
  }

  /** Lets no act begin any more, and resolves when the last has ended. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.#running === 0) return
    await new Promise<void>((resolve) => {
      const before = this.#drained
      this.#drained = () => {
        before?.()
        resolve()
      }
    })
  }
}
