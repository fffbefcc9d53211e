import type { ConnectionOptions } from 'node:tls'
import { type Duration, toMs } from '../../base/duration.ts'
import { optionError } from '../../base/errors.ts'
import { refuseUnknown } from '../../base/suggest.ts'

/** How the servers are reached. */
export interface MemcachedOptions {
  /**
   * How long an act may take. Past it the act rejects with `E_STORE_TIMEOUT`; whether the server acted is then unknown.
   * Default `'1s'`.
   */
  readonly commandTimeout?: Duration
  /** How long one attempt to connect may take, authentication included. After a loss nothing waits for it. Default `'2s'`. */
  readonly connectTimeout?: Duration
  /** How many commands may wait for one server. Beyond it acts reject with `E_STORE_REFUSED` at once. Default 50,000. */
  readonly maxQueued?: number
  /**
   * How many tags and namespaces may have a stamp. Beyond it the older half is forgotten, and what was stored before they were
   * invalidated is loaded anew. All lie in one item that every invalidation rewrites. Default 2000.
   */
  readonly maxGenerations?: number
  /** For a server with `-Y`. Default: the URL's, otherwise none. */
  readonly username?: string
  /** Default: the URL's, otherwise none. Never appears in messages or events. */
  readonly password?: string
  /**
   * Encrypts the connections: `true`, or options of Node's `tls.connect` such as `{ ca }`. Default: whether the URL begins with
   * `memcacheds:`.
   */
  readonly tls?: boolean | ConnectionOptions
  /** The pauses between attempts to connect again: the first, and the longest. Default `{ min: '50ms', max: '2s' }`. */
  readonly retry?: { readonly min?: Duration; readonly max?: Duration }
}

export const OPTION_NAMES: readonly (keyof MemcachedOptions)[] = [
  'commandTimeout',
  'connectTimeout',
  'maxQueued',
  'maxGenerations',
  'username',
  'password',
  'tls',
  'retry',
]

export const DEFAULTS = {
  commandTimeout: '1s',
  connectTimeout: '2s',
  maxQueued: 50_000,
  maxGenerations: 2000,
  retry: { min: '50ms', max: '2s' },
} as const

export interface ActSettings {
  readonly timeoutMs: number
  readonly connectMs: number
  readonly maxQueued: number
  readonly minMs: number
  readonly maxMs: number
}

export interface Settings extends ActSettings {
  readonly maxGenerations: number
  readonly login: { readonly username: string; readonly password: string } | undefined
  readonly tls: ConnectionOptions | undefined
}

/** @throws {CacheError} `E_OPTION` */
export function resolveOptions(options: MemcachedOptions): Settings {
  const retry = options.retry ?? {}
  refuseUnknown("Option 'retry'", retry, ['min', 'max'])
  const minMs = positiveMs(retry.min ?? DEFAULTS.retry.min, 'retry.min')
  const maxMs = positiveMs(retry.max ?? DEFAULTS.retry.max, 'retry.max')
  if (maxMs < minMs) throw optionError('retry.max', "no less than 'retry.min'", retry.max)
  return {
    timeoutMs: positiveMs(options.commandTimeout ?? DEFAULTS.commandTimeout, 'commandTimeout'),
    connectMs: positiveMs(options.connectTimeout ?? DEFAULTS.connectTimeout, 'connectTimeout'),
    maxQueued: atLeastOne(options.maxQueued ?? DEFAULTS.maxQueued, 'maxQueued'),
    maxGenerations: atLeastOne(options.maxGenerations ?? DEFAULTS.maxGenerations, 'maxGenerations'),
    minMs,
    maxMs,
    login: loginOf(options),
    tls: tlsOf(options.tls),
  }
}

function positiveMs(duration: Duration, option: string): number {
  const ms = toMs(duration, option)
  if (ms > 0 && Number.isFinite(ms)) return ms
  throw optionError(option, "longer than '0s' and finite", duration)
}

function atLeastOne(value: unknown, option: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value
  throw optionError(option, 'a whole number from 1', value)
}

function loginOf({ username, password }: MemcachedOptions): Settings['login'] {
  if (username === undefined && password === undefined) return undefined
  if (typeof username !== 'string' || username === '' || /[\s:]/.test(username))
    throw optionError('username', 'a name without blanks and colons, and a password', username)
  if (typeof password !== 'string' || password === '')
    throw optionError('password', "one, because 'username' is given", typeof password)
  return { username, password }
}

function tlsOf(tls: unknown): ConnectionOptions | undefined {
  if (tls === undefined || tls === false) return undefined
  if (tls === true) return {}
  if (typeof tls === 'object' && tls !== null) return tls
  throw optionError('tls', 'true or options of tls.connect such as { ca }', typeof tls)
}
