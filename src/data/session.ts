// One database connection. A driver hook tells it of each statement before it is sent and of what became of it; the session
// keeps count of transactions and savepoints, and sees to it that a change is announced before it can be committed and
// invalidated before its writer is told that it is.
//
// Reads pass at once. Only what may commit a change waits: for the announcement (one round trip to the stores) and, if it is a
// COMMIT, for the answers of what was sent before it, since only they tell which rows were changed. What comes after it on the
// same connection waits behind it, so that the order of statements stays.
import type { Change } from './change.ts'
import type { Dialect } from './dialect.ts'
import { Call } from './call.ts'
import { type Committed, Frames, PendingChanges } from './frames.ts'
import type { Settled, Statement } from './statement.ts'
import type { SessionOwner, Ticket } from './ticket.ts'

/** One connection to a database: what it has written and not yet committed, and what to invalidate then. */
export class Session {
  readonly #owner: SessionOwner
  readonly #frames = new Frames()
  /** Resolves when all that was entered has been sent. */
  #tail: Promise<void> | undefined
  /** What was sent and is not settled. */
  readonly #open = new Set<Promise<void>>()
  /** A savepoint outside a transaction begins one. */
  readonly #savepointBegins: boolean
  #quiet = 0

  constructor(dialect: Dialect | undefined, owner: SessionOwner) {
    this.#owner = owner
    this.#savepointBegins = dialect === 'sqlite'
  }

  /** A transaction is open, as far as what was sent tells. */
  get inTransaction(): boolean {
    return this.#frames.isOpen
  }

  /** The open transaction has changed something: what it reads is not what others may see. */
  get hasChanged(): boolean {
    return this.#frames.hasPending
  }

  /**
   * Sends statements, in the order of the calls.
   *
   * @param send sends them and resolves with the driver's answer; called at once where nothing must be announced
   * @param settle what an answer or an error means. Default: an answer is `done`, an error `unknown`
   */
  run<T>(
    statements: readonly Statement[],
    send: () => Promise<T>,
    settle: (result: T | undefined, error: unknown) => Settled = byOutcome,
  ): Promise<T> {
    const ticket = this.enter(statements)
    // Nothing more than the driver's own promise, where nobody has to wait for anything.
    if (ticket.ready === undefined && !isWatched(statements) && !this.inTransaction) {
      const sent = this.#sent(ticket, send)
      sent.then(
        (result) => void ticket.settle(settle(result, undefined)),
        (error: unknown) => void ticket.settle(settle(undefined, error)),
      )
      return sent
    }
    return this.#run(ticket, send, settle)
  }

  /** A driver that throws has sent nothing. */
  #sent<T>(ticket: Ticket, send: () => Promise<T>): Promise<T> {
    try {
      return send()
    } catch (error) {
      void ticket.settle({ outcome: 'undone' })
      throw error
    }
  }

  async #run<T>(
    ticket: Ticket,
    send: () => Promise<T>,
    settle: (result: T | undefined, error: unknown) => Settled,
  ): Promise<T> {
    let sent: Promise<T>
    if (ticket.ready === undefined) sent = this.#sent(ticket, send)
    else {
      try {
        await ticket.ready
        sent = send()
      } catch (error) {
        await ticket.settle({ outcome: 'undone' })
        throw error
      } finally {
        ticket.sent()
      }
    }
    let result: T
    try {
      result = await sent
    } catch (error) {
      await ticket.settle(settle(undefined, error))
      throw error
    }
    await ticket.settle(settle(result, undefined))
    return result
  }

  /** For drivers whose calls are no promises. Every ticket must be settled. */
  enter(statements: readonly Statement[]): Ticket {
    const call = new Call(statements, this.#quiet > 0)
    if (statements.some(({ scopes }) => scopes === true)) this.#owner.scoped()
    const settled = new Promise<void>((resolve) => {
      call.over = resolve
    })
    if (this.#tail === undefined && !this.#mustWait(call)) {
      this.#apply(call)
      this.#open.add(settled)
      void settled.then(() => this.#open.delete(settled))
      return {
        ready: undefined,
        sent: () => undefined,
        settle: (outcome) => this.#settle(call, outcome),
      }
    }
    const before = this.#tail
    let release = (): void => undefined
    const sent = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#tail = sent
    void sent.then(() => {
      if (this.#tail === sent) this.#tail = undefined
    })
    const ready = this.#prepare(call, before, settled)
    // The sender may not have come to wait for it yet.
    ready.catch(() => undefined)
    return { ready, sent: release, settle: (outcome) => this.#settle(call, outcome) }
  }

  async #prepare(
    call: Call,
    before: Promise<void> | undefined,
    settled: Promise<void>,
  ): Promise<void> {
    await before
    if (this.#mustWait(call)) {
      await Promise.all(this.#open)
      const changes = this.#whatMayBeCommitted(call)
      if (changes.length > 0 && this.#owner.announces) {
        const announcement = this.#owner.announcement()
        await announcement.announce(changes)
        call.announcement = announcement
      }
    }
    this.#apply(call)
    this.#open.add(settled)
    void settled.then(() => this.#open.delete(settled))
  }

  /** Whether it may commit a change. */
  #mustWait(call: Call): boolean {
    if (call.quiet) return false
    let open = this.#frames.isOpen
    let changed = this.#frames.hasPending
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
    return this.#frames.begunBy !== undefined && names.includes(this.#frames.begunBy)
  }

  #whatMayBeCommitted(call: Call): Change[] {
    const sent = this.#frames.pending.flatMap(({ changes }) => changes)
    return [...sent, ...call.statements.flatMap(({ changes }) => changes)]
  }

  /** It is sent now: what it does to the transaction, and what it commits. */
  #apply(call: Call): void {
    const frames = this.#frames
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

  #settle(call: Call, settled: Settled): Promise<void> | undefined {
    call.pending.forEach((pending, at) => pending.learn(settled.rows?.[at]))
    this.#reconcile(call, settled)
    const { committed, afterCommit, announcement } = call
    if (committed.length + afterCommit.length === 0 && announcement === undefined) {
      call.over()
      return undefined
    }
    return this.#conclude(call, settled).finally(call.over)
  }

  async #conclude(call: Call, settled: Settled): Promise<void> {
    const outcome = call.outcome(settled)
    const { announcement, afterCommit } = call
    if (outcome === 'undone') {
      await announcement?.undo()
      return
    }
    const changes = call.committed.flatMap((pending) => pending.changes)
    if (changes.length > 0) {
      await (announcement ?? this.#owner.announcement()).done(changes)
      this.#owner.committed(changes, outcome)
    } else await announcement?.undo()
    for (const fn of afterCommit) await this.#call(fn)
  }

  async #call(fn: () => unknown): Promise<void> {
    try {
      await fn()
    } catch (error) {
      this.#owner.failed('What was to be done after COMMIT threw.', error)
    }
  }

  /** Believes what the database says of the transaction, once nothing else is on its way that could change it. */
  #reconcile(call: Call, { outcome, transaction }: Settled): void {
    if (this.#tail !== undefined || this.#open.size > 1) return
    const frames = this.#frames
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

  /**
   * Runs `fn` when the open transaction is committed and what it changed is invalidated; not at all when it is rolled back, to
   * a savepoint from before this call, too. Outside a transaction at once.
   */
  async afterCommit(fn: () => unknown): Promise<void> {
    if (this.#frames.isOpen) this.#frames.afterCommit(fn)
    else await this.#call(fn)
  }

  /**
   * What `work` sends on this connection changes nothing that is cached, or is said otherwise: nothing of it is announced or
   * invalidated. For imports; `tracker.raise` afterwards.
   */
  async noInvalidate<T>(work: () => Promise<T>): Promise<T> {
    this.#quiet++
    try {
      return await work()
    } finally {
      this.#quiet--
    }
  }

  /** The connection is gone: what it had not committed is rolled back. What is on its way is settled by its sender. */
  close(): void {
    this.#frames.rollback()
  }
}

/** Whether somebody must wait for what became of them. */
function isWatched(statements: readonly Statement[]): boolean {
  return statements.some(
    ({ kind, changes }) => changes.length > 0 || (kind !== 'read' && kind !== 'other'),
  )
}

function byOutcome(_: unknown, error: unknown): Settled {
  return { outcome: error === undefined ? 'done' : 'unknown' }
}
