// The hook of `pg`: a subclass of its Client, given to `new Pool({ Client })`. Whatever stands on such a pool (Drizzle, Kysely,
// TypeORM, Sequelize, Knex, Prisma's adapter) sends through its `query`.
//
// What changes nothing goes on as it came. The rest is followed as the object that the client submits (a Query, a cursor, a
// COPY stream) and not by its callback: a `query_timeout` answers the callback while the server is still at work, and what
// became of it is known only when it really ends.
import { optionError } from '../../../base/errors.ts'
import type { Session } from '../../session.ts'
import type { Ticket } from '../../ticket.ts'
import { SESSION } from '../../session-of.ts'
import type { Statement } from '../../statement.ts'
import type { ChangeTracker } from '../../tracker.ts'
import type {
  PgCallback,
  PgClient,
  PgClientClass,
  PgQueryConfig,
  Submittable,
} from './client-shape.ts'
import { answered, failed } from './outcome.ts'

/**
 * A class of clients whose statements are tracked: `new Pool({ Client: trackedClient(pg.Client, tracker) })`.
 *
 * @throws {CacheError} `E_OPTION`
 */
// oxlint-disable-next-line typescript/no-explicit-any -- Any class may be extended, whatever its constructor takes.
export function trackedClient<Class extends new (...args: any[]) => object>(
  Client: Class,
  tracker: ChangeTracker,
): Class {
  const Base = Client as unknown as PgClientClass
  if (typeof Base !== 'function' || typeof Base.Query !== 'function')
    throw optionError('Client', "the Client class of 'pg' (not its native one)", Client)
  const Tracked = class extends Base {
    readonly [SESSION]: Session
    readonly #texts = new Map<string, string>()

    // oxlint-disable-next-line typescript/no-explicit-any -- A mixin takes what its base takes.
    constructor(...args: any[]) {
      super(...args)
      this[SESSION] = tracker.session('postgres')
      this.on('end', () => this[SESSION].close())
    }

    override query(config: unknown, values?: unknown, callback?: unknown): unknown {
      const session = this[SESSION]
      const asked = readCall(config, values, callback)
      if (asked === undefined) return super.query(config, values, callback)
      const statements = this.#statements(asked)
      const ticket = session.enter(statements)
      if (ticket.ready === undefined && !isFollowed(statements)) {
        void ticket.settle({ outcome: 'done' })
        return super.query(config, values, callback)
      }
      const send = (query: Submittable): void => void super.query(query)
      return follow({ client: this, Query: Base.Query, asked, statements, ticket, send })
    }

    /** A text may be sent once under a name, and later by that name alone. */
    #statements({ text, name, values }: Asked): readonly Statement[] {
      if (name !== undefined && text !== undefined) this.#texts.set(name, text)
      const known = text ?? (name === undefined ? undefined : this.#texts.get(name))
      // Nothing is known of it: `EXECUTE` of an unknown name is the same.
      return tracker.statements(known ?? 'EXECUTE unknown', values, 'postgres')
    }
  }
  return Tracked as unknown as Class
}

/** One call of `query`, in whichever form. */
interface Asked {
  readonly submittable: Submittable | undefined
  readonly config: unknown
  readonly text: string | undefined
  readonly name: string | undefined
  readonly values: readonly unknown[] | undefined
  readonly callback: PgCallback | undefined
  /** Its rows are objects by column. */
  readonly byName: boolean
}

/** `undefined`: it is nothing that can be sent; the client will say so. */
function readCall(config: unknown, values: unknown, callback: unknown): Asked | undefined {
  if (config === null || config === undefined) return undefined
  const given: PgQueryConfig & Partial<Submittable> =
    typeof config === 'string' ? { text: config } : config
  const list = Array.isArray(values) ? values : given.values
  const told = [callback, values, given.callback].find((each) => typeof each === 'function')
  return {
    submittable: typeof given.submit === 'function' ? (config as Submittable) : undefined,
    config,
    text: typeof given.text === 'string' ? given.text : undefined,
    name: typeof given.name === 'string' && given.name !== '' ? given.name : undefined,
    values: Array.isArray(list) ? (list as readonly unknown[]) : undefined,
    callback: told as PgCallback | undefined,
    byName: given.rowMode !== 'array',
  }
}

/** Whether it matters when they end, and how. */
function isFollowed(statements: readonly Statement[]): boolean {
  return statements.some(
    ({ kind, changes }) => changes.length > 0 || (kind !== 'read' && kind !== 'other'),
  )
}

interface Followed {
  readonly client: PgClient
  readonly Query: PgClientClass['Query']
  readonly asked: Asked
  readonly statements: readonly Statement[]
  readonly ticket: Ticket
  readonly send: (query: Submittable) => void
}

/** @returns what `client.query` returns for this form of the call */
function follow(followed: Followed): unknown {
  const { Query, asked } = followed
  const { submittable, config, values, callback } = asked
  if (submittable !== undefined) {
    if (submittable.callback === undefined && callback !== undefined)
      submittable.callback = callback
    dispatch(followed, submittable, false)
    return submittable
  }
  let returned: Promise<unknown> | undefined
  let tell = callback
  if (tell === undefined) {
    returned = new Promise((resolve, reject) => {
      tell = (error, result) => (error ? reject(error) : resolve(result))
    }).catch((error: unknown) => {
      // As the client does itself: the place that asked says more than the socket's.
      if (error instanceof Error) Error.captureStackTrace(error)
      throw error
    })
  }
  const query = new Query(config, values, tell)
  const { query_timeout: timeout } = config as PgQueryConfig
  if (timeout !== undefined) query.query_timeout = timeout
  dispatch(followed, query, asked.byName)
  return returned
}

/** Sends it when it may be, and settles it when it has ended. @param trusted its rows are all kept, by name */
function dispatch(
  { client, statements, ticket, send }: Followed,
  query: Submittable,
  trusted: boolean,
): void {
  const submit = query.submit.bind(query)
  const handleError = query.handleError.bind(query)
  const handleReadyForQuery = query.handleReadyForQuery.bind(query)
  const isCommit = statements.some(({ kind }) => kind === 'commit')
  let wasSent = false
  let isOver = false

  query.submit = function (connection) {
    const refusal = submit(connection)
    wasSent = refusal === null || refusal === undefined
    return refusal
  }
  query.handleReadyForQuery = function (connection) {
    const pass = (): void => handleReadyForQuery(connection)
    if (isOver) return pass()
    isOver = true
    after(ticket.settle(answered(client, query, trusted)), pass)
  }
  query.handleError = function (error, connection) {
    const pass = (): void => handleError(error, connection)
    // The client has waited long enough; the server may still be at it, and will say how it ended.
    const isImpatience = error instanceof Error && error.message === 'Query read timeout'
    if (isOver || (isImpatience && wasSent)) return pass()
    isOver = true
    after(ticket.settle(failed(error, wasSent, isCommit)), pass)
  }

  const sendIt = (): void => {
    try {
      send(query)
    } catch (error) {
      // It was sent nowhere, and will never end.
      isOver = true
      void ticket.settle({ outcome: 'undone' })
      throw error
    }
  }
  if (ticket.ready === undefined) sendIt()
  else {
    ticket.ready
      .then(sendIt)
      .catch((error: unknown) => query.handleError(error, client.connection))
      .finally(() => ticket.sent())
  }
}

/** What the caller is told waits until the caches know. */
function after(settled: Promise<void> | undefined, pass: () => void): void {
  if (settled === undefined) return pass()
  // As the client would: what a listener throws is nobody's rejection.
  settled.then(pass, pass).catch((error: unknown) => {
    process.nextTick(() => {
      throw error
    })
  })
}
