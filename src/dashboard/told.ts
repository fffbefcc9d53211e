// What others tell the dashboard, as far as it is shown. Structural, so that it can be told by whoever knows.

/** A request, and what the cache did in it. */
export interface SeenRequest {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly status?: number | undefined
  readonly durationMs?: number | undefined
  readonly hits?: number | undefined
  readonly misses?: number | undefined
  readonly loads?: number | undefined
  /** What the page cache decided, as `hit` or `bypass; detail="set-cookie"`. */
  readonly page?: string | undefined
}

/** Something to change. */
export interface Finding {
  readonly code: string
  readonly severity: string
  readonly alias?: string | undefined
  readonly family?: string | undefined
  readonly title: string
  readonly evidence: string
  readonly remedy: string
  readonly link?: string | undefined
}
