// The one file that knows node-redis (`@redis/client`, or `redis`, which contains it).
import { CacheError } from '../../base/errors.ts'
import type { ClientAdapter } from './client-port.ts'
import type { Connect, Connection } from './own-port.ts'
import type { Command, Reply } from './port.ts'
import { untilAborted } from '../../base/until-aborted.ts'

/** What is used of a client of node-redis 5 or later: the one that `createClient()` returns fits. */
export interface NodeRedisClient {
  readonly isOpen: boolean
  readonly isReady: boolean
  sendCommand(command: readonly (string | Buffer)[], options?: object): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  duplicate(overrides?: object): NodeRedisClient
  connect(): Promise<unknown>
  destroy(): void
  on(event: string, listener: (...args: unknown[]) => void): unknown
  off(event: string, listener: (...args: unknown[]) => void): unknown
}

/** Where to connect to and as whom. */
export interface Target {
  readonly socket:
    | { readonly path: string }
    | { readonly host: string; readonly port: number; readonly tls: object | undefined }
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
  readonly name: string | undefined
  readonly connectMs: number
}

// RESP type 36, '$': bulk strings. Values are bytes, so every bulk string comes as a Buffer.
const BUFFERS = { 36: Buffer }
// Our own deadline covers each batch. The client's arms an AbortSignal per command, which costs 3 to 10 times as much
// as the command itself (measured on Node 20 and 24).
const COMMAND_OPTIONS = { typeMapping: BUFFERS, timeout: 0 }

/** Makes connections to `target` by node-redis. */
export function nodeRedisConnect(target: Target): Connect {
  return async (lost, signal) => {
    const nodeRedis = await loadNodeRedis()
    signal.throwIfAborted()
    const client = templateOf(nodeRedis).duplicate(optionsOf(target))
    const end = (): void => {
      ignoreErrors(() => client.destroy())
    }

    let over = false
    // Any error is the end, also one of the protocol: after it no reply can be told from another.
    client.on('error', (error: unknown) => {
      if (over) return
      over = true
      lost(error)
      end()
    })
    const connected = client.connect()
    try {
      await untilAborted(connected, signal)
    } catch (error) {
      over = true
      end()
      // An attempt given up before its socket was there may still succeed.
      connected.then(end, () => {})
      throw error
    }
    return new NodeRedisConnection(client, () => {
      over = true
      end()
    })
  }
}

class NodeRedisConnection implements Connection {
  readonly #client: NodeRedisClient
  readonly destroy: () => void

  constructor(client: NodeRedisClient, destroy: () => void) {
    this.#client = client
    this.destroy = destroy
  }

  send(commands: readonly Command[]): Promise<readonly Reply[]> {
    return sendAll(this.#client, commands)
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    await this.#client.subscribe(channel, listener)
  }
}

/** A client passed in, or a duplicate of one. */
export class NodeRedisAdapter implements ClientAdapter {
  readonly #client: NodeRedisClient

  constructor(client: NodeRedisClient) {
    this.#client = client
  }

  isReady(): boolean {
    return this.#client.isReady
  }

  start(): void {}

  send(commands: readonly Command[]): Promise<readonly Reply[]> {
    return sendAll(this.#client, commands)
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    await this.#client.subscribe(channel, listener)
  }

  watch(up: () => void, down: (reason: unknown) => void): () => void {
    const client = this.#client
    const failed = (reason: unknown): void => {
      if (!client.isReady) down(reason)
    }
    const ended = (): void => down(new Error('the client passed in was closed'))
    client.on('ready', up)
    client.on('error', failed)
    client.on('end', ended)
    return () => {
      client.off('ready', up)
      client.off('error', failed)
      client.off('end', ended)
    }
  }

  end(): void {
    this.#client.on('error', () => {})
    ignoreErrors(() => this.#client.destroy())
  }
}

/** A connection of our own for the subscription, made as the client passed in was made. */
export class NodeRedisDuplicate extends NodeRedisAdapter {
  readonly #client: NodeRedisClient

  constructor(original: NodeRedisClient) {
    const client = original.duplicate({ commandOptions: COMMAND_OPTIONS })
    super(client)
    this.#client = client
  }

  override start(): void {
    // It tries again by itself; what becomes of it is told by its events.
    this.#client.connect().catch(() => {})
  }
}

// All in one tick, so that the client writes them together. With callbacks, because it is the road of every command.
function sendAll(client: NodeRedisClient, commands: readonly Command[]): Promise<readonly Reply[]> {
  return new Promise((resolve) => {
    const replies: Reply[] = Array.from({ length: commands.length })
    let missing = commands.length
    if (missing === 0) resolve(replies)
    for (const [index, command] of commands.entries()) {
      const keep = (reply: Reply): void => {
        replies[index] = reply
        missing--
        if (missing === 0) resolve(replies)
      }
      client.sendCommand(command, COMMAND_OPTIONS).then(
        (reply) => keep(reply as Reply),
        (error: unknown) => keep(error instanceof Error ? error : new Error(String(error))),
      )
    }
  })
}

function optionsOf(target: Target): object {
  const { socket, username, password, database, name, connectMs } = target
  const reconnecting = { reconnectStrategy: false, connectTimeout: connectMs }
  const { path, host, port, tls } = {
    path: undefined,
    host: undefined,
    port: undefined,
    tls: undefined,
    ...socket,
  }
  return {
    RESP: 3,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(name === undefined ? {} : { name }),
    database,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    commandOptions: COMMAND_OPTIONS,
    socket:
      path === undefined
        ? { ...tls, host, port, tls: tls !== undefined, ...reconnecting }
        : { path, tls: false, ...reconnecting },
  }
}

interface NodeRedisModule {
  createClient(options: object): NodeRedisClient
}

// createClient builds a class with 400 commands for each new set of options, which takes 25 ms; a duplicate does not.
let template: NodeRedisClient | undefined
function templateOf(module: NodeRedisModule): NodeRedisClient {
  return (template ??= module.createClient({ RESP: 3 }))
}

/** Importing costs about 100 ms and 20 MB, so it waits until somebody has a Redis. */
async function loadNodeRedis(): Promise<NodeRedisModule> {
  try {
    return await import('@redis/client')
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  const containing: string = 'redis'
  try {
    return (await import(containing)) as NodeRedisModule
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new CacheError(
      'E_CLIENT_MISSING',
      'The Redis store needs a client, and none is installed. Run: npm install @redis/client',
      { cause: error },
    )
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
}

function ignoreErrors(act: () => void): void {
  try {
    act()
  } catch {
    // Ending what has ended.
  }
}
