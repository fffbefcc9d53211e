/** Something about a store's settings or use that will hurt, and what to do about it. */
export interface Advice {
  /** `error`: data will be lost or the application stopped. `warning`: it will be slower, or fail under pressure. */
  readonly severity: 'error' | 'warning'
  /** Stable, for filters: `queue-evictable`. */
  readonly code: string
  /** What was found and what it leads to. */
  readonly message: string
  /** What to do about it. */
  readonly remedy: string
}
