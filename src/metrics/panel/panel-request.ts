import type { CallKind, CallOutcome, Layer } from '../../base/call.ts'

/** One call of a cache that a request has made. Times are milliseconds. */
export interface PanelCall {
  /** What was called. */
  readonly kind: CallKind
  /** Of which cache. */
  readonly alias: string
  /** The method; of a load `load`. */
  readonly operation: string
  /** The first 20, each cut off at 200 characters. */
  readonly keys: readonly string[]
  /** How many keys there were, also where not all are listed. */
  readonly keyCount: number
  /** The tags it was called with. */
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
  /** What came of it, `undefined` while it runs. */
  readonly outcome: CallOutcome | undefined
  /** What answered it. */
  readonly layer: Layer | undefined
  /** How many of its keys were found. */
  readonly hits: number
  /** How many of its keys were not found. */
  readonly misses: number
  /** What the loads of the found values took when they were loaded. */
  readonly savedMs: number
  /** It shared a load that another call, maybe of another request, had begun. */
  readonly joined: boolean
  /** The message of the error it failed with. */
  readonly error: string | undefined
}

/** What could be asked for less often. */
export interface PanelRepeat {
  /** `same`: one key read several times. `one by one`: several keys of one family, from one place. */
  readonly kind: 'same' | 'one by one'
  /** Of which cache. */
  readonly alias: string
  /** A key, or a family. */
  readonly name: string
  /** How often. */
  readonly count: number
  /** The line of the application that called, where it is known. */
  readonly site: string | undefined
}

/** One request and what it asked of caches. Can be sent as JSON. */
export interface PanelRequest {
  /** Counts up in this process. */
  readonly id: number
  /** Of the request. */
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** Of its response, once there is one. */
  readonly status: number | undefined
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number
  /** `undefined` while it is answered. */
  readonly durationMs: number | undefined
  /** What it asked its caches for, in order. */
  readonly calls: readonly PanelCall[]
  /** Calls beyond those that are kept. */
  readonly dropped: number
  /** Keys found, of all calls. */
  readonly hits: number
  /** Keys not found, of all calls. */
  readonly misses: number
  /** Stale values served, of all calls. */
  readonly stale: number
  /** Values loaded for it. */
  readonly loads: number
  /** While at least one call was under way. */
  readonly cacheMs: number
  /** What the loads of the found values took when they were loaded. */
  readonly savedMs: number
  /** What it asked for more than once, or one by one where a batch would do. */
  readonly repeats: readonly PanelRepeat[]
}
