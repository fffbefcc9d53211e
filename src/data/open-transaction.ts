import type { Call } from './call.ts'
import type { Change } from './change.ts'
import { type Committed, Frames, PendingChanges } from './frames.ts'
import type { Settled } from './statement.ts'

/** What is known of the transaction of one connection, as far as what was sent tells, and what statements do to it. */
export class OpenTransaction {
  readonly frames: Frames = new Frames()
  readonly #savepointBegins: boolean

  /** @param savepointBegins a savepoint outside a transaction begins one */
  constructor(savepointBegins: boolean) {
    this.#savepointBegins = savepointBegins
  }

  /** Whether it may commit a change. */
  mayCommit(call: Call): boolean {
    if (call.quiet) return false
    let open = this.frames.isOpen
    let changed = this.frames.hasPending
    for (const { kind, changes, commitsFirst, commitsInside, chain } of call.statements) {
      if (commitsFirst === true && changed) return true
      if (commitsFirst === true) open = false
      if (changes.length > 0) {
        if (!open || commitsInside === true) return true
        changed = true
      }
      if (kind === 'begin' || (kind === 'savepoint' && this.#savepointBegins)) open = true
      // The release of a savepoint may be a commit, too; there the frames know better, and too much is no harm.
      if ((kind === 'commit' || kind === 'release') && changed && this.#commits(kind, call))
        return true
      if (kind === 'commit' || kind === 'rollback') {
        open = chain === true
        changed = false
      }
    }
    return false
  }

  #commits(kind: 'commit' | 'release', call: Call): boolean {
    if (kind === 'commit') return true
    const names = call.statements.map(({ name }) => name)
    return this.frames.begunBy !== undefined && names.includes(this.frames.begunBy)
  }

  /** With what is open already. */
  whatMayBeCommitted(call: Call): Change[] {
    const sent = this.frames.pending.flatMap(({ changes }) => changes)
    return [...sent, ...call.statements.flatMap(({ changes }) => changes)]
  }

  /** It is sent now: what it does to the transaction, and what it commits. */
  apply(call: Call): void {
    const frames = this.frames
    const commit = (committed: Committed | undefined): void => {
      if (committed === undefined) return
      call.committed.push(...committed.pending)
      call.afterCommit.push(...committed.afterCommit)
    }
    for (const statement of call.statements) {
      if (statement.commitsFirst === true) commit(frames.commit())
      const pending = new PendingChanges(call.quiet ? { changes: [] } : statement)
      call.pending.push(pending)
      if (pending.changes.length > 0) {
        if (!frames.isOpen || statement.commitsInside === true) call.committed.push(pending)
        if (frames.isOpen) frames.add(pending)
      }
      const { kind, name = '', chain } = statement
      if (kind === 'begin') frames.begin()
      else if (kind === 'savepoint') {
        if (frames.isOpen || this.#savepointBegins) frames.savepoint(name)
      } else if (kind === 'release') commit(frames.release(name))
      else if (kind === 'rollback to') frames.rollbackTo(name)
      else if (kind === 'commit') commit(frames.commit())
      else if (kind === 'rollback') frames.rollback()
      if (chain === true) frames.begin()
    }
  }

  /** Believes what the database says of the transaction. */
  reconcile(call: Call, { outcome, transaction }: Settled): void {
    const frames = this.frames
    if (transaction === 'none' && frames.isOpen) {
      // It has ended without our seeing it, and how nobody knows.
      const { pending, afterCommit } = frames.commit()
      call.committed.push(...pending)
      call.afterCommit.push(...afterCommit)
      if (pending.length > 0) call.endedUnseen = true
    }
    if (transaction === 'open' && !frames.isOpen) frames.begin()
    // What was taken for committed may be so only at the end of the transaction.
    const mayComeAgain = outcome === 'undone' && call.saysCommit
    const stays =
      (transaction === 'open' && (mayComeAgain || !call.saysCommit)) ||
      (transaction === undefined && mayComeAgain)
    if (stays && call.committed.length > 0) {
      frames.restore({
        pending: call.committed,
        afterCommit: outcome === 'undone' ? call.afterCommit : [],
      })
    }
  }
}
