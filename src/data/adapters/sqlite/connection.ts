import { Frames, PendingChanges } from '../../frames.ts'
import type { Change, Row } from '../../change.ts'
import type { Statement } from '../../statement.ts'

/**
 * One connection of a driver that answers at once: what was changed is handed on when it is committed, which is before the
 * driver's call returns. Unlike a session nothing is announced, since nobody can wait.
 */
export class Connection {
  readonly #frames = new Frames()
  readonly #isInTransaction: () => boolean
  readonly #tell: (changes: readonly Change[]) => void
  #transactions = 0

  /** @param tell what has been committed */
  constructor(isInTransaction: () => boolean, tell: (changes: readonly Change[]) => void) {
    this.#isInTransaction = isInTransaction
    this.#tell = tell
  }

  /** Statements that were run. @param rows what they gave back, if it was one */
  ran(statements: readonly Statement[], rows?: readonly Row[]): void {
    const frames = this.#frames
    const committed: PendingChanges[] = []
    const isOpen = this.#isInTransaction()
    // Begun by somebody whom we do not hear.
    if (isOpen && statements.every(({ kind }) => kind !== 'begin')) frames.begin()
    for (const statement of statements) {
      const pending = new PendingChanges(statement)
      pending.learn(statements.length === 1 ? rows : undefined)
      if (frames.isOpen) frames.add(pending)
      else committed.push(pending)
      const { kind, name = '' } = statement
      if (kind === 'begin') frames.begin()
      else if (kind === 'savepoint') frames.savepoint(name)
      else if (kind === 'release') committed.push(...(frames.release(name)?.pending ?? []))
      else if (kind === 'rollback to') frames.rollbackTo(name)
      else if (kind === 'commit') committed.push(...frames.commit().pending)
      else if (kind === 'rollback') frames.rollback()
    }
    this.#handOn(committed)
    this.#reconcile(isOpen)
  }

  /** A statement, or one of several, has thrown. */
  failed(statements: readonly Statement[], sql: string): void {
    // Of several some may have been run, and what fails by the word FAIL keeps what it has done so far.
    if (statements.length > 1 || /\bfail\b/i.test(sql)) this.ran(statements)
    else this.#reconcile(this.#isInTransaction())
  }

  /** Runs work within a transaction, or a savepoint, whose beginning and end are the driver's own and are not heard. */
  within<T>(work: () => T): T {
    const frames = this.#frames
    const name = ` ${this.#transactions++}`
    const isNested = this.#isInTransaction()
    frames.begin()
    if (isNested) frames.savepoint(name)
    let result: T
    try {
      result = work()
    } catch (error) {
      if (isNested && this.#isInTransaction()) {
        frames.rollbackTo(name)
        frames.release(name)
      } else frames.rollback()
      throw error
    }
    if (isNested) frames.release(name)
    else this.#handOn(frames.commit().pending)
    return result
  }

  /** Believes the database, where a transaction has ended without our seeing how. */
  #reconcile(isOpen: boolean): void {
    if (!isOpen && this.#frames.isOpen) this.#handOn(this.#frames.commit().pending)
  }

  #handOn(committed: readonly PendingChanges[]): void {
    const changes = committed.flatMap((pending) => pending.changes)
    if (changes.length > 0) this.#tell(changes)
  }
}
