import type { Operation } from '../change.ts'

/** A table where it stands in the text. */
export interface TableMention {
  readonly entity: string
  /** What is done to it; `undefined`: it is read. */
  readonly operation: Operation | undefined
  /** What the rest of the statement calls it. */
  readonly calledAs: string
  /** The token after its name and alias. */
  readonly next: number
  /** It stands in the statement itself and not in parentheses. */
  readonly atTop: boolean
}
