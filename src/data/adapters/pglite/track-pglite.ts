// PGlite is one connection in this process: its calls wait for each other, and its transactions for all of them. A call of
// `transaction` begins and commits by itself, so that its end is found around the work that it is given.
import { isCacheError, optionError } from '../../../base/errors.ts'
import type { Session } from '../../session.ts'
import type { Ticket } from '../../ticket.ts'
import { SESSION } from '../../session-of.ts'
import type { Settled, Statement } from '../../statement.ts'
import type { ChangeTracker } from '../../tracker.ts'

interface Results {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

interface Options {
  readonly rowMode?: string
}

/** What a PGlite and its transactions have in common. */
interface Sends {
  readonly query: (sql: string, params?: unknown[], options?: Options) => Promise<Results>
  readonly exec: (sql: string, options?: Options) => Promise<Results[]>
  readonly sql: (texts: TemplateStringsArray, ...params: unknown[]) => Promise<Results>
}

interface Transaction extends Sends {
  readonly closed: boolean
}

interface Pglite extends Sends {
  transaction(work: (tx: Transaction) => Promise<unknown>): Promise<unknown>
  [SESSION]?: Session
}

const BEGIN: readonly Statement[] = [{ kind: 'begin', changes: [] }]
const COMMIT: readonly Statement[] = [{ kind: 'commit', changes: [] }]

/**
 * Tracks what is sent with `query`, `exec`, `sql` and `transaction` of a PGlite; not what goes past them (`execProtocol`, and
 * the clients of its socket, which are tracked where they send).
 *
 * @returns the PGlite itself
 * @throws {CacheError} `E_OPTION`
 */
export function trackPglite<P extends object>(database: P, tracker: ChangeTracker): P {
  const pglite = database as unknown as Pglite
  if (typeof pglite?.transaction !== 'function' || typeof pglite.exec !== 'function')
    throw optionError('database', 'a PGlite', database)
  const session = tracker.session('postgres')
  const transaction = pglite.transaction.bind(pglite)
  // Its `sql` goes through its `query`.
  const { query, exec } = tracked(pglite, session, tracker)
  Object.assign(pglite, { query, exec, [SESSION]: session })
  pglite.transaction = async (work) => await inTransaction(transaction, work, tracker)
  return database
}

async function inTransaction(
  transaction: Pglite['transaction'],
  work: (tx: Transaction) => Promise<unknown>,
  tracker: ChangeTracker,
): Promise<unknown> {
  const session = tracker.session('postgres')
  let commit: Ticket | undefined
  try {
    const result = await transaction(async (tx) => {
      void session.enter(BEGIN).settle({ outcome: 'done' })
      const sends = tracked(tx, session, tracker)
      const value = await work(proxied(tx, { ...sends, [SESSION]: session }))
      // Rolled back by hand.
      if (tx.closed) return value
      commit = session.enter(COMMIT)
      try {
        await commit.ready
      } finally {
        commit.sent()
      }
      return value
    })
    await commit?.settle({ outcome: 'done', transaction: 'none' })
    return result
  } catch (error) {
    await commit?.settle({ outcome: outcomeOf(error), transaction: 'none' })
    throw error
  } finally {
    session.close()
  }
}

function tracked(target: Sends, session: Session, tracker: ChangeTracker): Sends {
  const query = target.query.bind(target)
  const exec = target.exec.bind(target)
  const sql = target.sql.bind(target)
  const run = async <T>(
    statements: readonly Statement[],
    send: () => Promise<T>,
    rowsOf: (answer: T) => Settled['rows'],
  ): Promise<T> =>
    await session.run(statements, send, (answer, error) => {
      if (error !== undefined) return { outcome: outcomeOf(error) }
      return { outcome: 'done', rows: rowsOf(answer as T) }
    })
  return {
    query: (text, params, options) =>
      run(
        tracker.statements(text, params, 'postgres'),
        () => query(text, params, options),
        ({ rows }) => (options?.rowMode === 'array' ? undefined : [rows]),
      ),
    exec: (text, options) =>
      run(
        tracker.statements(text, [], 'postgres'),
        () => exec(text, options),
        () => undefined,
      ),
    sql: (texts, ...params) =>
      run(
        tracker.statements(templateText(texts, params), params, 'postgres'),
        () => sql(texts, ...params),
        ({ rows }) => [rows],
      ),
  }
}

/** Parts of SQL may be among the parameters of a template: then nobody knows what it says. */
function templateText(texts: TemplateStringsArray, params: readonly unknown[]): string {
  const isPart = (param: unknown): boolean =>
    typeof param === 'object' && param !== null && '_templateType' in param
  if (params.some(isPart)) return 'EXECUTE unknown'
  return texts.reduce((text, next, at) => `${text}$${at}${next}`)
}

/** PGlite answers at once, in this process: an error is the database's own, unless it is ours. */
function outcomeOf(error: unknown): Settled['outcome'] {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  const isAnswer = typeof code === 'string' && /^[\dA-Z]{5}$/.test(code)
  return isAnswer || isCacheError(error) ? 'undone' : 'unknown'
}

function proxied<T extends object>(target: T, own: object): T {
  return new Proxy(target, {
    get(_, name) {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name) as unknown
      const member = Reflect.get(target, name, target) as unknown
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}
