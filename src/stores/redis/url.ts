import type { Bytes } from '../../base/bytes.ts'
import { CacheError } from '../../base/errors.ts'
import { hint, nearest } from '../../base/suggest.ts'
import type { RedisOptions } from './options.ts'

/** Where a URL leads and the options in it. */
export interface ParsedUrl {
  readonly socket: { readonly path: string } | { readonly host: string; readonly port: number }
  readonly options: RedisOptions
  /** The address without user and password, for messages. */
  readonly where: string
}

const SCHEMES = ['redis', 'rediss', 'valkey', 'valkeys', 'unix', 'redis+unix'] as const
const FORMS =
  'redis://host:port/database, rediss:// (TLS), valkey://, valkeys:// (TLS) or unix:///path.sock, ' +
  'with user:password@ before the host and options after ?'
const DEFAULT_PORT = 6379

const READ: Readonly<Record<string, boolean>> = { true: true, false: false }

/** Options that a URL may carry, as their query names, and how their text is read. */
const QUERY: Readonly<Record<string, (text: string) => RedisOptions>> = {
  commandTimeout: (text) => ({ commandTimeout: text as '1s' }),
  connectTimeout: (text) => ({ connectTimeout: text as '1s' }),
  // What is neither is refused with everything else that an option must be.
  retryOnTimeout: (text) => ({ retryOnTimeout: (READ[text] ?? text) as boolean }),
  maxQueued: (text) => ({ maxQueued: Number(text) }),
  budget: (text) => ({ budget: text as Bytes | 'none' }),
  maxGenerations: (text) => ({ maxGenerations: Number(text) }),
  connections: (text) => ({ connections: Number(text) }),
  database: (text) => ({ database: Number(text) }),
  // The name that other clients use, where a path to a socket leaves no room for it.
  db: (text) => ({ database: Number(text) }),
  name: (text) => ({ name: text }),
  sentinel: (text) => ({ sentinel: text }),
  sentinels: (text) => ({ sentinels: text.split(',') }),
  cluster: (text) => ({ cluster: text === 'true' ? true : text.split(',') }),
  retryMin: (text) => ({ retry: { min: text as '1s' } }),
  retryMax: (text) => ({ retry: { max: text as '1s' } }),
}

/**
 * Reads `redis://user:password@host:port/database?commandTimeout=250ms` and its relatives. Whatever is wrong with it, the
 * message does not contain the URL: a password may be in any part of a malformed one.
 *
 * @throws {CacheError} `E_URL` with what was expected
 */
export function parseUrl(given: unknown): ParsedUrl {
  if (typeof given !== 'string' || given === '') {
    throw bad(
      `got ${given === '' ? 'an empty string' : typeof given}. Is the environment variable set?`,
    )
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(given)?.[1]?.toLowerCase()
  // A bare host:port looks like a scheme; without // it is none.
  if (scheme === undefined || !/^[^:]+:\/\//.test(given)) throw bad('got text without a scheme')
  if (!(SCHEMES as readonly string[]).includes(scheme)) {
    const near = nearest(scheme, SCHEMES)
    throw bad(
      `got the scheme '${scheme}:'${near === undefined ? '' : `. Did you mean '${near}:'?`}`,
    )
  }

  const isSocket = scheme === 'unix' || scheme === 'redis+unix'
  const url = isSocket ? splitSocket(given) : split(given)
  const credentials = {
    ...(url.username === '' ? {} : { username: decode(url.username, 'user name') }),
    ...(url.password === '' ? {} : { password: decode(url.password, 'password') }),
  }
  const query = queryOptions(url.search)
  if (isSocket) {
    const path = decode(url.pathname, 'path')
    if (path === '' || path === '/') throw bad('got no path to the socket')
    return { socket: { path }, options: { ...credentials, ...query }, where: `unix://${path}` }
  }

  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (host === '') throw bad('got no host')
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port)
  if (port === 0) throw bad('got the port 0; ports are 1 to 65535')
  const database = databaseOf(url.pathname)
  const secure = scheme === 'rediss' || scheme === 'valkeys'
  return {
    socket: { host, port },
    options: { ...credentials, ...database, ...(secure ? { tls: true } : {}), ...query },
    where: `${scheme}://${url.hostname}:${port}`,
  }
}

interface Pieces {
  readonly username: string
  readonly password: string
  readonly hostname: string
  readonly port: string
  readonly pathname: string
  readonly search: string
}

function split(given: string): Pieces {
  try {
    return new URL(given)
  } catch {
    throw bad(`got a URL whose host or port cannot be read. ${ENCODE}`)
  }
}

function splitSocket(given: string): Pieces {
  const match = /^[^:]+:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?(\/[^?#]*)(?:\?([^#]*))?$/.exec(given)
  if (match === null) throw bad(`got a path that cannot be read. ${ENCODE}`)
  const [, username = '', password = '', pathname = '', search = ''] = match
  return { username, password, hostname: '', port: '', pathname, search }
}

const ENCODE =
  "In user name and password, signs such as @ / : # must be percent-encoded: encodeURIComponent('p@ss')"

function databaseOf(pathname: string): RedisOptions {
  const text = pathname.replace(/^\/|\/$/g, '')
  if (text === '') return {}
  if (/^\d{1,9}$/.test(text)) return { database: Number(text) }
  throw bad('got a path that is not the number of a database, as in redis://localhost:6379/2')
}

function queryOptions(search: string): RedisOptions {
  let options: RedisOptions = {}
  for (const [name, text] of new URLSearchParams(search)) {
    const read = Object.hasOwn(QUERY, name) ? QUERY[name] : undefined
    if (read === undefined) {
      throw new CacheError(
        'E_URL',
        `The Redis URL has an unknown option '${name}'. ${hint(name, Object.keys(QUERY))}`,
      )
    }
    const { retry, ...rest } = read(text)
    options = { ...options, ...rest, ...(retry ? { retry: { ...options.retry, ...retry } } : {}) }
  }
  return options
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw bad(`got a ${part} with a % that encodes nothing. ${ENCODE}`)
  }
}

function bad(got: string): CacheError {
  return new CacheError(
    'E_URL',
    `Expected a Redis URL (${FORMS}), ${/[.?]$/.test(got) ? got : `${got}.`}`,
  )
}
