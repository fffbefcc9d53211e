import { it } from 'vitest'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCaches } from '../../src/config/create-caches.ts'
import type { AliasOptions } from '../../src/config/alias.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { file } from '../../src/stores/file/index.ts'
import { memcached } from '../../src/stores/memcached/index.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { sql } from '../../src/stores/sql/index.ts'
import { DATABASES, type TestedDatabase } from '../stores/sql/databases.ts'
import { startMemcached } from '../servers/memcached.ts'
import { startRedis } from '../servers/redis.ts'

/** One kind of store on which the whole interface is tested. */
export interface TestedStore {
  /** A new, empty cache; closed by `stop`. */
  open(options?: AliasOptions): Cache
  /** Another process's view of the caches opened since the last `renew`. */
  twin(options?: AliasOptions): Cache
  /** Empties everything: the next `open` begins anew. */
  renew(): Promise<void>
  stop(): Promise<void>
}

async function testedMemory(): Promise<TestedStore> {
  let definition = memory()
  return opener(
    () => ({ store: definition }),
    async () => {
      definition = memory()
    },
    async () => {},
  )
}

async function testedFiles(): Promise<TestedStore> {
  const root = join(tmpdir(), `breakwater-tested-${randomUUID()}`)
  let count = 0
  return opener(
    // What is tested is not how fast a busy disk is.
    () => ({ store: file(join(root, String(count)), { timeout: '20s' }) }),
    async () => {
      count++
    },
    async () => await rm(root, { recursive: true, force: true }),
  )
}

async function testedRedis(): Promise<TestedStore> {
  const server = await startRedis()
  // One prefix a test: nothing of one reaches another, as in production.
  let count = 0
  return opener(
    () => ({ store: redis(server.url), prefix: `test${count}` }),
    async () => {
      count++
    },
    async () => await server.stop(),
  )
}

async function testedMemcached(): Promise<TestedStore> {
  // Answers in one go what comes in one go, so that calls made in one turn are answered in one.
  const server = await startMemcached({ args: ['-R', '1000'] })
  let count = 0
  return opener(
    () => ({ store: memcached(server.url), prefix: `test${count}` }),
    async () => {
      count++
    },
    async () => await server.stop(),
  )
}

function opener(
  where: () => AliasOptions,
  renew: () => Promise<void>,
  stop: () => Promise<void>,
): TestedStore {
  const opened: Cache[] = []
  const open = (options: AliasOptions = {}): Cache => {
    // Exact ttls, so that tests can say what they are.
    const cache = createCaches({ default: { ...where(), jitter: 0, ...options } }).default
    opened.push(cache)
    return cache
  }
  return {
    open,
    twin: open,
    renew: async () => {
      await Promise.all(opened.splice(0).map((cache) => cache.close()))
      await renew()
    },
    stop: async () => {
      await Promise.all(opened.splice(0).map((cache) => cache.close()))
      await stop()
    },
  }
}

async function testedSql(start: () => Promise<TestedDatabase>): Promise<TestedStore> {
  const database = await start()
  let count = 0
  return opener(
    () => ({
      store: sql(database.client, { timeout: '20s' }),
      prefix: `test${count}`,
    }),
    async () => {
      count++
    },
    async () => await database.stop(),
  )
}

export const TESTED: readonly (readonly [string, () => Promise<TestedStore>])[] = [
  ['memory', testedMemory],
  ['file', testedFiles],
  ['memcached', testedMemcached],
  ['redis', testedRedis],
  ...DATABASES.filter(([name]) => name !== 'PGlite').map(
    ([name, start]) => [name, async () => await testedSql(start)] as const,
  ),
]

const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  memcached: ['pushWake', 'scan'],
  SQLite: ['pushWake'],
  MariaDB: ['pushWake'],
}

/** What a kind of store declares to lack; the store contract holds it to that. */
export function lacks(name: string, capability: 'pushWake' | 'scan'): boolean {
  return WITHOUT[name]?.includes(capability) === true
}

/** `it` where a kind of store has a capability, and nothing elsewhere. */
export function itWhere(
  name: string,
  capability: 'pushWake' | 'scan',
): (says: string, body: () => Promise<void>) => void {
  return lacks(name, capability) ? () => {} : it
}
