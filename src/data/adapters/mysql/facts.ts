import { withGeneratedId } from '../../generated-ids.ts'
import type { KnownSchema } from '../../schema.ts'
import type { Statement } from '../../statement.ts'

/** A statement with what only MySQL has to know of its tables. */
export function withFacts(
  statement: Statement,
  { generated, lasting }: Pick<KnownSchema, 'generated' | 'lasting'>,
): Statement {
  const lasts = statement.changes.some(({ entity }) => lasting.has(entity))
  // The server makes an id for 0, too.
  return withGeneratedId(
    lasts ? { ...statement, commitsInside: true } : statement,
    generated,
    (id) => id === '0',
  )
}
