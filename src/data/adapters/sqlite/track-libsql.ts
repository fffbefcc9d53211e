import { optionError } from '../../../base/errors.ts'
import type { Row } from '../../change.ts'
import { generatedBy, withGeneratedId } from '../../generated-ids.ts'
import type { Params } from '../../row-ids.ts'
import type { Session } from '../../session.ts'
import type { Settled, Statement } from '../../statement.ts'
import { ChangeTracker } from '../../tracker.ts'
import type {
  LibsqlClient,
  LibsqlResult,
  LibsqlStatement,
  LibsqlTransaction,
} from './libsql-driver.ts'
import { paramsOf } from './params.ts'

/**
 * Lets a client of `@libsql/client` tell `tracker` what is changed over it: `execute`, `batch`, `migrate`, `executeMultiple`
 * and interactive transactions. Their promises resolve when what they changed is invalidated.
 *
 * @returns the same client
 * @throws {CacheError} `E_OPTION`
 */
export function trackLibsql<Client extends LibsqlClient>(
  client: Client,
  tracker: ChangeTracker,
): Client {
  if (typeof client?.execute !== 'function' || typeof client.transaction !== 'function')
    throw optionError('client', 'a client of @libsql/client', client)
  if (!(tracker instanceof ChangeTracker))
    throw optionError('tracker', 'what trackChanges answers', tracker)
  const tracked = new TrackedLibsql(tracker)
  // A session of its own for each call: the client has several connections.
  tracked.hook(client, () => tracker.session('sqlite'))
  const migrate = client.migrate.bind(client)
  const transaction = client.transaction.bind(client)
  client.migrate = (...parts: never[]) => {
    const statements = tracked.together(parts[0] ?? [])
    const session = tracker.session('sqlite')
    return session.run(statements, () => migrate(...parts), settled)
  }
  client.transaction = async (...parts: never[]) => {
    const session = tracker.session('sqlite')
    const begun = await session.run([{ kind: 'begin', changes: [] }], () => transaction(...parts))
    return tracked.hookTransaction(begun, session)
  }
  return client
}

class TrackedLibsql {
  readonly #tracker: ChangeTracker

  constructor(tracker: ChangeTracker) {
    this.#tracker = tracker
  }

  /** What clients and transactions have in common. */
  hook(
    target: Pick<LibsqlClient, 'execute' | 'batch' | 'executeMultiple'>,
    sessionOf: () => Session,
  ): void {
    const execute = target.execute.bind(target)
    const batch = target.batch.bind(target)
    const executeMultiple = target.executeMultiple.bind(target)
    target.execute = (...parts: never[]) => {
      const [first, args] = parts as unknown as [LibsqlStatement, unknown]
      const statements = this.#statements(first, args)
      const column = generatedBy(statements, this.#tracker.known.generated)
      return sessionOf().run(
        statements,
        () => execute(...parts),
        (result, error) => settled(result, error, statements, column),
      )
    }
    target.batch = (...parts: never[]) => {
      const statements = this.together(parts[0] ?? [])
      return sessionOf().run(statements, () => batch(...parts), settled)
    }
    target.executeMultiple = (sql) =>
      sessionOf().run(this.#statements(sql), () => executeMultiple(sql), settled)
  }

  hookTransaction(transaction: LibsqlTransaction, session: Session): LibsqlTransaction {
    this.hook(transaction, () => session)
    const commit = transaction.commit.bind(transaction)
    const rollback = transaction.rollback.bind(transaction)
    const close = transaction.close.bind(transaction)
    transaction.commit = () => session.run([{ kind: 'commit', changes: [] }], commit, settledCommit)
    transaction.rollback = () => session.run([{ kind: 'rollback', changes: [] }], rollback)
    transaction.close = () => {
      session.close()
      close()
    }
    return transaction
  }

  /** Statements that are done together or not at all, as one. */
  together(batch: readonly LibsqlStatement[]): Statement[] {
    const changes = batch.flatMap((each) => this.#statements(each)).flatMap((each) => each.changes)
    return [{ kind: changes.length > 0 ? 'write' : 'read', changes }]
  }

  #statements(statement: LibsqlStatement, args?: unknown): Statement[] {
    const [sql, given] = textOf(statement, args)
    return this.#tracker
      .statements(sql, given, 'sqlite')
      .map((each) => withGeneratedId(each, this.#tracker.known.generated))
  }
}

function textOf(statement: LibsqlStatement, args: unknown): [string, Params | undefined] {
  if (typeof statement === 'string') return [statement, args === undefined ? [] : paramsOf([args])]
  const [sql, given] = isPair(statement) ? statement : [statement.sql, statement.args]
  return [sql, given === undefined ? [] : paramsOf([given])]
}

function isPair(
  statement: Exclude<LibsqlStatement, string>,
): statement is readonly [string, unknown?] {
  return Array.isArray(statement)
}

function settled(
  result: unknown,
  error: unknown,
  statements: readonly Statement[] = [],
  column?: string,
): Settled {
  if (error !== undefined) return { outcome: isRefusal(error) ? 'undone' : 'unknown' }
  if (statements.length !== 1) return { outcome: 'done' }
  const { rows, rowsAffected, lastInsertRowid } = result as LibsqlResult
  const made: Row[] | undefined =
    column !== undefined && rowsAffected === 1 ? [{ [column]: lastInsertRowid }] : undefined
  return { outcome: 'done', rows: [made ?? rows] }
}

/** A COMMIT that was refused may be asked for again, but the client gives the connection back, which rolls back. */
function settledCommit(_: unknown, error: unknown): Settled {
  return settled(undefined, error)
}

/** SQLite itself has said no, and takes back what it had done; not so where its file could not be written. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown }
  return (
    typeof code === 'string' &&
    /^(?:SQLITE_(?!IOERR|FULL|CORRUPT|UNKNOWN)|TRANSACTION_CLOSED)/.test(code)
  )
}
