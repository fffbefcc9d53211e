import { withGeneratedId } from '../../generated-ids.ts'
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
export function withFacts(statement: Statement, { generated, lasting }: MysqlFacts): Statement {
  const lasts = statement.changes.some(({ entity }) => lasting.has(entity))
  // The server makes an id for 0, too.
  return withGeneratedId(
    lasts ? { ...statement, commitsInside: true } : statement,
    generated,
    (id) => id === '0',
  )
}
