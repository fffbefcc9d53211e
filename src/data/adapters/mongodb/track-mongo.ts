import { optionError } from '../../../base/errors.ts'
import type { Change } from '../../change.ts'
import { EVERY_ENTITY } from '../../change.ts'
import { everythingChanged } from '../../sql-statements.ts'
import type { Settled } from '../../statement.ts'
import { ChangeTracker } from '../../tracker.ts'
import { actOf } from './commands.ts'
import { aroundCommands, type Sent } from './commands-sent.ts'
import { homeOf, type MongoClientLike } from './driver.ts'

/**
 * Lets a client of MongoDB tell `tracker` what is changed over it: every command that writes, in transactions and outside of
 * them, whatever on top of the driver sends it. What a caller waits for comes when what it changed is invalidated. From the
 * client's next operation on, so best before it is connected.
 *
 * @returns the same client
 * @throws {CacheError} `E_OPTION`; the client's operations reject with `E_UNSUPPORTED` under a driver that is not built as
 * versions 6 and 7 are
 */
export function trackMongo<Client extends MongoClientLike>(
  client: Client,
  tracker: ChangeTracker,
): Client {
  if (!(tracker instanceof ChangeTracker))
    throw optionError('tracker', 'what trackChanges answers', tracker)
  if (typeof client?.connect !== 'function' || typeof client.options !== 'object')
    throw optionError('client', 'a MongoClient', client)
  const writes = new Writes(tracker, homeOf(client))
  aroundCommands(client, (sent, send) => writes.send(sent, send))
  return client
}

/** The writes of one client, and the transactions that they belong to. */
class Writes {
  readonly #tracker: ChangeTracker
  readonly #home: string
  /** What a transaction has changed so far, by the driver's own object for it. */
  readonly #open = new WeakMap<object, Change[]>()

  constructor(tracker: ChangeTracker, home: string) {
    this.#tracker = tracker
    this.#home = home
  }

  send({ command, database, session }: Sent, send: () => Promise<unknown>): Promise<unknown> {
    const act = actOf(command, database, this.#home)
    const transaction = session?.transaction
    if (act.kind === 'commit') {
      // Also when it is asked for again, because nobody knows what became of it the first time.
      const changes = transaction === undefined ? undefined : this.#open.get(transaction)
      return changes === undefined ? send() : this.#changing(changes, send)
    }
    if (act.kind !== 'write') return send()
    const changes = act.changes.flatMap((change) => this.#spread(change))
    if (transaction === undefined || session?.inTransaction() !== true)
      return this.#changing(changes, send)
    const sofar = this.#open.get(transaction) ?? []
    this.#open.set(transaction, sofar)
    sofar.push(...changes)
    return send()
  }

  #changing(changes: readonly Change[], send: () => Promise<unknown>): Promise<unknown> {
    // A session of its own: unlike those of a connection, commands of a client do not wait for each other.
    return this.#tracker.session().run([{ kind: 'write', changes }], send, settled)
  }

  #spread(change: Change): Change[] {
    const { known } = this.#tracker
    return change.entity === EVERY_ENTITY ? everythingChanged(known) : known.spread(change)
  }
}

interface Labelled {
  hasErrorLabel?(label: string): boolean
}

/**
 * A command that fails may have changed some documents before it did. It has not where the server says so, and neither has
 * the COMMIT of a transaction that is to be tried again as a whole.
 */
function settled(_: unknown, error: unknown): Settled {
  if (error === undefined) return { outcome: 'done' }
  const labelled: Labelled = Object(error)
  const has = (label: string): boolean => labelled.hasErrorLabel?.(label) === true
  const isUndone =
    has('NoWritesPerformed') ||
    (has('TransientTransactionError') && !has('UnknownTransactionCommitResult'))
  return { outcome: isUndone ? 'undone' : 'unknown' }
}
