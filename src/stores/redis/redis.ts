import { optionError } from '../../base/errors.ts'
import type { Clock } from '../../base/clock.ts'
import type { StoreContext, StoreDefinition } from '../../base/store.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import { type ClientAdapter, ClientPort } from './client-port.ts'
import { GenerationHash } from './generation-hash.ts'
import { duplicateIoRedis, IoRedisAdapter, type IoRedisClient } from './ioredis.ts'
import { Line } from './line.ts'
import { Lines } from './lines.ts'
import { Mailbox } from './mailbox.ts'
import {
  NodeRedisAdapter,
  type NodeRedisClient,
  nodeRedisConnect,
  NodeRedisDuplicate,
} from './node-redis.ts'
import {
  ACT_OPTION_NAMES,
  type ActSettings,
  OPTION_NAMES,
  type RedisActOptions,
  type RedisOptions,
  resolveActOptions,
  resolveOptions,
} from './options.ts'
import { OwnPort } from './own-port.ts'
import type { PortEvents, RedisPort, Reply } from './port.ts'
import { Reporter } from './reporter.ts'
import { inboxHead, RedisStore } from './redis-store.ts'
import { ServerTime } from './server-time.ts'
import { parseUrl } from './url.ts'

/** Uses a client of node-redis that the application made, connects and closes. One more connection is made for listening. */
export interface NodeRedisOptions extends RedisActOptions {
  readonly client: NodeRedisClient
}

/** Uses a client of ioredis that the application made and closes. One more connection is made for listening. */
export interface IoRedisOptions extends RedisActOptions {
  readonly ioredis: IoRedisClient
}

/** The versions that the tests of this store run against. */
export const TESTED_WITH: Readonly<Record<'@redis/client' | 'ioredis' | 'redis-server', string>> = {
  '@redis/client': '^6.3.0',
  ioredis: '^6.0.0',
  'redis-server': '7.0',
}

/**
 * Keeps entries in Redis 6 or later, or Valkey.
 *
 * By URL it makes its own connections with `@redis/client`, which must be installed. Nothing connects before the store is
 * opened, and a dead server is no error then: acts reject with `E_STORE_DOWN` until it is there.
 *
 * @param url `redis://user:password@host:port/database?commandTimeout=250ms`; `rediss://` and `valkeys://` with TLS,
 * `unix:///path.sock` for a socket. Options beside it win over those in it
 * @throws {CacheError} `E_URL` or `E_OPTION`, at once
 */
export function redis(url: string | undefined, options?: RedisOptions): StoreDefinition
export function redis(options: NodeRedisOptions | IoRedisOptions): StoreDefinition
export function redis(
  first: string | undefined | NodeRedisOptions | IoRedisOptions,
  options: RedisOptions = {},
): StoreDefinition {
  if (typeof first !== 'object' || first === null) return byUrl(first, options)
  if ('client' in first) return byNodeRedis(first)
  if ('ioredis' in first) return byIoRedis(first)
  throw optionError('redis', 'a URL, { client } of node-redis or { ioredis }', first)
}

/** How to make the connections of a store. */
interface Roads {
  readonly where: string
  readonly settings: ActSettings
  /** How many connections for commands. */
  readonly count: number
  readonly pings: boolean
  command(clock: Clock, events: PortEvents): RedisPort
  inbox(clock: Clock, events: PortEvents): RedisPort
}

function byUrl(url: string | undefined, options: RedisOptions): StoreDefinition {
  refuseUnknown('redis()', options, OPTION_NAMES)
  const parsed = parseUrl(url)
  const settings = resolveOptions({
    ...parsed.options,
    ...options,
    retry: { ...parsed.options.retry, ...options.retry },
  })
  const { connectMs, minMs, maxMs, tls, username, password, database, name } = settings
  const socket = 'path' in parsed.socket ? parsed.socket : { ...parsed.socket, tls }
  const connect = nodeRedisConnect({ socket, username, password, database, name, connectMs })
  const open = (clock: Clock, events: PortEvents): RedisPort => {
    return new OwnPort(connect, { connectMs, minMs, maxMs }, clock, events)
  }
  const { where } = parsed
  return define({
    where,
    settings,
    count: settings.connections,
    pings: true,
    command: open,
    inbox: open,
  })
}

function byNodeRedis(options: NodeRedisOptions): StoreDefinition {
  refuseUnknown('redis({ client })', options, ['client', ...ACT_OPTION_NAMES])
  const { client } = options
  const methods = ['sendCommand', 'duplicate', 'subscribe'] as const
  if (
    typeof client !== 'object' ||
    client === null ||
    methods.some((name) => typeof client[name] !== 'function')
  ) {
    throw optionError(
      'client',
      'a client of node-redis as createClient() returns it',
      typeof client,
    )
  }
  const advice = "the client passed in as 'client' is not connected: call its connect()"
  return byClient(options, advice, {
    command: () => new NodeRedisAdapter(client),
    inbox: () => new NodeRedisDuplicate(client),
  })
}

function byIoRedis(options: IoRedisOptions): StoreDefinition {
  refuseUnknown('redis({ ioredis })', options, ['ioredis', ...ACT_OPTION_NAMES])
  const client = options.ioredis
  const methods = ['pipeline', 'duplicate', 'subscribe'] as const
  if (
    typeof client !== 'object' ||
    client === null ||
    methods.some((name) => typeof client[name] !== 'function')
  ) {
    throw optionError('ioredis', 'a client of ioredis as new Redis() returns it', typeof client)
  }
  // It would be put before keys and not before channels, and be part of what a scan answers.
  if (client.options.keyPrefix !== undefined && client.options.keyPrefix !== '') {
    throw optionError(
      'ioredis',
      "a client without 'keyPrefix' (use the option 'prefix' of the alias)",
      'one with it',
    )
  }
  const advice = "the client passed in as 'ioredis' is not connected"
  return byClient(options, advice, {
    command: () => new IoRedisAdapter(client),
    inbox: () => duplicateIoRedis(client),
  })
}

function byClient(
  options: RedisActOptions,
  advice: string,
  adapters: { command(): ClientAdapter; inbox(): ClientAdapter },
): StoreDefinition {
  const settings = resolveActOptions(options)
  const { connectMs } = settings
  return define({
    where: 'the address of the client passed in',
    settings,
    count: 1,
    pings: false,
    command: (clock, events) =>
      new ClientPort(adapters.command(), events, { clock, connectMs, ours: false, advice }),
    inbox: (clock, events) =>
      new ClientPort(adapters.inbox(), events, { clock, connectMs, ours: true, advice }),
  })
}

function define(roads: Roads): StoreDefinition {
  return { name: 'redis', open: (context) => open(context, roads) }
}

function open(context: StoreContext, roads: Roads): RedisStore {
  const { clock, prefix, processId } = context
  const { where, settings, count, pings } = roads
  const { timeoutMs, maxQueued } = settings
  const report = guarded(context)
  const reporter = new Reporter(count, where, report)
  const hash = new GenerationHash(prefix)

  const makeLine = (): Line => {
    const events = reporter.forOne(() => time.refresh())
    return new Line((port) => roads.command(clock, port), events, {
      where,
      clock,
      timeoutMs,
      maxQueued,
    })
  }
  const first = makeLine()
  const time = new ServerTime(clock, async (): Promise<Reply> => {
    const [reply] = await first.run([['TIME']])
    return reply as Reply
  })
  const rest = Array.from({ length: count - 1 }, makeLine)
  return new RedisStore(context, {
    lines: new Lines([first, ...rest], hash),
    hash,
    time,
    openMailbox: (inbox) => {
      const channel = inboxHead(prefix) + processId
      const options = { channel, clock, timeoutMs, pings, report }
      return new Mailbox((events) => roads.inbox(clock, events), inbox, options)
    },
  })
}

/** A report that throws must not end the connection it reports on. */
function guarded(context: StoreContext): StoreContext['report'] {
  return (event) => {
    try {
      context.report(event)
    } catch {
      // Whoever listens to events answers for them.
    }
  }
}
