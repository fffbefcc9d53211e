/** What was done to rows. `unknown`: any of the three, as after a `TRUNCATE` or a statement that could not be read. */
export type Operation = 'insert' | 'update' | 'delete' | 'unknown'

/** A row as its database gives it, by column. */
export type Row = Readonly<Record<string, unknown>>

/** A change of one table or collection. */
export interface Change {
  /**
   * The table or collection as the database calls it, with its schema where that is not the default one: `products`,
   * `audit.log`. {@link EVERY_ENTITY} means that any of them may have been changed.
   */
  readonly entity: string
  /** What was done. */
  readonly operation: Operation
  /**
   * The primary keys of all rows that were touched, as text; those of several columns as {@link rowId} writes them.
   * `undefined`: not all of them are known, so that the whole table counts as changed.
   */
  readonly ids?: readonly string[] | undefined
  /** The rows before, where they are known. */
  readonly before?: readonly Row[] | undefined
  /** The rows after, where they are known. */
  readonly after?: readonly Row[] | undefined
}

/** The entity of a change that may concern any table: a statement that nobody can read, or messages that were lost. */
export const EVERY_ENTITY = '*'

/** The changes of all rows of these entities. */
export function wholeTables(entities: Iterable<string>): Change[] {
  return [...new Set(entities)].map((entity) => ({ entity, operation: 'unknown' }))
}
