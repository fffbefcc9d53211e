import { createCaches } from '../../src/config/create-caches.ts'
import type { AliasOptions } from '../../src/config/alias.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { redis } from '../../src/stores/redis/redis.ts'
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

function opener(
  where: () => AliasOptions,
  renew: () => Promise<void>,
  stop: () => Promise<void>,
): TestedStore {
  const opened: Cache[] = []
  const open = (options: AliasOptions = {}): Cache => {
    const cache = createCaches({ default: { ...where(), ...options } }).default
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

export const TESTED: readonly (readonly [string, () => Promise<TestedStore>])[] = [
  ['memory', testedMemory],
  ['redis', testedRedis],
]
