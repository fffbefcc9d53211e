// Where every command passes on its way to the wire: the `command` of a pooled connection.
//
// Command monitoring, the driver's public way to see them, tells after the fact and waits for nobody: a caller would have its
// answer before the cache has heard of it, and nothing could be announced before a commit. So the connections that the pool
// hands out are wrapped (decision 0103). That they are reached over `client.topology` and the pool of a server is nothing that
// the driver promises; it is so in versions 6 and 7.
import { CacheError } from '../../../base/errors.ts'
import type { Command } from './commands.ts'
import type { MongoClientLike, MongoNamespace, MongoSession } from './driver.ts'

/** A command on its way. */
export interface Sent {
  readonly command: Command
  /** The database that it goes to. */
  readonly database: string
  readonly session: MongoSession | undefined
}

/** Sends a command by `send`, once, and answers what that answers. */
export type Around = (sent: Sent, send: () => Promise<unknown>) => Promise<unknown>

interface Connection {
  command(
    namespace: MongoNamespace,
    command: Command,
    options?: { readonly session?: MongoSession },
    ...rest: unknown[]
  ): Promise<unknown>
}

interface Pool {
  checkOut(...parts: unknown[]): Promise<Connection>
}

interface Topology {
  selectServer(...parts: unknown[]): Promise<{ readonly pool?: Partial<Pool> }>
}

/**
 * Lets `around` send the commands of a client from its next operation on, also after it was closed and connected again.
 * Operations reject with `E_UNSUPPORTED` if the driver's inside is another one: a client that tells nothing would look tracked.
 */
export function aroundCommands(client: MongoClientLike, around: Around): void {
  const known = new WeakSet<object>()
  /** Once for each object. */
  const isNew = (one: object): boolean => !known.has(one) && known.add(one).has(one)

  const wrapConnection = (connection: Connection): void => {
    if (!isNew(connection)) return
    const command = connection.command.bind(connection)
    connection.command = (namespace, document, options, ...rest) =>
      around({ command: document, database: namespace.db, session: options?.session }, () =>
        command(namespace, document, options, ...rest),
      )
  }

  const wrapPool = (pool: Pool): void => {
    if (!isNew(pool)) return
    const checkOut = pool.checkOut.bind(pool)
    pool.checkOut = async (...parts) => {
      const connection = await checkOut(...parts)
      wrapConnection(connection)
      return connection
    }
  }

  const wrapTopology = (): void => {
    const { topology } = client as { topology?: Partial<Topology> | undefined }
    if (topology === undefined || !isNew(topology)) return
    const select = topology.selectServer?.bind(topology)
    if (select === undefined) throw unsupported()
    topology.selectServer = async (...parts) => {
      const server = await select(...parts)
      if (server.pool?.checkOut === undefined) throw unsupported()
      wrapPool(server.pool as Pool)
      return server
    }
  }

  const connect = client.connect.bind(client)
  client.connect = async () => {
    const connected = await connect()
    wrapTopology()
    return connected
  }
  wrapTopology()
}

function unsupported(): CacheError {
  return new CacheError(
    'E_UNSUPPORTED',
    'trackMongo knows the inside of the drivers mongodb 6 and 7; this one is built in another way, and its changes cannot be tracked.',
  )
}
