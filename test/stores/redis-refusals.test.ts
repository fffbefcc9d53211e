import { rm } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { freePort } from '../servers/port.ts'
import { RawRedis } from '../servers/raw-redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

const endings: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

async function ask(server: RedisServer, ...words: string[]): Promise<void> {
  const raw = await RawRedis.open(server.port)
  await raw.send(words)
  raw.close()
}

interface Trouble {
  readonly args?: readonly string[]
  /** Once the cache is connected. */
  readonly prepare?: (server: RedisServer) => Promise<void>
  readonly code: string
  readonly says: string
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'whose memory is full': {
    prepare: (server) => ask(server, 'CONFIG', 'SET', 'maxmemory', '1'),
    code: 'E_STORE_REFUSED',
    says: "Raise 'maxmemory'",
  },
  'that has become a replica': {
    prepare: async (server) => ask(server, 'REPLICAOF', '127.0.0.1', String(await freePort())),
    code: 'E_STORE_REFUSED',
    says: 'Give the address of the primary',
  },
  'that is a replica without its primary': {
    args: ['--replica-serve-stale-data', 'no'],
    prepare: async (server) => ask(server, 'REPLICAOF', '127.0.0.1', String(await freePort())),
    code: 'E_STORE_REFUSED',
    says: 'lost its primary',
  },
  'that has too few replicas': {
    prepare: (server) => ask(server, 'CONFIG', 'SET', 'min-replicas-to-write', '1'),
    code: 'E_STORE_REFUSED',
    says: 'min-replicas-to-write',
  },
  'that cannot save its snapshots': {
    args: ['--save', '3600 1'],
    prepare: async (server) => {
      await ask(server, 'CONFIG', 'SET', 'rdbcompression', 'yes')
      await ask(server, 'CONFIG', 'SET', 'dbfilename', 'dump.rdb')
      await ask(server, 'SET', 'dirty', '1')
      await unwritable(server)
      await ask(server, 'BGSAVE')
    },
    code: 'E_STORE_REFUSED',
    says: 'cannot save its snapshots',
  },
  'that a script of somebody blocks': {
    args: ['--lua-time-limit', '1'],
    prepare: async (server) => {
      const raw = await RawRedis.open(server.port)
      void raw.send(['EVAL', 'while true do end', '0'])
      endings.push(async () => {
        await ask(server, 'SCRIPT', 'KILL')
        raw.close()
      })
    },
    code: 'E_STORE_REFUSED',
    says: 'A script of somebody blocks it',
  },
  'that is one node of a cluster without owners': {
    args: ['--cluster-enabled', 'yes'],
    code: 'E_STORE_REFUSED',
    says: 'no owner for this key',
  },
}

/** Its folder is gone: the next snapshot fails. */
async function unwritable(server: RedisServer): Promise<void> {
  await rm(server.dir, { recursive: true, force: true })
}

describe.each(Object.entries(TROUBLES))('a server %s', (_, trouble) => {
  async function meet(onOutage: 'bypass' | 'throw'): Promise<Cache> {
    const server = await startRedis({ args: trouble.args ?? [] })
    endings.push(() => server.stop())
    const { default: cache } = createCaches({ default: { store: redis(server.url), onOutage } })
    endings.push(() => cache.close())
    await cache.get('connected').catch(() => {})
    await trouble.prepare?.(server)
    return cache
  }

  it('is named with its remedy, and the application goes on', async () => {
    const cache = await meet('bypass')
    const told = new Promise<Error>((resolve) =>
      cache.on('error', ({ error }) => resolve(error as Error)),
    )
    await expect.poll(() => cache.set('a', 1)).toBe(false)

    expect(await told).toMatchObject({ code: trouble.code })
    expect(String(await told)).toContain(trouble.says)
    expect(await cache.getOrSet('b', () => 'loaded')).toBe('loaded')
  })

  it("is an error that can be told from others under 'throw'", async () => {
    const cache = await meet('throw')
    const set = (): Promise<unknown> => cache.set('a', 1).then(String, (error: unknown) => error)

    await expect.poll(set).toMatchObject({ code: trouble.code })
    expect(String(await set())).toContain(trouble.says)
  })
})
