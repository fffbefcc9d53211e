import { CacheError } from '../../base/errors.ts'
import { hint } from '../../base/suggest.ts'
import type { MemcachedOptions } from './options.ts'

export interface Address {
  readonly host: string
  readonly port: number
  readonly where: string
}

const DEFAULT_PORT = 11_211
const FORM = /^(memcacheds?):\/\/(?:([^@/?#]*)@)?([^/?#@]*)\/?(?:\?([^#]*))?$/
const HOST = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/

/** Options that a URL may carry. */
const QUERY: Readonly<Record<string, (text: string) => MemcachedOptions>> = {
  commandTimeout: (text) => ({ commandTimeout: text as '1s' }),
  connectTimeout: (text) => ({ connectTimeout: text as '1s' }),
  maxQueued: (text) => ({ maxQueued: Number(text) }),
  maxGenerations: (text) => ({ maxGenerations: Number(text) }),
  retryMin: (text) => ({ retry: { min: text as '1s' } }),
  retryMax: (text) => ({ retry: { max: text as '1s' } }),
}

/**
 * Reads `memcached://user:password@host:11211,host2:11211?commandTimeout=250ms`. The message of an error does not contain the
 * URL: a password may be in any part of a malformed one.
 *
 * @throws {CacheError} `E_URL` with what was expected
 */
export function parseUrl(given: unknown): {
  readonly servers: readonly Address[]
  readonly options: MemcachedOptions
} {
  if (typeof given !== 'string' || given === '')
    throw bad(
      `got ${given === '' ? 'an empty string' : typeof given}. Is the environment variable set?`,
    )
  const match = FORM.exec(given)
  if (match === null) throw bad('got something else')
  const [, scheme, login, hosts = '', search = ''] = match
  const servers = hosts.split(',').map(addressOf)
  const names = servers.map(({ where }) => where)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw bad(`got the server ${twice} twice`)
  return {
    servers,
    options: {
      ...(login === undefined ? {} : loginOf(login)),
      ...(scheme === 'memcacheds' ? { tls: true } : {}),
      ...queryOptions(search),
    },
  }
}

function addressOf(text: string): Address {
  const match = HOST.exec(text)
  if (match === null) throw bad('got a host that cannot be read')
  const [, name = '', digits] = match
  const port = digits === undefined ? DEFAULT_PORT : Number(digits)
  if (port < 1 || port > 65_535) throw bad(`got the port ${port}; ports are 1 to 65535`)
  const host = name.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return { host, port, where: `${name.toLowerCase()}:${port}` }
}

function loginOf(text: string): MemcachedOptions {
  const [username = '', ...rest] = text.split(':')
  try {
    return {
      username: decodeURIComponent(username),
      password: decodeURIComponent(rest.join(':')),
    }
  } catch {
    throw bad("got a % that encodes nothing: encodeURIComponent('p@ss')")
  }
}

function queryOptions(search: string): MemcachedOptions {
  let options: MemcachedOptions = {}
  for (const [name, text] of new URLSearchParams(search)) {
    const read = Object.hasOwn(QUERY, name) ? QUERY[name] : undefined
    if (read === undefined)
      throw new CacheError(
        'E_URL',
        `The Memcached URL has an unknown option '${name}'. ${hint(name, Object.keys(QUERY))}`,
      )
    const { retry, ...more } = read(text)
    options = { ...options, ...more, ...(retry ? { retry: { ...options.retry, ...retry } } : {}) }
  }
  return options
}

function bad(got: string): CacheError {
  return new CacheError(
    'E_URL',
    'Expected a Memcached URL (memcached://host:port,host2:port or memcacheds:// for TLS, with user:password@ before the ' +
      `hosts and options after ?), ${/[.?]$/.test(got) ? got : `${got}.`}`,
  )
}
