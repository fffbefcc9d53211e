import type { ConnectionOptions } from 'node:tls'
import { type Bytes, toBytes } from '../../base/bytes.ts'
import { type Duration, toMs } from '../../base/duration.ts'
import { optionError } from '../../base/errors.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import { type Address, parseAddress } from './cluster/address.ts'

/** What concerns acts, whoever made the connection. */
export interface RedisActOptions {
  /**
   * How long an act may take once it can be sent. Past it the act rejects with `E_STORE_TIMEOUT`; whether the server
   * acted is then unknown. Default `'1s'`.
   */
  readonly commandTimeout?: Duration
  /**
   * How long one attempt to connect may take, handshake included. At the start acts wait for the first attempt; after a
   * loss nothing waits. Default `'2s'`.
   */
  readonly connectTimeout?: Duration
  /**
   * Whether what only reads is asked once more when it ran out of time, so that it takes twice `commandTimeout` at most. What
   * changes anything is never repeated: whether it was done is unknown. Default false: a cache that is slow is better missed.
   */
  readonly retryOnTimeout?: boolean
  /**
   * How many commands may wait for their replies on one connection. Beyond it acts reject with `E_STORE_REFUSED` at
   * once, so that a slow server does not fill the memory. Default 50,000.
   */
  readonly maxQueued?: number
  /**
   * How many tags and namespaces may have a stamp, more or less; each takes about 100 bytes on the server.
   * Beyond it those invalidated longest ago are forgotten, and what was stored before them is loaded anew. Default 100,000.
   */
  readonly maxGenerations?: number
}

/** How a server is reached by URL. */
export interface RedisOptions extends RedisActOptions {
  /**
   * Connections for commands, one more listens: the whole pool, there are never more. All commands are pipelined, so more than
   * one helps only when values are large. Not with `cluster`, which has one to each node. Default 1, at most 64.
   */
  readonly connections?: number
  /** Default: the URL's, otherwise none, which is Redis' user `default`. */
  readonly username?: string
  /** Default: the URL's, otherwise none. Never appears in messages or events. */
  readonly password?: string
  /** The number of the database. Default: the URL's path, otherwise 0. */
  readonly database?: number
  /**
   * Encrypts the connection: `true`, or options of Node's `tls.connect` such as `{ ca }`. Default: whether the URL begins
   * with `rediss:` or `valkeys:`.
   */
  readonly tls?: boolean | ConnectionOptions
  /**
   * What the keys of this alias' prefix may take of the server, such as `'200mb'`: kept by an estimate from a sample, by
   * removing entries that were used longest ago. For a server that evicts nothing because others need it, too. Not with
   * `cluster`. `'none'` says that there is none on purpose, because nothing here may be removed, as of sessions: the check-up
   * then asks for none. Default: no bound but the server's.
   */
  readonly budget?: Bytes | 'none'
  /** Shown by CLIENT LIST. No blanks. Default: none. */
  readonly name?: string
  /**
   * `true` when the address is one node of a Redis Cluster: the others are asked for. A list of more nodes, `'host:7001'`,
   * for when that one is away. Default: a single server.
   */
  readonly cluster?: boolean | readonly string[]
  /**
   * The name under which sentinels watch the primary, such as `'mymaster'`. The address is then that of a sentinel. Default:
   * no sentinels.
   */
  readonly sentinel?: string
  /** More sentinels, `'host:26379'`, for when that one is away. */
  readonly sentinels?: readonly string[]
  /** User and password of the sentinels, where they ask for any; those of Redis itself are `username` and `password`. */
  readonly sentinelAuth?: { readonly username?: string; readonly password: string }
  /**
   * The pauses between attempts to connect again: the first, and the longest, each up to half shorter by chance.
   * There is no last attempt. Default `{ min: '50ms', max: '2s' }`.
   */
  readonly retry?: { readonly min?: Duration; readonly max?: Duration }
}

export const ACT_OPTION_NAMES = [
  'commandTimeout',
  'connectTimeout',
  'retryOnTimeout',
  'maxQueued',
  'maxGenerations',
] as const
export const OPTION_NAMES: readonly (keyof RedisOptions)[] = [
  ...ACT_OPTION_NAMES,
  'connections',
  'username',
  'password',
  'database',
  'tls',
  'budget',
  'name',
  'cluster',
  'sentinel',
  'sentinels',
  'sentinelAuth',
  'retry',
]

interface Defaults
  extends Required<RedisActOptions>, Required<Pick<RedisOptions, 'connections' | 'database'>> {
  readonly retry: { readonly min: Duration; readonly max: Duration }
}

/** What is not given. The table of the documentation is made from it. */
export const DEFAULTS: Defaults = {
  commandTimeout: '1s',
  connectTimeout: '2s',
  retryOnTimeout: false,
  maxQueued: 50_000,
  maxGenerations: 100_000,
  connections: 1,
  database: 0,
  retry: { min: '50ms', max: '2s' },
}

export interface ActSettings {
  readonly timeoutMs: number
  readonly connectMs: number
  readonly retryOnTimeout: boolean
  readonly maxQueued: number
  readonly maxGenerations: number
}

/** `undefined` where nobody has thought of it. */
export type BudgetBytes = number | 'none' | undefined

export interface Settings extends ActSettings {
  readonly connections: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
  /** `undefined` for none. */
  readonly tls: ConnectionOptions | undefined
  readonly name: string | undefined
  readonly budget: BudgetBytes
  /** More nodes to begin with; `undefined` for a single server. */
  readonly cluster: readonly Address[] | undefined
  readonly sentinel: SentinelSettings | undefined
  readonly minMs: number
  readonly maxMs: number
}

interface SentinelSettings {
  readonly group: string
  readonly more: readonly Address[]
  readonly username: string | undefined
  readonly password: string | undefined
}

/** @throws {CacheError} `E_OPTION` */
export function resolveActOptions(options: RedisActOptions): ActSettings {
  return {
    timeoutMs: positiveMs(options.commandTimeout ?? DEFAULTS.commandTimeout, 'commandTimeout'),
    connectMs: positiveMs(options.connectTimeout ?? DEFAULTS.connectTimeout, 'connectTimeout'),
    retryOnTimeout: flag(options.retryOnTimeout ?? DEFAULTS.retryOnTimeout, 'retryOnTimeout'),
    maxQueued: whole(options.maxQueued ?? DEFAULTS.maxQueued, 'maxQueued', 1, Infinity),
    maxGenerations: whole(
      options.maxGenerations ?? DEFAULTS.maxGenerations,
      'maxGenerations',
      1,
      Infinity,
    ),
  }
}

/** @throws {CacheError} `E_OPTION` */
export function resolveOptions(options: RedisOptions): Settings {
  const retry = options.retry ?? {}
  refuseUnknown("Option 'retry'", retry, ['min', 'max'])
  const minMs = positiveMs(retry.min ?? DEFAULTS.retry.min, 'retry.min')
  const maxMs = positiveMs(retry.max ?? DEFAULTS.retry.max, 'retry.max')
  if (maxMs < minMs) throw optionError('retry.max', "no less than 'retry.min'", retry.max)
  const username = text(options.username, 'username')
  const password = text(options.password, 'password')
  if (username !== undefined && password === undefined) {
    throw optionError('password', "one, because 'username' is given", options.password)
  }
  const cluster = nodesOf(options.cluster)
  const database = whole(options.database ?? DEFAULTS.database, 'database', 0, 2 ** 31)
  if (cluster !== undefined && database !== 0)
    throw optionError('database', '0, the only one that a cluster has', database)
  const budget = budgetOf(options.budget)
  if (cluster !== undefined && typeof budget === 'number')
    throw optionError('budget', "none with 'cluster': set 'maxmemory' of its nodes", options.budget)
  const connections = whole(options.connections ?? DEFAULTS.connections, 'connections', 1, 64)
  if (cluster !== undefined && connections !== 1)
    throw optionError(
      'connections',
      "none with 'cluster', which has one to each node",
      options.connections,
    )
  return {
    ...resolveActOptions(options),
    budget,
    cluster,
    sentinel: sentinelOf(options),
    connections,
    username,
    password,
    database,
    tls: tlsOf(options.tls),
    name: nameOf(options.name),
    minMs,
    maxMs,
  }
}

function budgetOf(budget: RedisOptions['budget']): BudgetBytes {
  return budget === undefined || budget === 'none' ? budget : toBytes(budget, 'budget')
}

function flag(value: unknown, option: string): boolean {
  if (typeof value === 'boolean') return value
  throw optionError(option, 'true or false', value)
}

function positiveMs(duration: Duration, option: string): number {
  const ms = toMs(duration, option)
  if (ms > 0) return ms
  throw optionError(option, "a duration above zero such as '1s'", duration)
}

function whole(number: unknown, option: string, min: number, max: number): number {
  const fits = typeof number === 'number' && number >= min && number <= max
  if (fits && (Number.isInteger(number) || number === Infinity)) return number
  const range = max === Infinity ? `${min} or more` : `from ${min} to ${max}`
  throw optionError(option, `a whole number ${range}`, number)
}

// A password that is no string is not shown: it may be one, wrapped.
function text(value: unknown, option: string): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  throw optionError(option, 'a string that is not empty', typeof value)
}

function tlsOf(tls: unknown): ConnectionOptions | undefined {
  if (tls === undefined || tls === false) return undefined
  if (tls === true) return {}
  if (typeof tls === 'object' && tls !== null) return tls
  throw optionError('tls', 'true or options of tls.connect such as { ca }', typeof tls)
}

function nodesOf(cluster: unknown): readonly Address[] | undefined {
  if (cluster === undefined || cluster === false) return undefined
  if (cluster === true) return []
  return Array.isArray(cluster)
    ? cluster.map((node) => parseAddress(node, 'cluster'))
    : [parseAddress(cluster, 'cluster')]
}

function sentinelOf(options: RedisOptions): SentinelSettings | undefined {
  const group = text(options.sentinel, 'sentinel')
  const { sentinels = [], sentinelAuth } = options
  if (group === undefined) {
    if (sentinels.length === 0 && sentinelAuth === undefined) return undefined
    throw optionError('sentinel', "the name that the sentinels watch, such as 'mymaster'", group)
  }
  if (options.cluster !== undefined && options.cluster !== false)
    throw optionError('sentinel', "either 'sentinel' or 'cluster'", 'both')
  refuseUnknown("Option 'sentinelAuth'", sentinelAuth ?? {}, ['username', 'password'])
  return {
    group,
    more: sentinels.map((node) => parseAddress(node, 'sentinels')),
    username: text(sentinelAuth?.username, 'sentinelAuth.username'),
    password: text(sentinelAuth?.password, 'sentinelAuth.password'),
  }
}

function nameOf(name: unknown): string | undefined {
  if (name === undefined) return undefined
  if (typeof name === 'string' && /^[!-~]+$/.test(name)) return name
  throw optionError('name', 'letters, digits and signs without blanks', name)
}
