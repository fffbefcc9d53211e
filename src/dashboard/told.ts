// What others tell the dashboard, as far as it is shown. Structural, so that it can be told by whoever knows.

/** A request, and what it asked of caches: as `requestPanel().requests()` tells. */
export interface SeenRequest {
  readonly method: string
  /** Path and query; the query is not shown. */
  readonly url: string
  readonly status?: number | undefined
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number
  /** `undefined` while it is answered. */
  readonly durationMs?: number | undefined
  /** While at least one call of a cache was under way. */
  readonly cacheMs?: number | undefined
  readonly hits?: number | undefined
  readonly misses?: number | undefined
  readonly loads?: number | undefined
  /** What could be asked for less often: a key, or a family, so many times. */
  readonly repeats?:
    | readonly { readonly alias: string; readonly name: string; readonly count: number }[]
    | undefined
}

/** Something to change: as `adviser(…).findings()` of `breakwater/metrics/advice` tells. */
export interface Finding {
  readonly code: string
  /** `error`, `warning` or `hint`. */
  readonly severity: string
  readonly alias?: string | undefined
  readonly family?: string | undefined
  readonly title: string
  readonly evidence: string
  readonly remedy: string
  /** Where it is explained: an address, or a page of the documentation. */
  readonly link?: string | undefined
}
