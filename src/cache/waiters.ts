import type { Clock } from '../base/clock.ts'

interface Waiter {
  resolve(woken: boolean): void
}

/** Callers of this process who wait until another process has written or given up a key. */
export class Waiters {
  readonly #clock: Clock
  readonly #byKey = new Map<string, Set<Waiter>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#byKey.size
  }

  /**
   * Begins to wait: register first, ask the store for the lease after, so that no wake falls in between.
   *
   * @returns `wait` resolves with true when woken, with false when `ms` have passed; `cancel` forgets the registration
   */
  register(key: string): { wait(ms: number): Promise<boolean>; cancel(): void } {
    const waiters = this.#byKey.get(key) ?? new Set()
    this.#byKey.set(key, waiters)
    let settle: (woken: boolean) => void = () => {}
    const woken = new Promise<boolean>((resolve) => (settle = resolve))
    const waiter: Waiter = { resolve: settle }
    waiters.add(waiter)
    const cancel = (): void => {
      waiters.delete(waiter)
      if (waiters.size === 0 && this.#byKey.get(key) === waiters) this.#byKey.delete(key)
    }
    return {
      cancel,
      wait: async (ms) => {
        const stop = this.#clock.after(ms, () => waiter.resolve(false))
        try {
          return await woken
        } finally {
          stop()
          cancel()
        }
      },
    }
  }

  wake(key: string): void {
    const waiters = this.#byKey.get(key)
    if (waiters === undefined) return
    this.#byKey.delete(key)
    for (const waiter of waiters) waiter.resolve(true)
  }

  /** Messages may have been lost: everyone looks again. */
  wakeAll(): void {
    for (const key of this.#byKey.keys()) this.wake(key)
  }
}
