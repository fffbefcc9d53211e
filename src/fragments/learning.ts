import { Recent } from './recent.ts'

const MOST_KINDS = { entries: 10_000 }

/**
 * What this process has rendered so far, of fragments that are made by what turns out only while they are: before the first
 * time it cannot tell whether it would make what others have stored.
 */
export class Learning {
  readonly #kinds = new Recent<true>(MOST_KINDS)
  readonly #running = new Map<string, Promise<unknown>>()

  /** @param kind the fragment, whatever it varies on */
  has(kind: string): boolean {
    return this.#kinds.get(kind) === true
  }

  add(kind: string): void {
    this.#kinds.set(kind, true)
  }

  /** Runs `act` unless it runs already for the same kind, and waits for that one then. @returns what `act` returned here */
  async once<T>(kind: string, act: () => Promise<T>): Promise<T | undefined> {
    const running = this.#running.get(kind)
    if (running !== undefined) {
      // Its failure is its own caller's.
      await running.catch(() => {})
      return undefined
    }
    const started = act()
    this.#running.set(kind, started)
    try {
      return await started
    } finally {
      this.#running.delete(kind)
    }
  }
}
