import { toMs, type Duration } from '../base/duration.ts'
import { tagField } from '../base/generation.ts'
import type { Entry } from '../base/record.ts'
import type { Terms } from './options.ts'

/** What a loader is given: it may learn of the old value, and say how the new one is to be stored. */
export interface LoadContext {
  /** Aborted when the result can no longer be stored (what it reads was invalidated) or nobody waits for it any more. */
  readonly signal: AbortSignal
  /** The expired value, if the store still has it: for loaders that can ask their source "changed since?". */
  readonly previous: { readonly value: unknown; readonly loadMs: number } | undefined
  /** Adds tags to the entry. @throws {CacheError} `E_KEY` */
  readonly tag: (...tags: string[]) => void
  /** Replaces the entry's ttl. @throws {CacheError} `E_OPTION` */
  readonly ttl: (ttl: Duration) => void
  /** The value goes to the callers and is not stored. */
  readonly skip: (reason?: string) => void
}

/** One run of a loader. */
export class LoadCall implements LoadContext {
  readonly signal: AbortSignal
  readonly previous: LoadContext['previous']
  #ttlMs: number
  readonly #staleMs: number
  readonly #tags: Set<string>
  #skipped: string | undefined

  constructor(signal: AbortSignal, terms: Terms, previous: Entry | undefined) {
    this.signal = signal
    this.previous =
      previous === undefined ? undefined : { value: previous.value, loadMs: previous.loadMs }
    this.#ttlMs = terms.ttlMs
    this.#staleMs = terms.staleMs
    this.#tags = new Set(terms.tags)
  }

  // Loaders take these out of the context: `({ tag, skip }) => …`.
  readonly tag = (...tags: string[]): void => {
    for (const tag of tags) tagField(tag)
    for (const tag of tags) this.#tags.add(tag)
  }

  readonly ttl = (ttl: Duration): void => {
    this.#ttlMs = toMs(ttl, 'ttl')
  }

  readonly skip = (reason = 'its loader asked not to'): void => {
    this.#skipped = reason
  }

  /** Why the value is not to be stored, if so. */
  get refusal(): string | undefined {
    return this.#skipped ?? (this.#ttlMs === 0 ? "its ttl is '0s'" : undefined)
  }

  get terms(): Terms {
    return { ttlMs: this.#ttlMs, staleMs: this.#staleMs, tags: [...this.#tags] }
  }
}
