import type { Announcement } from './announcement.ts'
import type { Change } from './change.ts'
import type { Settled } from './statement.ts'

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

/** One call of the driver: what is sent to the database at a time. */
export interface Ticket {
  /** When it resolves it may be sent, and must be at once. Absent: now. Rejects when the stores could not be told and must be. */
  readonly ready: Promise<void> | undefined
  /** It was sent, or never will be: what waits behind it may go. Only where {@link ready} is given. */
  sent(): void
  /** Tells what became of it; when it resolves, what was changed is invalidated. `undefined`: nothing is to be waited for. */
  settle(settled: Settled): Promise<void> | undefined
}
