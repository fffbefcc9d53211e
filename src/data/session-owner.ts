import type { Announcement } from './announcement.ts'
import type { Change } from './change.ts'

/** What a session needs of its tracker. */
export interface SessionOwner {
  /** `undefined` when nothing is to be announced. */
  announcement(): Announcement
  readonly announces: boolean
  scoped(): void
  /** Counts, tells listeners, runs write-through rules. */
  committed(changes: readonly Change[], outcome: 'done' | 'unknown'): void
  failed(message: string, error: unknown): void
}
