import { type Change, EVERY_ENTITY, type Row } from './change.ts'
import type { Dialect } from './dialect.ts'
import { idsInserted, idsOf, idsWhere, type Params } from './row-ids.ts'
import type { KnownSchema } from './schema.ts'
import { scan } from './sql/scan.ts'
import type { ScannedStatement, ScannedWrite } from './sql/scanned.ts'
import type { Statement } from './statement.ts'

/**
 * The statements of a text with what they change, by what is known of the database.
 *
 * @param anywhere connections were told to look for tables elsewhere: a name may mean any table of that name
 */
export function statementsOf(
  sql: string,
  params: Params | undefined,
  dialect: Dialect,
  schema: KnownSchema,
  anywhere = false,
): Statement[] {
  return scan(sql, dialect).map((scanned) => statementOf(scanned, params, schema, anywhere))
}

function statementOf(
  scanned: ScannedStatement,
  params: Params | undefined,
  schema: KnownSchema,
  anywhere: boolean,
): Statement {
  const { kind, name, chain, commitsFirst, commitsInside, scopes } = scanned
  const changes = changesOf(scanned, params, schema, anywhere)
  const narrow = narrowing(scanned, changes, schema)
  return {
    kind,
    changes,
    scopes,
    ...(name === undefined ? {} : { name }),
    ...(chain === undefined ? {} : { chain }),
    ...(commitsFirst === undefined ? {} : { commitsFirst }),
    ...(commitsInside === undefined ? {} : { commitsInside }),
    ...(narrow === undefined ? {} : { narrow }),
  }
}

/** What anything may have changed, told by name where names are known. */
export function everythingChanged(schema: KnownSchema): Change[] {
  return [EVERY_ENTITY, ...schema.entities].map((entity) => ({ entity, operation: 'unknown' }))
}

function changesOf(
  { everything, writes }: ScannedStatement,
  params: Params | undefined,
  schema: KnownSchema,
  anywhere: boolean,
): readonly Change[] {
  if (everything) return everythingChanged(schema)
  if (writes.length === 0) return NO_CHANGES
  return writes.flatMap((write) => {
    const { operation, columns } = write
    return schema.meant(write.entity, anywhere).flatMap((entity) => {
      const ids = idsFor(write, entity, params, schema)
      return schema.spread({ entity, operation, ...(ids === undefined ? {} : { ids }) }, columns)
    })
  })
}

const NO_CHANGES: readonly Change[] = Object.freeze([])

function idsFor(
  { rows, columns }: ScannedWrite,
  entity: string,
  params: Params | undefined,
  schema: KnownSchema,
): string[] | undefined {
  const key = schema.table(entity)?.key
  if (rows === undefined || key === undefined) return undefined
  if (rows.inserted !== undefined) return idsInserted(key, rows.inserted, params)
  return movesRows(columns, schema, entity) ? undefined : idsWhere(key, rows.restrictions, params)
}

/** An update that sets a column of the primary key: the row of the new id is changed, too. */
function movesRows(
  columns: readonly string[] | undefined,
  schema: KnownSchema,
  entity: string,
): boolean {
  return schema.table(entity)?.key?.some(({ name }) => columns?.includes(name)) === true
}

/** By the rows of a RETURNING clause. */
function narrowing(
  { writes, everything }: ScannedStatement,
  changes: readonly Change[],
  schema: KnownSchema,
): Statement['narrow'] {
  const [write] = writes
  const returned = write?.rows?.returned
  if (write === undefined || returned === undefined || writes.length !== 1 || everything)
    return undefined
  const entity = schema.resolve(write.entity)
  const key = schema.table(entity)?.key
  if (key === undefined || movesRows(write.columns, schema, entity)) return undefined
  return (rows: readonly Row[]): readonly Change[] | undefined => {
    const ids = idsOf(key, rows, returned)
    if (ids === undefined) return undefined
    // What follows stays: a trigger of the statement runs for no row, too.
    if (ids.length === 0) return changes.filter((change) => change.entity !== entity)
    const whole = returned === '*'
    return changes.map((change) => {
      if (change.entity !== entity || change.operation !== write.operation) return change
      return { ...change, ids, ...(whole && change.operation !== 'delete' ? { after: rows } : {}) }
    })
  }
}
