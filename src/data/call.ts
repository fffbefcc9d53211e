import type { Announcement } from './announcement.ts'
import type { PendingChanges } from './frames.ts'
import type { Settled, Statement } from './statement.ts'

/** What was handed to a session at a time. */
export class Call {
  readonly statements: readonly Statement[]
  readonly quiet: boolean
  /** Of each statement. */
  readonly pending: PendingChanges[] = []
  /** What is committed once this has been done. */
  readonly committed: PendingChanges[] = []
  readonly afterCommit: (() => unknown)[] = []
  announcement: Announcement | undefined
  endedUnseen = false
  over: () => void = () => undefined

  constructor(statements: readonly Statement[], quiet: boolean) {
    this.statements = statements
    this.quiet = quiet
  }

  get saysCommit(): boolean {
    return this.statements.some(
      ({ kind, commitsFirst }) => kind === 'commit' || kind === 'release' || commitsFirst === true,
    )
  }

  outcome({ outcome }: Settled): Settled['outcome'] {
    if (outcome !== 'undone') return outcome
    if (this.endedUnseen || this.statements.some(({ commitsInside }) => commitsInside === true))
      return 'unknown'
    // One of several may have been committed before another failed.
    return this.statements.length > 1 ? 'unknown' : 'undone'
  }
}
