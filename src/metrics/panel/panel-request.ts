import type { CallKind, CallOutcome, Layer } from '../../base/call.ts'

/** One call of a cache that a request has made. Times are milliseconds. */
export interface PanelCall {
  readonly kind: CallKind
  readonly alias: string
  /** The method; of a load `load`. */
  readonly operation: string
  /** The first 20, each cut off at 200 characters. */
  readonly keys: readonly string[]
  readonly keyCount: number
  readonly tags: readonly string[]
  /** Of its first key. */
  readonly family: string | undefined
  /** `file:line` of the application's code that made it. */
  readonly site: string | undefined
  /** The index of the call around it: of a load the call that began it, of other calls the load in whose loader they were made. */
  readonly within: number | undefined
  /** Since the request began. */
  readonly startMs: number
  /** `undefined` while it runs. */
  readonly durationMs: number | undefined
  readonly outcome: CallOutcome | undefined
  readonly layer: Layer | undefined
  readonly hits: number
  readonly misses: number
  readonly savedMs: number
  /** It shared a load that another call, maybe of another request, had begun. */
  readonly joined: boolean
  readonly error: string | undefined
}

/** What could be asked for less often. */
export interface PanelRepeat {
  /** `same`: one key read several times. `one by one`: several keys of one family, from one place. */
  readonly kind: 'same' | 'one by one'
  readonly alias: string
  /** A key, or a family. */
  readonly name: string
  readonly count: number
  readonly site: string | undefined
}

/** One request and what it asked of caches. Can be sent as JSON. */
export interface PanelRequest {
  readonly id: number
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly status: number | undefined
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number
  /** `undefined` while it is answered. */
  readonly durationMs: number | undefined
  readonly calls: readonly PanelCall[]
  /** Calls beyond those that are kept. */
  readonly dropped: number
  readonly hits: number
  readonly misses: number
  readonly stale: number
  readonly loads: number
  /** While at least one call was under way. */
  readonly cacheMs: number
  readonly savedMs: number
  readonly repeats: readonly PanelRepeat[]
}
