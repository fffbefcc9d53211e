import type { Operation } from '../change.ts'

/**
 * What a statement is to a transaction. `read`: changes nothing. `write`: changes tables, or what they are. `other`: neither,
 * such as `SET`.
 */
export type StatementKind =
  | 'read'
  | 'write'
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'savepoint'
  | 'release'
  | 'rollback to'
  | 'other'

/** A value in a text: a parameter (from 0, or its name), or what stands there, a whole number or a string. */
export type Operand =
  | { readonly param: number | string; readonly list?: boolean }
  | { readonly literal: string | bigint }

/** A column that can only have one of these values in the rows concerned. */
export interface Restriction {
  /** The column that is held against values. */
  readonly column: string
  /** Any of these. */
  readonly values: readonly Operand[]
}

/** Which rows of a table are concerned, as far as the text tells. */
export interface RowsConcerned {
  /** All of these hold for every row. */
  readonly restrictions: readonly Restriction[]
  /** Of an insert: the values of the columns, one list per row; restrictions are empty then. */
  readonly inserted?: readonly (readonly Restriction[])[]
  /** What `RETURNING` gives: the result's name for each column, or `'*'` for all under their own. */
  readonly returned?: '*' | ReadonlyMap<string, string>
}

/** A table that a statement may change. */
export interface ScannedWrite {
  /** The table that is written. */
  readonly entity: string
  /** What is done to it. */
  readonly operation: Operation
  /** What an update sets; `undefined`: not known. */
  readonly columns?: readonly string[] | undefined
  /** Which of its rows, as far as the text tells. */
  readonly rows?: RowsConcerned | undefined
}

/** What the text of one statement tells. Tables may be too many, never too few, save what functions do. */
export interface ScannedStatement {
  /** What kind of statement it is. */
  readonly kind: StatementKind
  /** Of a savepoint. */
  readonly name?: string
  /** `COMMIT AND CHAIN`: the next transaction begins at once. */
  readonly chain?: boolean
  /** Ends the transaction it stands in, committed, before it does anything (MySQL). */
  readonly commitsFirst?: boolean
  /** May commit, and go on, within itself: a procedure. */
  readonly commitsInside?: boolean
  /** The tables it reads. */
  readonly reads: readonly string[]
  /** What it writes. */
  readonly writes: readonly ScannedWrite[]
  /** May change any table. */
  readonly everything: boolean
  /** A query that changes and locks nothing. */
  readonly cacheable: boolean
  /** Changes what the same text means to this connection: `SET search_path`, `SET ROLE`, `USE`. */
  readonly scopes: boolean
  /** Its result depends on the connection or its user: `current_user`, `lastval()`. */
  readonly personal: boolean
  /** Of a query on one table. */
  readonly rows?: RowsConcerned
}
