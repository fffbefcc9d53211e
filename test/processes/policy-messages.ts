/** What a process whose callers are under a policy reports. */
export interface PolicyReport {
  /** Loads that this process has begun since it was started. */
  readonly loads: number
  /** Of each caller the value, the code of a CacheError, or the message of another error. */
  readonly outcomes: readonly string[]
  readonly unhandled: number
}

/** Said by a process when every caller either waits or is the one whose load runs. */
export const ALL_WAIT = 'all wait'

/** Told to a process, lets its load go on. */
export const RELEASE = ':release'
