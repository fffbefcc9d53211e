import { env } from 'node:process'
import { hint } from '../base/suggest.ts'
import type { Cache } from '../cache/cache.ts'
import { TARGET } from '../cache/transaction.ts'
import { type Caches, createCaches } from '../config/create-caches.ts'
import { type Call, type CommandOptions, UsageError } from './command.ts'
import { findConfig, loadConfig } from './config-file.ts'
import { reach } from './reach.ts'

/** Where the caches are. */
export const WHERE: CommandOptions = {
  config: {
    value: '<file>',
    short: 'c',
    summary: 'the configuration; default: cache.config.{ts,mts,js,mjs,json} in this folder',
  },
  url: {
    value: '<url>',
    short: 'u',
    summary: "one store's address instead: redis://localhost:6379?prefix=shop",
  },
  alias: {
    value: '<name>',
    short: 'a',
    summary: "which cache; default: 'default', or the only one",
  },
}

/** Which keys of one cache. */
export const WHICH: CommandOptions = {
  ...WHERE,
  namespace: { value: '<name>', summary: 'a namespace of it; nested ones are separated by >' },
  version: { value: '<version>', summary: "the version of the keys; default: the alias's" },
}

export interface OpenedCaches {
  readonly caches: Caches<string>
  readonly aliases: readonly string[]
  /** As a message names it. */
  readonly source: string
}

/**
 * What the command line, a configuration in this folder or the environment says, in this order.
 *
 * @throws {UsageError} where nothing says it
 */
export async function openCaches(call: Call): Promise<OpenedCaches> {
  const { values } = call
  const url = values.get('url')
  const config = values.get('config')
  if (url !== undefined && config !== undefined)
    throw new UsageError("Expected '--url' or '--config', got both.")
  if (url !== undefined) {
    const alias = values.get('alias') ?? 'default'
    return opened(createCaches({ [alias]: { store: url } }), '--url')
  }
  const path = config ?? (await findConfig())
  if (path !== undefined) return opened(await loadConfig(path), path)
  const named = Object.keys(env).some((name) =>
    /^(BREAKWATER_URL(_[A-Z0-9_]+)?|REDIS_URL)$/.test(name),
  )
  if (named) return opened(createCaches() as Caches<string>, 'the environment')
  throw new UsageError(
    "There is no cache to look at. Say '--url redis://localhost:6379', '--config cache.config.mjs', set BREAKWATER_URL, or start the command in a folder with a cache.config.mjs that exports 'caches'.",
  )
}

function opened(caches: Caches<string>, source: string): OpenedCaches {
  return { caches, aliases: caches.toJSON().aliases, source }
}

/** Runs `work` on the caches, and closes them. */
export async function withCaches<T>(
  call: Call,
  work: (opened: OpenedCaches) => Promise<T>,
): Promise<T> {
  const found = await openCaches(call)
  try {
    return await work(found)
  } finally {
    await found.caches.close()
  }
}

/** Runs `work` on the one cache, or namespace of one, that the command line means. @throws {UsageError} */
export async function withCache<T>(call: Call, work: (cache: Cache) => Promise<T>): Promise<T> {
  return await withCaches(call, async ({ caches, aliases, source }) => {
    const alias = aliasOf(call, aliases, source)
    warnOfMemory(call, cacheOf(caches, alias))
    await reach(cacheOf(caches, alias), call.signal)
    let cache = cacheOf(caches, alias)
    for (const name of (call.values.get('namespace') ?? '').split('>'))
      if (name !== '') cache = cache.namespace(name)
    return await work(cache)
  })
}

/** @throws {UsageError} */
export function aliasOf(call: Call, aliases: readonly string[], source: string): string {
  const asked = call.values.get('alias')
  if (asked !== undefined) {
    if (aliases.includes(asked)) return asked
    throw new UsageError(`There is no cache '${asked}' in ${source}. ${hint(asked, aliases)}`)
  }
  if (aliases.includes('default')) return 'default'
  const [only, ...others] = aliases
  if (only !== undefined && others.length === 0) return only
  const names = aliases.map((each) => `'${each}'`).join(', ')
  throw new UsageError(
    `There are several caches in ${source}: say which with --alias. Known: ${names}.`,
  )
}

/** @throws {UsageError} for one of another copy of this package, of which we know nothing */
export function cacheOf(caches: Caches<string>, alias: string): Cache {
  const cache: unknown = caches[alias]
  if (typeof cache === 'object' && cache !== null && TARGET in cache) return cache as Cache
  throw new UsageError(
    "The configuration makes its caches with another installed copy of breakwater. Run the command of that copy: 'npx breakwater' in its folder.",
  )
}

/** What an application has in its own memory, no other process sees. */
export function warnOfMemory({ terminal }: Call, cache: Cache): void {
  if (cache.can.shared || !cache.can.keeps) return
  terminal.say(
    terminal.sidePaint.yellow(
      `'${cache.alias}' is in the memory of each process: what the application has there cannot be seen from here.`,
    ),
  )
}
