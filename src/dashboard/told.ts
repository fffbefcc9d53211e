// What others tell the dashboard, as far as it is shown. Structural, so that it can be told by whoever knows.

/** A request, and what it asked of caches: as `requestPanel().requests()` tells. */
export interface SeenRequest {
  /** Of the request. */
  readonly method: string
  /** Path and query; the query is not shown. */
  readonly url: string
  /** Of its response, once there is one. */
  readonly status?: number | undefined
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number
  /** `undefined` while it is answered. */
  readonly durationMs?: number | undefined
  /** While at least one call of a cache was under way. */
  readonly cacheMs?: number | undefined
  /** Reads of any cache that found a value. */
  readonly hits?: number | undefined
  /** Reads of any cache that found none. */
  readonly misses?: number | undefined
  /** Values that were loaded for it. */
  readonly loads?: number | undefined
  /** What could be asked for less often: a key, or a family, so many times. */
  readonly repeats?:
    | readonly { readonly alias: string; readonly name: string; readonly count: number }[]
    | undefined
}

/** Something to change: as `adviser(…).findings()` of `breakwater/metrics/advice` tells. */
export interface Finding {
  /** What kind of finding it is. */
  readonly code: string
  /** `error`, `warning` or `hint`. */
  readonly severity: string
  /** The alias it is about, where it is about one. */
  readonly alias?: string | undefined
  /** The family of keys it is about, where it is about one. */
  readonly family?: string | undefined
  /** In one sentence. */
  readonly title: string
  /** The numbers that show it. */
  readonly evidence: string
  /** What to do about it. */
  readonly remedy: string
  /** Where it is explained: an address, or a page of the documentation. */
  readonly link?: string | undefined
}
