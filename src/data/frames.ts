import type { Change, Row } from './change.ts'
import type { Statement } from './statement.ts'

/** What one statement has changed, as far as it is known: at most, until its rows have come. */
export class PendingChanges {
  changes: readonly Change[]
  readonly #narrow: Statement['narrow']

  constructor({ changes, narrow }: Pick<Statement, 'changes' | 'narrow'>) {
    this.changes = changes
    this.#narrow = narrow
  }

  /** @param rows what the database gave back */
  learn(rows: readonly Row[] | undefined): void {
    if (rows !== undefined) this.changes = this.#narrow?.(rows) ?? this.changes
  }
}

interface Frame {
  /** `undefined` of the transaction itself. */
  readonly savepoint: string | undefined
  readonly pending: PendingChanges[]
  readonly afterCommit: (() => unknown)[]
}

/** What leaves the frames because it is committed, or may be. */
export interface Committed {
  readonly pending: readonly PendingChanges[]
  readonly afterCommit: readonly (() => unknown)[]
}

/** What a connection's open transaction has changed, by savepoint. */
export class Frames {
  #frames: Frame[] = []

  get isOpen(): boolean {
    return this.#frames.length > 0
  }

  /** What the open transaction has changed so far. */
  get pending(): readonly PendingChanges[] {
    return this.#frames.flatMap(({ pending }) => pending)
  }

  get hasPending(): boolean {
    return this.#frames.some(({ pending }) => pending.some(({ changes }) => changes.length > 0))
  }

  /** The savepoint that began the transaction, where it was one. */
  get begunBy(): string | undefined {
    return this.#frames[0]?.savepoint
  }

  begin(): void {
    if (!this.isOpen) this.#push(undefined)
  }

  add(pending: PendingChanges): void {
    this.#frames.at(-1)?.pending.push(pending)
  }

  afterCommit(fn: () => unknown): void {
    this.#frames.at(-1)?.afterCommit.push(fn)
  }

  /** In SQLite a savepoint outside a transaction begins one. */
  savepoint(name: string): void {
    this.#push(name)
  }

  /** @returns what is committed by it: in SQLite the release of the savepoint that began the transaction is its COMMIT */
  release(name: string): Committed | undefined {
    const at = this.#find(name)
    if (at === -1) return undefined
    if (at === 0) return this.commit()
    const merged = this.#frames.splice(at)
    const into = this.#frames.at(-1) as Frame
    for (const { pending, afterCommit } of merged) {
      into.pending.push(...pending)
      into.afterCommit.push(...afterCommit)
    }
    return undefined
  }

  /** What came after the savepoint is gone; the savepoint itself stays. */
  rollbackTo(name: string): void {
    const at = this.#find(name)
    if (at === -1) return
    this.#frames.splice(at)
    this.#push(name)
  }

  commit(): Committed {
    const frames = this.#frames
    this.#frames = []
    return {
      pending: frames.flatMap(({ pending }) => pending),
      afterCommit: frames.flatMap(({ afterCommit }) => afterCommit),
    }
  }

  /** Back into the open transaction: its COMMIT did not happen, and it may come again. */
  restore({ pending, afterCommit }: Committed): void {
    this.begin()
    const first = this.#frames[0] as Frame
    first.pending.unshift(...pending)
    first.afterCommit.unshift(...afterCommit)
  }

  rollback(): void {
    this.#frames = []
  }

  #push(savepoint: string | undefined): void {
    this.#frames.push({ savepoint, pending: [], afterCommit: [] })
  }

  #find(name: string): number {
    return this.#frames.findLastIndex(({ savepoint }) => savepoint === name)
  }
}
