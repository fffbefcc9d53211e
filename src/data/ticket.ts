import type { Settled } from './statement.ts'

/** One call of the driver: what is sent to the database at a time. */
export interface Ticket {
  /** When it resolves it may be sent, and must be at once. Absent: now. Rejects when the stores could not be told and must be. */
  readonly ready: Promise<void> | undefined
  /** It was sent, or never will be: what waits behind it may go. Only where {@link ready} is given. */
  sent(): void
  /** Tells what became of it; when it resolves, what was changed is invalidated. `undefined`: nothing is to be waited for. */
  settle(settled: Settled): Promise<void> | undefined
}
