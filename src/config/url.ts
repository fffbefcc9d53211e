import { CacheError } from '../base/errors.ts'
import type { StoreDefinition } from '../base/store.ts'
import { hint } from '../base/suggest.ts'
import { FRESHNESS_OPTIONS } from '../cache/freshness.ts'
import { file } from '../stores/file/file.ts'
import { memcached } from '../stores/memcached/memcached.ts'
import { memory } from '../stores/memory/memory.ts'
import { nullStore } from '../stores/null/null.ts'
import { redis } from '../stores/redis/redis.ts'
import { OPTION_NAMES as SQL_OPTIONS } from '../stores/sql/options.ts'
import { sql } from '../stores/sql/sql.ts'
import type { AliasOptions } from './alias.ts'

/** Query parameters that belong to the alias; the others are the store's own. */
const ALIAS_PARAMETERS = [
  'prefix',
  'ttl',
  'stale',
  'version',
  'maxValueBytes',
  'onOutage',
  'outageTtl',
  'onDataLoss',
  'journalFor',
  'lease',
  'wait',
  ...FRESHNESS_OPTIONS,
  'maxConcurrentLoads',
] as const

/** Of these, what is a number and not a text. */
const NUMBERS: readonly string[] = ['early', 'jitter', 'maxConcurrentLoads']

const SCHEMES: Readonly<
  Record<string, (url: string, parameters: Record<string, string>) => StoreDefinition>
> = {
  'file:': (url, parameters) => file(withoutQuery(url), parameters),
  'memcached:': (url) => memcached(url),
  'memcacheds:': (url) => memcached(url),
  'memory:': (_, parameters) => memory(parameters),
  'null:': () => nullStore(),
  'mariadb:': database,
  'mysql:': database,
  'pglite:': database,
  'postgres:': database,
  'postgresql:': database,
  'sqlite:': database,
  'redis:': (url) => redis(url),
  'rediss:': (url) => redis(url),
  'valkey:': (url) => redis(url),
  'valkeys:': (url) => redis(url),
  'unix:': (url) => redis(url),
}

const SEVERAL = /^(memcacheds?:\/\/[^/?#,]*)((?:,[^/?#,]*)+)/

/**
 * A store from its address: `memory://?maxBytes=64mb`, `file:///var/cache/shop?maxBytes=1gb`, `redis://user:password@host:6379/0?prefix=shop&ttl=15m`, `rediss://…`
 * (TLS), `valkey://…`, `unix:///run/redis.sock`, `memcached://host:11211,host2:11211`, `postgres://…`, `mysql://…`, `sqlite:///path.db`, `pglite://./folder`, `null://`. Parameters of the alias and of the store may be given in the query.
 *
 * @throws {CacheError} `E_URL`; the message never shows a password
 */
export function storeFromUrl(text: string): { definition: StoreDefinition; options: AliasOptions } {
  // More servers than one are more than a URL can say; the others are put back below.
  const [, first = '', others = ''] = SEVERAL.exec(text) ?? []
  const url = parse(first + text.slice(first.length + others.length))
  const make = SCHEMES[url.protocol]
  if (make === undefined) {
    const known = Object.keys(SCHEMES).map((scheme) => `${scheme}//`)
    throw new CacheError(
      'E_URL',
      `Unknown kind of store '${url.protocol}//'. ${hint(`${url.protocol}//`, known)}`,
    )
  }
  const options: Record<string, string | number> = {}
  for (const name of ALIAS_PARAMETERS) {
    const value = url.searchParams.get(name)
    if (value === null) continue
    options[name] = NUMBERS.includes(name) ? numberOf(value) : value
    url.searchParams.delete(name)
  }
  const parameters = Object.fromEntries(url.searchParams)
  const href = url.href.replace(/^[^/]+:\/\/[^/?#]*/, (authority) => authority + others)
  return { definition: make(href, parameters), options }
}

/** What is ours is taken out of the query; the rest is the client's, such as `sslmode`. */
function database(text: string, parameters: Readonly<Record<string, string>>): StoreDefinition {
  const url = new URL(text)
  const options: Record<string, string> = {}
  for (const [name, value] of Object.entries(parameters)) {
    if (!(SQL_OPTIONS as readonly string[]).includes(name)) continue
    options[name] = value
    url.searchParams.delete(name)
  }
  return sql(url.href, options)
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '')
}

/** What is not a number stays as it is: the check of the option then shows it. */
function numberOf(text: string): number | string {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isNaN(number) ? text : number
}

function parse(text: string): URL {
  try {
    return new URL(text)
  } catch {
    throw new CacheError(
      'E_URL',
      "Expected the address of a store, such as 'redis://localhost:6379' or 'memory://', got a text that is not a URL.",
    )
  }
}
