import { optionError } from '../../../base/errors.ts'
import { generatedBy } from '../../generated-ids.ts'
import type { Statement } from '../../statement.ts'
import { ChangeTracker } from '../../tracker.ts'
import type { MysqlClient, MysqlCommand, MysqlConnection, MysqlPool } from './driver.ts'
import { ConnectionState } from './connection-state.ts'
import { Sending } from './sending.ts'

/**
 * Lets a pool or a connection of mysql2 tell `tracker` what is changed over it: autocommitted statements, transactions,
 * savepoints, prepared statements, several statements in one text. Everything that stands on the pool passes there, whether it
 * is called by callbacks or promises. What a caller waits for comes when what it changed is invalidated.
 *
 * @returns the same pool or connection
 * @throws {CacheError} `E_OPTION`
 */
export function trackMysql<Client extends MysqlClient>(
  client: Client,
  tracker: ChangeTracker,
): Client {
  if (!(tracker instanceof ChangeTracker))
    throw optionError('tracker', 'what trackChanges answers', tracker)
  const real = realOf(client)
  if ('addCommand' in real) trackConnection(real, tracker)
  else {
    real.on('connection', (connection: MysqlConnection) => trackConnection(connection, tracker))
    const { length = 0 } = real._allConnections ?? {}
    for (let index = 0; index < length; index++)
      trackConnection(real._allConnections?.get(index) as MysqlConnection, tracker)
  }
  return client
}

/** The promise forms hold the real one. */
function realOf(client: unknown): MysqlPool | MysqlConnection {
  const given = client as
    | { readonly pool?: unknown; readonly connection?: unknown; readonly addCommand?: unknown }
    | null
    | undefined
  for (const each of [given?.pool, given?.connection, given]) {
    const { addCommand, getConnection, on } = (each ?? {}) as Record<string, unknown>
    if (typeof addCommand === 'function') return each as MysqlConnection
    // A cluster has such methods, too, but no connections of its own.
    if (
      typeof getConnection === 'function' &&
      typeof on === 'function' &&
      !('_nodes' in (each as object))
    )
      return each as MysqlPool
  }
  throw optionError('client', 'a pool or a connection of mysql2 (of a cluster each pool)', client)
}

const tracked = new WeakMap<object, WeakSet<ChangeTracker>>()

function trackConnection(connection: MysqlConnection, tracker: ChangeTracker): void {
  const trackers = tracked.get(connection) ?? new WeakSet()
  if (trackers.has(tracker)) return
  tracked.set(connection, trackers.add(tracker))

  const session = tracker.session('mysql')
  const add = connection.addCommand.bind(connection)
  const underway = new Set<Sending>()
  const state = new ConnectionState(connection, tracker)
  let ending = false

  const track = (command: MysqlCommand): MysqlCommand => {
    const statements = ending ? [ENDING] : state.statementsOf(command, session.inTransaction)
    const ticket = session.enter(statements)
    if (statements.every(isIdle)) {
      const send = (): void => {
        sendNow(command)
        void ticket.settle({ outcome: 'done' })
      }
      if (ticket.ready === undefined) send()
      // What announces nothing is refused by nobody.
      else void ticket.ready.then(send).finally(() => ticket.sent())
      return command
    }
    const generated = generatedBy(statements, tracker.known.generated)
    const sending = new Sending(command, statements, ticket, generated)
    underway.add(sending)
    sending.onOver = (header) => {
      underway.delete(sending)
      state.learn(header)
    }
    sending.start(sendNow)
    return command
  }

  /** The driver replaces the method of a connection that is closed by one that tells so. */
  const sendNow = (command: MysqlCommand): unknown => {
    const isClosed = connection._closing === true || connection._fatalError != null
    return isClosed && connection.addCommand !== track
      ? connection.addCommand(command)
      : add(command)
  }
  connection.addCommand = track

  for (const name of ['changeUser', 'reset'] as const) {
    const method = connection[name]
    connection[name] = (...parts: never[]) => {
      ending = true
      try {
        return method.apply(connection, parts)
      } finally {
        ending = false
        state.startAfresh()
      }
    }
  }

  // No listener: one for errors would take away what the driver does where nobody listens.
  const emit = connection.emit.bind(connection)
  connection.emit = (event, ...parts) => {
    if (event === 'end' || event === 'error') {
      for (const sending of underway) sending.abandon()
      session.close()
    }
    return emit(event, ...parts)
  }
}

/** Whatever comes of it, nothing is committed or opened by it. */
function isIdle({ kind, changes, commitsFirst, scopes }: Statement): boolean {
  return kind === 'read' && changes.length === 0 && commitsFirst !== true && scopes !== true
}

/** To become another user, perhaps in another database, or to start afresh: what is open is rolled back. */
const ENDING: Statement = { kind: 'rollback', changes: [], scopes: true }
