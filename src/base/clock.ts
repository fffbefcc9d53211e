/**
 * Where time comes from. Everything in this package asks a clock, never the platform, so that tests can pass a fake one.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. Never steps back in one process. */
  now(): number
  /** Milliseconds with fractions, from any moment on, to measure how long something takes. Default: {@link Clock.now}. */
  steady?(): number
  /** Runs `act` once after `ms` milliseconds; the returned function cancels it. A pending timer never keeps a process alive. */
  after(ms: number, act: () => void): () => void
}

// setTimeout's limit is 2^31-1 ms (24.8 days); anything longer would fire at once.
const LONGEST_TIMER_MS = 2_147_483_647

/** The latest time told. In a list of its own kind: a number of this size in a variable would be made anew at each call. */
const latest = new Float64Array(1)
/** While the wall clock shows less than it did: the time when that was seen, on a clock that nobody sets. */
let setBackAt: number | undefined

function tellSetBack(told: number): number {
  const steady = performance.now()
  setBackAt ??= steady
  const passed = Math.floor(steady - setBackAt)
  if (passed < 1) return told
  setBackAt += passed
  latest[0] = told + passed
  return told + passed
}

/**
 * The machine's wall clock, held monotonic: one that is set back must neither revive what has expired nor stop the time
 * until it has caught up.
 */
export const systemClock: Clock = {
  now() {
    const now = Date.now()
    const told = latest[0] as number
    if (now >= told) {
      latest[0] = now
      if (setBackAt !== undefined) setBackAt = undefined
      return now
    }
    return tellSetBack(told)
  },
  steady: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, Math.min(ms, LONGEST_TIMER_MS))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** The finest time that a clock has, to take differences of. */
export function steadyNow(clock: Clock): number {
  return clock.steady === undefined ? clock.now() : clock.steady()
}
