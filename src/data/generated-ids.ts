import type { Change } from './change.ts'
import type { Statement } from './statement.ts'

/**
 * A statement whose inserted row will be known by the id that the database makes for it: its rows, when it is settled, are one
 * with that column.
 *
 * @param columns by entity: the only column of its primary key, where the database fills it
 * @param isMade whether it does so for this id, which the statement says itself. Default: for none
 */
export function withGeneratedId(
  statement: Statement,
  columns: ReadonlyMap<string, string>,
  isMade: (id: string) => boolean = () => false,
): Statement {
  const made = statement.changes.find(
    ({ entity, operation, ids }) =>
      operation === 'insert' && columns.has(entity) && (ids === undefined || ids.some(isMade)),
  )
  if (made === undefined) return statement
  const column = columns.get(made.entity) as string
  const changes = statement.changes.map((change): Change => {
    return change === made ? { ...change, ids: undefined } : change
  })
  const told = statement.narrow
  return {
    ...statement,
    changes,
    narrow: (rows) => {
      const id = rows.length === 1 ? rows[0]?.[column] : undefined
      if (typeof id !== 'number' && typeof id !== 'string' && typeof id !== 'bigint')
        return told?.(rows)
      return changes.map((change) => {
        const isIt = change.entity === made.entity && change.operation === 'insert'
        return isIt ? { ...change, ids: [String(id)] } : change
      })
    },
  }
}

/** The column that the database fills in what a statement inserts. */
export function generatedBy(
  statements: readonly Statement[],
  columns: ReadonlyMap<string, string>,
): string | undefined {
  const changes = statements.flatMap((statement) => statement.changes)
  const entity = changes.find(({ operation }) => operation === 'insert')?.entity
  return entity === undefined ? undefined : columns.get(entity)
}
