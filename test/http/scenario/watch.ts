/** How long a step waits for what another actor has to do first. Real time: a busy machine is slow, not stuck. */
const PATIENCE_MS = 5000

/** Lets steps wait until something has become true, and say what they waited for when it never does. */
export class Watch {
  readonly #waiting = new Set<() => void>()
  readonly #patienceMs: number
  /** What each actor is doing now, for those who wait in vain. */
  readonly #tellers: (() => string | undefined)[] = []

  constructor(patienceMs: number = PATIENCE_MS) {
    this.#patienceMs = patienceMs
  }

  /** To be called by an actor for which something has changed. */
  changed(): void {
    for (const look of this.#waiting) look()
  }

  tells(teller: () => string | undefined): void {
    this.#tellers.push(teller)
  }

  /**
   * What `find` finds, as soon as it is not `undefined`.
   *
   * @param waiter who waits for what, such as `'client a waits for the answer to GET /p'`
   */
  async until<T>(find: () => T | undefined, waiter: string): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look)
        reject(new Error(`${waiter} in vain. ${this.report()}`))
      }, this.#patienceMs)
      const look = (): void => {
        const found = find()
        if (found === undefined) return
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve(found)
      }
      this.#waiting.add(look)
      look()
    })
  }

  /** What everybody is doing. */
  report(): string {
    const told = this.#tellers.map((tell) => tell()).filter((each) => each !== undefined)
    return told.length === 0 ? 'Nobody else does anything.' : `Meanwhile ${told.join('; ')}.`
  }
}
