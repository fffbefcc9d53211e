// The road to Redis: a client that the application made, connects and closes. We send commands, each with a deadline.
import { systemClock } from '../base/clock.ts'
import { CacheError, optionError } from '../base/errors.ts'
import { untilLate } from '../base/until-late.ts'

/** What is used of a client of node-redis 5 or later: the one that `createClient()` returns fits. */
export interface DjangoNodeRedisClient {
  sendCommand(command: readonly (string | Buffer)[], options?: object): Promise<unknown>
}

/** What is used of a client of ioredis 5 or later: a `new Redis(...)` fits. Not a `Cluster`. */
export interface DjangoIoRedisClient {
  readonly options: { readonly keyPrefix?: unknown }
  callBuffer(command: string, ...args: (string | Buffer)[]): Promise<unknown>
}

export type Command = readonly [name: string, ...args: (string | Buffer)[]]

// RESP type 36, '$': bulk strings. Values are bytes, so every bulk string comes as a Buffer.
const BUFFERS = { typeMapping: { 36: Buffer } }
const SERVER_REPLY = /^[A-Z][A-Z0-9]+\b/
const AUTH = /\b(?:WRONGPASS|NOAUTH|NOPERM)\b/
const NOT_A_NUMBER = /not an integer|would overflow/

export class RedisRoad {
  readonly #send: (command: Command) => Promise<unknown>
  readonly #timeoutMs: number

  /** @throws {CacheError} `E_OPTION` */
  constructor(
    client: DjangoNodeRedisClient | undefined,
    ioredis: DjangoIoRedisClient | undefined,
    timeoutMs: number,
  ) {
    this.#send = sender(client, ioredis)
    this.#timeoutMs = timeoutMs
  }

  /**
   * @throws {CacheError} `E_STORE_DOWN`, `E_STORE_TIMEOUT`, `E_STORE_AUTH`, `E_STORE_REFUSED`; `E_NOT_A_NUMBER` for what cannot
   * be incremented; the reason of `signal` when that is aborted
   */
  async send(command: Command, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted()
    const sent = this.#send(command).catch((error: unknown) => {
      throw failure(error)
    })
    const timeoutMs = this.#timeoutMs
    const late = (): CacheError => timeout(timeoutMs)
    return await untilLate(sent, { clock: systemClock, timeoutMs, signal, late })
  }
}

function sender(
  client: DjangoNodeRedisClient | undefined,
  ioredis: DjangoIoRedisClient | undefined,
): (command: Command) => Promise<unknown> {
  if (typeof client?.sendCommand === 'function' && ioredis === undefined)
    return async (command) => await client.sendCommand(command, BUFFERS)
  if (typeof ioredis?.callBuffer !== 'function' || client !== undefined)
    throw optionError(
      'djangoCache()',
      'a client of node-redis as { client } or of ioredis as { ioredis }',
      {},
    )
  // It would be put before keys that Django knows without it.
  if (ioredis.options.keyPrefix !== undefined && ioredis.options.keyPrefix !== '')
    throw optionError(
      'ioredis',
      "a client without 'keyPrefix' (use the option 'keyPrefix' here)",
      'one with it',
    )
  return async ([name, ...args]) => await ioredis.callBuffer(name, ...args)
}

function failure(error: unknown): CacheError {
  const message = error instanceof Error ? error.message : String(error)
  if (NOT_A_NUMBER.test(message))
    return new CacheError('E_NOT_A_NUMBER', `Redis cannot increment it: ${message}`, {
      cause: error,
    })
  if (AUTH.test(message))
    return new CacheError('E_STORE_AUTH', `Redis refused our user: ${message}`, { cause: error })
  if (SERVER_REPLY.test(message))
    return new CacheError('E_STORE_REFUSED', `Redis refused a command: ${message}`, {
      cause: error,
    })
  return new CacheError('E_STORE_DOWN', `No answer from Redis: ${message}`, { cause: error })
}

function timeout(ms: number): CacheError {
  return new CacheError(
    'E_STORE_TIMEOUT',
    `Redis did not answer within ${ms}ms (option 'commandTimeout'). Whether it acted is unknown.`,
  )
}
