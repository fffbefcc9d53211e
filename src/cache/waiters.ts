import type { Clock } from '../base/clock.ts'
import type { StoreRecord } from '../base/record.ts'
import { stay } from '../base/stay.ts'

/** How a wait ended: woken, perhaps with what was committed, or not woken in time. */
export interface Wake {
  readonly woken: boolean
  readonly committed: StoreRecord | undefined
}

interface Waiter {
  resolve(wake: Wake): void
}

const NOT_WOKEN: Wake = { woken: false, committed: undefined }

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
   * @returns `wait` resolves when woken, or when `ms` have passed; `cancel` forgets the registration
   */
  register(key: string): { wait(ms: number): Promise<Wake>; cancel(): void } {
    const waiters = this.#byKey.get(key) ?? new Set()
    this.#byKey.set(key, waiters)
    let settle: (wake: Wake) => void = () => {}
    const woken = new Promise<Wake>((resolve) => (settle = resolve))
    const waiter: Waiter = { resolve: settle }
    waiters.add(waiter)
    const cancel = (): void => {
      waiters.delete(waiter)
      if (waiters.size === 0 && this.#byKey.get(key) === waiters) this.#byKey.delete(key)
    }
    return {
      cancel,
      wait: async (ms) => {
        const stop = this.#clock.after(ms, () => waiter.resolve(NOT_WOKEN))
        const leave = stay()
        try {
          return await woken
        } finally {
          leave()
          stop()
          cancel()
        }
      },
    }
  }

  wake(key: string, committed?: StoreRecord): void {
    const waiters = this.#byKey.get(key)
    if (waiters === undefined) return
    this.#byKey.delete(key)
    for (const waiter of waiters) waiter.resolve({ woken: true, committed })
  }

  /** Messages may have been lost: everyone looks again. */
  wakeAll(): void {
    for (const key of this.#byKey.keys()) this.wake(key)
  }
}
