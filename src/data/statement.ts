import type { Change, Row } from './change.ts'
import type { StatementKind } from './sql/scanned.ts'

export type { StatementKind } from './sql/scanned.ts'

/**
 * One statement as a driver hook hands it to its {@link Session}: what it is to the transaction, and what it changes at most.
 * For SQL `tracker.statements(sql, params, dialect)` makes them; other databases make their own.
 */
export interface Statement {
  /** What it does to a transaction, or to rows. */
  readonly kind: StatementKind
  /** Of a savepoint. */
  readonly name?: string
  /** Ends one transaction and begins the next. */
  readonly chain?: boolean
  /** Commits what is open before it does anything (MySQL's DDL). */
  readonly commitsFirst?: boolean
  /** May commit within itself: that it failed does not mean that it changed nothing. */
  readonly commitsInside?: boolean
  /** What it may change, with all that follows from it. Known before it is sent, so that it can be announced. */
  readonly changes: readonly Change[]
  /** What it has changed, by the rows that the database gave back; `undefined`: they tell no more. */
  readonly narrow?: (rows: readonly Row[]) => readonly Change[] | undefined
  /** Changes what the same text means to this connection. */
  readonly scopes?: boolean
}

/** What became of what was sent. */
export interface Settled {
  /**
   * `done`: it has happened. `undone`: the database has said that it did not (an error, or a `COMMIT` that answered
   * `ROLLBACK`). `unknown`: nobody can tell (the connection broke): it counts as done.
   */
  readonly outcome: 'done' | 'undone' | 'unknown'
  /** Where the connection stands now, if the database says so; it is believed more than what was sent. */
  readonly transaction?: 'none' | 'open' | undefined
  /** The rows given back by each statement, in their order. */
  readonly rows?: readonly (readonly Row[] | undefined)[] | undefined
}
