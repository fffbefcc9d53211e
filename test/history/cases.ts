// What is done to the servers and processes while they are watched. Each case says how it begins and what happens then.
import { type Proxy, startProxy } from '../servers/proxy.ts'
import { RawRedis } from '../servers/raw-redis.ts'
import { type RedisCluster, startRedisCluster } from '../servers/redis-cluster.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import type { Fleet } from './fleet.ts'
import type { Amnesty } from './judge.ts'

export const READERS = 12

interface Scene {
  readonly url: string
  /** What happens, again and again until the signal ends it. */
  disturb?(fleet: Fleet, until: AbortSignal): Promise<void>
  /** What was done so far: holders stopped, connections cut, keys evicted. */
  faults: number
  /** Spans in which a read may be stale. */
  readonly amnesties: Amnesty[]
  stop(): Promise<void>
}

export interface Case {
  readonly name: string
  /** Part of the whole time. */
  readonly share: number
  readonly near?: boolean
  /** An invalidation counts this many milliseconds after it was confirmed, for near caches. */
  readonly boundMs?: number
  set(): Promise<Scene>
}

const pause = (ms: number, until?: AbortSignal): Promise<void> =>
  new Promise((settle) => {
    const end = (): void => {
      clearTimeout(timer)
      until?.removeEventListener('abort', end)
      settle()
    }
    const timer = setTimeout(end, ms)
    until?.addEventListener('abort', end)
  })
const now = (): number => Number(process.hrtime.bigint()) / 1e6

async function ask(server: RedisServer, ...words: string[]): Promise<string> {
  const raw = await RawRedis.open(server.port)
  try {
    return (await raw.send(words)) ?? ''
  } finally {
    raw.close()
  }
}

async function evictions(server: RedisServer): Promise<number> {
  return Number(/evicted_keys:(\d+)/.exec(await ask(server, 'INFO', 'stats'))?.[1])
}

/** One server, perhaps behind a proxy, and something done to it at intervals; `act` may tell how many faults that were. */
function onOne(
  args: readonly string[],
  everyMs: number,
  act: (server: RedisServer, proxy: Proxy, fleet: Fleet) => Promise<number | void> | number | void,
): () => Promise<Scene> {
  return async () => {
    const server = await startRedis({ args })
    const proxy = await startProxy(server.port)
    const scene: Scene = {
      url: `${proxy.url}?retryMax=200ms`,
      faults: 0,
      amnesties: [],
      async disturb(fleet, until) {
        while (!until.aborted) {
          await pause(everyMs * (0.5 + Math.random()), until)
          if (!until.aborted) scene.faults += (await act(server, proxy, fleet)) ?? 1
        }
        await proxy.heal()
      },
      async stop() {
        await proxy.stop()
        await server.stop()
      },
    }
    return scene
  }
}

async function failover(): Promise<Scene> {
  const primary = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
  const link = await startProxy(primary.port)
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(link.port)] })
  const proxy = await startProxy(primary.port)
  const scene: Scene = {
    url: `${proxy.url}?retryMax=100ms`,
    faults: 0,
    amnesties: [],
    async disturb(fleet, until) {
      await pause(1500, until)
      link.halfOpen()
      // Confirmed by the primary, unknown to the replica. Nothing that is written later makes up for it.
      await pause(300)
      fleet.quiet()
      await primary.kill('SIGKILL')
      await ask(replica, 'REPLICAOF', 'NO', 'ONE')
      const from = now()
      proxy.leadTo(replica.port)
      // Until those who had invalidated are connected again and have repeated it, others may read what came back.
      scene.amnesties.push({ from, until: from + 1000 })
      scene.faults = 1
      await pause(60_000, until)
    },
    async stop() {
      await Promise.all([proxy.stop(), link.stop()])
      await Promise.all([primary.stop(), replica.stop()])
    },
  }
  return scene
}

async function resharding(): Promise<Scene> {
  const cluster: RedisCluster = await startRedisCluster()
  const scene: Scene = {
    url: cluster.url,
    faults: 0,
    amnesties: [],
    async disturb(_, until) {
      // The slots of the hot keys and of the generations, found by asking.
      const [first] = cluster.primaries
      if (first === undefined) return
      const names = ['history:1:hot>a', 'history:1:hot>b', 'history:{g0}:gen']
      const slots = await Promise.all(
        names.map(async (name) => {
          const reply = await cluster.ask(first, 'CLUSTER', 'KEYSLOT', name)
          return Number(reply.slice(1))
        }),
      )
      for (let turn = 0; !until.aborted; turn++) {
        await pause(150, until)
        const target = cluster.primaries[turn % cluster.primaries.length]
        const slot = slots[turn % slots.length]
        if (target === undefined || slot === undefined) continue
        await cluster.moveSlot(slot, target)
        scene.faults++
      }
    },
    async stop() {
      await cluster.stop()
    },
  }
  return scene
}

export const CASES: readonly Case[] = [
  { name: 'nothing goes wrong', share: 2, set: onOne([], 1000, () => 0) },
  {
    name: 'holders are stopped for longer than their lease',
    share: 2,
    set: onOne([], 300, (_, __, fleet) => fleet.freeze(650)),
  },
  {
    name: 'holders are killed',
    share: 2,
    set: onOne([], 700, (_, __, fleet) => fleet.replaceOne(READERS)),
  },
  {
    name: 'processes compute for longer than a lease',
    share: 1,
    set: onOne([], 900, (_, __, fleet) => fleet.block(650)),
  },
  {
    name: 'the network is cut, and slow',
    share: 2,
    set: onOne([], 250, (_, proxy) => {
      if (Math.random() < 0.5) proxy.cut()
      else proxy.delay(Math.random() * 20)
    }),
  },
  {
    name: 'the network swallows what is sent',
    share: 1,
    set: onOne([], 1200, async (_, proxy) => {
      proxy.halfOpen()
      await pause(300)
      await proxy.heal()
    }),
  },
  {
    name: 'Redis is killed and restarted, with its data',
    share: 2,
    set: onOne(['--appendonly', 'yes', '--appendfsync', 'always'], 1500, async (server) => {
      await server.kill('SIGKILL')
      await server.restart()
    }),
  },
  {
    name: 'Redis is killed and restarted, empty',
    share: 1,
    set: onOne([], 1500, async (server) => {
      await server.kill('SIGKILL')
      await server.restart()
    }),
  },
  {
    name: 'FLUSHALL',
    share: 1,
    set: onOne([], 200, async (server) => void (await ask(server, 'FLUSHALL'))),
  },
  {
    name: 'Redis forgets its scripts',
    share: 1,
    set: onOne([], 50, async (server) => void (await ask(server, 'SCRIPT', 'FLUSH'))),
  },
  {
    name: 'memory is full: anything may be evicted',
    share: 1,
    set: onOne(
      ['--maxmemory', '2500kb', '--maxmemory-policy', 'allkeys-random'],
      30,
      async (server) => {
        const before = await evictions(server)
        const raw = await RawRedis.open(server.port)
        for (let n = 0; n < 40; n++)
          await raw.send(['SET', `filler${Math.random()}`, 'x'.repeat(8000)])
        raw.close()
        return (await evictions(server)) - before
      },
    ),
  },
  { name: 'a replica takes over that has not heard the last', share: 3, set: failover },
  { name: 'slots move between three nodes', share: 2, set: resharding },
  {
    name: 'near caches',
    share: 2,
    near: true,
    boundMs: 310,
    set: onOne([], 800, (_, proxy) => proxy.cut()),
  },
]
