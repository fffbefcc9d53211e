// The log of invalidations by which near tiers learn what is no longer valid: lossless, ordered, resumable.
import type { Field, Stamp } from './generation.ts'
import type { Operation } from './store.ts'

/** A place in the log. Opaque; what it says is compared for equality alone. */
export type FeedPosition = string

/** One invalidation: of keys that were written or removed, or of fields that were given a stamp. */
export interface FeedRecord {
  readonly keys: readonly string[]
  readonly fields: readonly Field[]
  /** That of the fields; 0 for keys. */
  readonly stamp: Stamp
}

export interface FeedBatch {
  /** In order. */
  readonly records: readonly FeedRecord[]
  /** Where the next read goes on. */
  readonly position: FeedPosition
  /** What came after the position asked for cannot be told: the log was cut, lost, or is another one. Nothing near may be believed. */
  readonly broken: boolean
}

/** A process that reads the log. */
export interface FeedReader {
  readonly processId: string
  /** How long after an invalidation it may still serve what was invalidated, when the log does not reach it. */
  readonly maxStalenessMs: number
}

/**
 * What a store with a log offers. Every act that changes or removes a value, and every bump, is in it once it has been
 * answered, while anybody is announced; of a key after the act itself, never before.
 */
export interface Feed {
  /** Says that this process reads the log for so long, and where it ends now. */
  announce(reader: FeedReader, forMs: number, operation?: Operation): Promise<FeedPosition>
  /** What came after a position, at once. */
  read(after: FeedPosition, operation?: Operation): Promise<FeedBatch>
  /** Those who are announced now. */
  readers(operation?: Operation): Promise<readonly FeedReader[]>
  /**
   * Tells all readers to read now.
   *
   * @param question names an answer that is wanted of each, as soon as it has read all that was in the log when it was asked
   */
  nudge(question?: string, operation?: Operation): Promise<void>
  /** Answers a question of another process. Never rejects. */
  answer(to: string, question: string): void
  /** Called once. */
  listen(listener: FeedListener): void
}

export interface FeedListener {
  /** There may be something to read. */
  readable(): void
  /** Another process asks to be answered when this one has read all that is in the log now. */
  asked(by: string, question: string): void
  /** Another process has answered. */
  answered(by: string, question: string): void
}
