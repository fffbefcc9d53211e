/**
 * Where time comes from. Everything in this package asks a clock, never the platform, so that tests can pass a fake one.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. Never steps back in one process. */
  now(): number
  /** Runs `act` once after `ms` milliseconds; the returned function cancels it. A pending timer never keeps a process alive. */
  after(ms: number, act: () => void): () => void
}

// setTimeout's limit is 2^31-1 ms (24.8 days); anything longer would fire at once.
const LONGEST_TIMER_MS = 2_147_483_647

let latest = 0
/** While the wall clock shows less than it did: the time when that was seen, on a clock that nobody sets. */
let setBackAt: number | undefined

/**
 * The machine's wall clock, held monotonic: one that is set back must neither revive what has expired nor stop the time
 * until it has caught up.
 */
export const systemClock: Clock = {
  now() {
    const now = Date.now()
    if (now >= latest) {
      latest = now
      setBackAt = undefined
      return now
    }
    const steady = performance.now()
    if (setBackAt !== undefined && steady - setBackAt >= 1) {
      const passed = Math.floor(steady - setBackAt)
      latest += passed
      setBackAt += passed
    }
    setBackAt ??= steady
    return latest
  },
  after(ms, act) {
    const timer = setTimeout(act, Math.min(ms, LONGEST_TIMER_MS))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
