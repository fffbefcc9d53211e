import { CacheError } from '../base/errors.ts'
import type { StoreDefinition } from '../base/store.ts'
import { hint } from '../base/suggest.ts'
import { memory } from '../stores/memory/memory.ts'
import { nullStore } from '../stores/null/null.ts'
import { redis } from '../stores/redis/redis.ts'
import type { AliasOptions } from './alias.ts'

/** Query parameters that belong to the alias; the others are the store's own. */
const ALIAS_PARAMETERS = [
  'prefix',
  'ttl',
  'stale',
  'version',
  'maxValueBytes',
  'onOutage',
  'lease',
  'wait',
] as const

const SCHEMES: Readonly<
  Record<string, (url: string, parameters: Record<string, string>) => StoreDefinition>
> = {
  'memory:': (_, parameters) => memory(parameters),
  'null:': () => nullStore(),
  'redis:': (url) => redis(url),
  'rediss:': (url) => redis(url),
  'valkey:': (url) => redis(url),
  'valkeys:': (url) => redis(url),
  'unix:': (url) => redis(url),
}

/**
 * A store from its address: `memory://?maxBytes=64mb`, `redis://user:password@host:6379/0?prefix=shop&ttl=15m`, `rediss://…`
 * (TLS), `valkey://…`, `unix:///run/redis.sock`, `null://`. Parameters of the alias and of the store may be given in the query.
 *
 * @throws {CacheError} `E_URL`; the message never shows a password
 */
export function storeFromUrl(text: string): { definition: StoreDefinition; options: AliasOptions } {
  const url = parse(text)
  const make = SCHEMES[url.protocol]
  if (make === undefined) {
    const known = Object.keys(SCHEMES).map((scheme) => `${scheme}//`)
    throw new CacheError(
      'E_URL',
      `Unknown kind of store '${url.protocol}//'. ${hint(`${url.protocol}//`, known)}`,
    )
  }
  const options: Record<string, string> = {}
  for (const name of ALIAS_PARAMETERS) {
    const value = url.searchParams.get(name)
    if (value === null) continue
    options[name] = value
    url.searchParams.delete(name)
  }
  const parameters = Object.fromEntries(url.searchParams)
  return { definition: make(url.href, parameters), options }
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
