import type { Change } from '../../change.ts'
import type { Statement } from '../../statement.ts'
import type { ChangeTracker } from '../../tracker.ts'

/** What is known of tables that only MySQL has to know. Entities as changes name them. */
export interface MysqlFacts {
  /** By entity: the column of its primary key that the server fills, where it is its only one. */
  readonly generated: ReadonlyMap<string, string>
  /** Tables whose engine knows no transactions: what is written to them stays, whatever becomes of the transaction. */
  readonly lasting: ReadonlySet<string>
}

const NONE: MysqlFacts = { generated: new Map(), lasting: new Set() }
const facts = new WeakMap<ChangeTracker, MysqlFacts>()

export function factsOf(tracker: ChangeTracker): MysqlFacts {
  return facts.get(tracker) ?? NONE
}

export function learnFacts(tracker: ChangeTracker, learned: MysqlFacts): void {
  const known = factsOf(tracker)
  facts.set(tracker, {
    generated: new Map([...known.generated, ...learned.generated]),
    lasting: new Set([...known.lasting, ...learned.lasting]),
  })
}

/** A statement with what only these facts tell of it. */
export function withFacts(statement: Statement, facts: MysqlFacts): Statement {
  const lasts = statement.changes.some(({ entity }) => facts.lasting.has(entity))
  return withGenerated(lasts ? { ...statement, commitsInside: true } : statement, facts)
}

/**
 * An inserted row will be known by the id that the server has made: the rows of the statement, when it is settled, are one of
 * that column.
 */
function withGenerated(statement: Statement, { generated }: MysqlFacts): Statement {
  const made = statement.changes.find((change) => isMade(change, generated))
  if (made === undefined) return statement
  const column = generated.get(made.entity) as string
  const changes = statement.changes.map((change) => {
    return change === made ? { ...change, ids: undefined } : change
  })
  return {
    ...statement,
    changes,
    narrow: (rows) => {
      const id = rows.length === 1 ? rows[0]?.[column] : undefined
      if (typeof id !== 'number' && typeof id !== 'string') return undefined
      return changes.map((change) =>
        change.entity === made.entity ? { ...change, ids: [String(id)] } : change,
      )
    },
  }
}

/** Whether the server makes the id of the inserted row. It does so for 0, too. */
function isMade({ entity, operation, ids }: Change, generated: MysqlFacts['generated']): boolean {
  return operation === 'insert' && generated.has(entity) && (ids === undefined || ids.includes('0'))
}
