import { optionError } from '../../base/errors.ts'
import type { StoreDefinition, StoreSettings } from '../../base/store.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import type { Address } from './cluster/address.ts'
import { type ClientAdapter, ClientPort } from './client-port.ts'
import { duplicateIoRedis, IoRedisAdapter, type IoRedisClient } from './ioredis.ts'
import {
  NodeRedisAdapter,
  type NodeRedisClient,
  nodeRedisConnect,
  NodeRedisDuplicate,
} from './node-redis.ts'
import {
  ACT_OPTION_NAMES,
  OPTION_NAMES,
  type RedisActOptions,
  type RedisOptions,
  resolveActOptions,
  resolveOptions,
} from './options.ts'
import { openStore, type Roads } from './open-store.ts'
import { type Connect, OwnPort } from './own-port.ts'
import { connectBySentinel } from './sentinel.ts'
import { parseUrl } from './url.ts'

/** Uses a client of node-redis that the application made, connects and closes. One more connection is made for listening. */
export interface NodeRedisOptions extends RedisActOptions {
  /** A client that the application has made. It stays the application's to close. */
  readonly client: NodeRedisClient
}

/** Uses a client of ioredis that the application made and closes. One more connection is made for listening. */
export interface IoRedisOptions extends RedisActOptions {
  /** A client that the application has made. It stays the application's to close. */
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

function byUrl(url: string | undefined, options: RedisOptions): StoreDefinition {
  refuseUnknown('redis()', options, OPTION_NAMES)
  const parsed = parseUrl(url)
  const settings = resolveOptions({
    ...parsed.options,
    ...options,
    retry: { ...parsed.options.retry, ...options.retry },
  })
  const { connectMs, minMs, maxMs, tls, username, password, database, name } = settings
  const retry = { connectMs, minMs, maxMs }
  const connectTo = (target: { readonly path: string } | Address): Connect => {
    const socket = 'path' in target ? target : { ...target, tls }
    return nodeRedisConnect({ socket, username, password, database, name, connectMs })
  }
  const { where, socket } = parsed
  const servers = 'path' in socket ? [] : [{ host: socket.host, tls: tls !== undefined }]
  const about: StoreSettings = { servers, place: `${where}/${database}` }
  const { budget, connections: count } = settings
  const common = { where, settings, count, budget, pings: true }
  if (settings.cluster === undefined) {
    const { sentinel } = settings
    if (sentinel !== undefined && 'path' in socket)
      throw optionError('sentinel', 'a URL with the host of a sentinel, not a socket', where)
    const connect =
      sentinel === undefined || 'path' in socket
        ? connectTo(socket)
        : connectBySentinel({
            sentinels: [socket, ...sentinel.more],
            group: sentinel.group,
            connectTo,
            connectToSentinel: (address) => {
              const { username: user, password: word } = sentinel
              const target = { ...address, tls }
              const login = { username: user, password: word, database: 0, name }
              return nodeRedisConnect({ socket: target, ...login, connectMs })
            },
          })
    const open: Roads['command'] = (clock, events) => new OwnPort(connect, retry, clock, events)
    return define({ ...common, command: open, inbox: open }, about)
  }
  if ('path' in socket) throw optionError('cluster', 'a URL with a host, not a socket', where)
  const cluster = { seeds: [socket, ...settings.cluster], connectTo, retry }
  return define({ ...common, cluster }, about)
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

function define(roads: Roads, settings: StoreSettings = {}): StoreDefinition {
  return { name: 'redis', settings, open: (context) => openStore(context, roads) }
}
