import type { Row } from '../../change.ts'
import { generatedBy, withGeneratedId } from '../../generated-ids.ts'
import type { Params } from '../../row-ids.ts'
import { scan } from '../../sql/scan.ts'
import type { Statement } from '../../statement.ts'
import type { ChangeTracker } from '../../tracker.ts'
import type { Connection } from './connection.ts'
import type { RunResult, SqliteDatabase, SqliteStatement } from './driver.ts'
import { paramsOf } from './params.ts'

type Method = (...params: unknown[]) => unknown

/** Has `connection` hear of everything that is run on a database, whoever calls it. */
export function hook(
  database: SqliteDatabase,
  tracker: ChangeTracker,
  connection: Connection,
): void {
  const statementsOf = (sql: string, params: Params | undefined): Statement[] =>
    tracker
      .statements(sql, params, 'sqlite')
      .map((statement) => withGeneratedId(statement, tracker.known.generated))

  const prepare = database.prepare.bind(database)
  database.prepare = (sql, ...rest) => {
    const statement = prepare(sql, ...rest)
    if (scan(sql, 'sqlite').every(({ kind }) => kind === 'read')) return statement
    return hookStatement(statement, sql, (params) => statementsOf(sql, params), connection, tracker)
  }

  const exec = database.exec.bind(database)
  database.exec = (sql) => {
    const statements = statementsOf(sql, undefined)
    return heard(connection, statements, sql, () => exec(sql))
  }

  // Its BEGIN and COMMIT are no statements that anybody else could see.
  const make = database.transaction?.bind(database) as ((work: unknown) => Transaction) | undefined
  if (make === undefined) return
  database.transaction = (work: never) => {
    const own = make(work)
    const within = (run: Method): Method =>
      function (this: unknown, ...params) {
        return connection.within(() => run.apply(this, params))
      }
    const made = Object.fromEntries(MODES.map((mode) => [mode, within(own[mode])]))
    for (const each of Object.values(made)) {
      for (const mode of MODES) Object.defineProperty(each, mode, { value: made[mode] })
      Object.defineProperty(each, 'database', { value: database, enumerable: true })
    }
    return made['default']
  }
}

const MODES = ['default', 'deferred', 'immediate', 'exclusive'] as const
type Transaction = Record<(typeof MODES)[number], Method>

function hookStatement(
  statement: SqliteStatement,
  sql: string,
  statementsOf: (params: Params | undefined) => Statement[],
  connection: Connection,
  tracker: ChangeTracker,
): SqliteStatement {
  let bound: readonly unknown[] = []
  const own = statement as unknown as Record<string, Method | undefined>
  const method = (name: string): Method | undefined => own[name]?.bind(statement)

  const bind = method('bind')
  if (bind !== undefined)
    own['bind'] = (...params) => {
      bound = params
      return bind(...params)
    }
  for (const name of ['run', 'get', 'all'] as const) {
    const call = method(name) as Method
    own[name] = (...params) => {
      const statements = statementsOf(paramsOf(params.length > 0 ? params : bound))
      return heard(
        connection,
        statements,
        sql,
        () => call(...params),
        (answer) =>
          name === 'run' ? madeRow(answer as RunResult, statements, tracker) : rowsIn(answer),
      )
    }
  }
  const iterate = method('iterate') as (...params: unknown[]) => Iterable<unknown>
  own['iterate'] = function* (...params) {
    const statements = statementsOf(paramsOf(params.length > 0 ? params : bound))
    // All of it is done before the first row comes; what did not come to that has thrown, or was not wanted any more.
    let isDone = false
    try {
      for (const row of iterate(...params)) {
        if (!isDone) connection.ran(statements)
        isDone = true
        yield row
      }
    } finally {
      if (!isDone) connection.ran(statements)
    }
  }
  return statement
}

/** @param rowsOf what one statement gave back */
function heard<T>(
  connection: Connection,
  statements: readonly Statement[],
  sql: string,
  run: () => T,
  rowsOf?: (answer: T) => readonly Row[] | undefined,
): T {
  let answer: T
  try {
    answer = run()
  } catch (error) {
    connection.failed(statements, sql)
    throw error
  }
  connection.ran(statements, rowsOf?.(answer))
  return answer
}

function rowsIn(answer: unknown): readonly Row[] | undefined {
  if (Array.isArray(answer)) return answer as readonly Row[]
  return typeof answer === 'object' && answer !== null ? [answer as Row] : undefined
}

/** The only row that was inserted, by the id that it got. */
function madeRow(
  { changes, lastInsertRowid }: RunResult,
  statements: readonly Statement[],
  tracker: ChangeTracker,
): readonly Row[] | undefined {
  const column = generatedBy(statements, tracker.known.generated)
  return column !== undefined && Number(changes) === 1 ? [{ [column]: lastInsertRowid }] : undefined
}
