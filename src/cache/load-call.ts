import { toMs, type Duration } from '../base/duration.ts'
import { tagField } from '../base/generation.ts'
import type { Entry } from '../base/record.ts'
import type { Terms } from './options.ts'

/** A value whose ttl has passed or is about to. */
export interface Previous {
  readonly value: unknown
  /** Milliseconds since it was loaded or set. */
  readonly ageMs: number
  /** How many milliseconds its load took; 0 when it was set by hand. */
  readonly loadMs: number
}

/** What a loader is given: it may learn of the old value, and say how the new one is to be stored. */
export interface LoadContext {
  /**
   * Aborted when the result can no longer be stored (what it reads was invalidated), when nobody waits for it any more, when
   * it takes longer than its `loadTimeout`, and a refresh in the background also when the cache is closed.
   */
  readonly signal: AbortSignal
  /** The expired value, if the store still has it: for loaders that can ask their source "changed since?". Never of a batch. */
  readonly previous: Previous | undefined
  /** Adds tags to the entry. @throws {CacheError} `E_KEY` */
  readonly tag: (...tags: string[]) => void
  /** Replaces the entry's ttl. @throws {CacheError} `E_OPTION` */
  readonly ttl: (ttl: Duration) => void
  /** Replaces how long the entry is kept after its ttl; what a caller allows still bounds what it is given. @throws {CacheError} `E_OPTION` */
  readonly stale: (stale: Duration) => void
  /** The value goes to the callers and is not stored. */
  readonly skip: (reason?: string) => void
}

/** One run of a loader. */
export class LoadCall implements LoadContext {
  readonly signal: AbortSignal
  readonly previous: Previous | undefined = undefined
  #ttlMs: number
  readonly #callTtlMs: number
  #staleMs: number
  readonly #tags: Set<string>
  #skipped: string | undefined
  /** What it brought is of use to its own caller alone. */
  isOwn = false

  /** @param now for the age of the previous value */
  constructor(signal: AbortSignal, terms: Terms, previous: Entry | undefined, now: number) {
    this.signal = signal
    if (previous !== undefined) {
      const { value, loadMs, storedAt } = previous
      this.previous = { value, loadMs, ageMs: Math.max(0, now - storedAt) }
    }
    this.#ttlMs = terms.ttlMs
    this.#callTtlMs = terms.ttlMs
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

  readonly stale = (stale: Duration): void => {
    this.#staleMs = toMs(stale, 'stale')
  }

  readonly skip = (reason = 'its loader asked not to'): void => {
    this.#skipped = reason
  }

  /** Told why nobody else may have what it brought, if so. */
  judge(reason: string | undefined): void {
    if (reason === undefined) return
    this.isOwn = true
    this.#skipped ??= reason
  }

  /** Why the value is not to be stored, if so. */
  get refusal(): string | undefined {
    return this.#skipped ?? (this.#ttlMs === 0 ? "its ttl is '0s'" : undefined)
  }

  /** Whether it was the loader who said so, and not the caller: the next caller would hear the same. */
  get isUncacheable(): boolean {
    return this.#skipped !== undefined || (this.#ttlMs === 0 && this.#callTtlMs !== 0)
  }

  get terms(): Terms {
    return { ttlMs: this.#ttlMs, staleMs: this.#staleMs, tags: [...this.#tags] }
  }
}
