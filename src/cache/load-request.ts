import type { Look } from '../tiers/look.ts'
import type { Landed } from './flight.ts'
import type { Freshness } from './freshness.ts'
import type { LoadContext } from './load-call.ts'
import type { Terms } from './options.ts'

/** One call of `getOrSet`. */
export interface LoadRequest {
  /** As the caller wrote the key. */
  readonly key: string
  readonly wire: string
  readonly terms: Terms
  readonly freshness: Freshness
  readonly signal: AbortSignal | undefined
  load(context: LoadContext): unknown
  /** The loader waits for a batch, which is what takes time and a place among the running loads. */
  readonly batched?: boolean
  /** Whether a stored value still has the expected shape; a value that has not counts as a miss. */
  readonly accept?: ((value: unknown) => boolean | Promise<boolean>) | undefined
  /** Ignores what is stored: the caller wants a new load. */
  readonly force?: boolean
  /** Reads ask the store, whatever is near. */
  readonly strict?: boolean | undefined
  /** A read made for many keys at once. */
  readonly look?: Look | undefined
  /** How often this call has begun anew because what it shared had tags that nobody had declared. */
  readonly retries?: number
  /** Told what has landed, for the memo of the caller's own request. */
  readonly remember?: ((landed: Landed, again: boolean) => void) | undefined
  /** When it was found that this process's memory has no answer; 0 or absent while it has. Milliseconds of the tally's clock. */
  askedAt?: number
  /** Told when it is known that this call will not load now: it was a hit, has joined, or waits. */
  settled?(): void
}

/** Whether the caller was checked against all of these tags. */
export function declares(request: LoadRequest, tags: readonly string[]): boolean {
  return tags.every((tag) => request.terms.tags.includes(tag))
}
