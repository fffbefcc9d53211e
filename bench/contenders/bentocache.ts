import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { type Contender, NO_BATCH, type Opening } from '../harness/contender.ts'

const CANNOT = { getMany: NO_BATCH } as const
const PACKAGES = ['bentocache', 'ioredis']

/** As its README opens it: memory, then Redis, and a bus that tells other processes what has changed. */
export const bentocache: Contender = {
  name: 'bentocache',
  packages: PACKAGES,
  tiers: ['memory', 'redis', 'both'],
  cannot: CANNOT,
  open: async (opening) => opened(opening, true),
}

/**
 * Its documentation on the memory driver: `serialize: false` "can be much faster" and hands out references. In memory alone:
 * with a bus, a message about an entry that is kept so ends the process (bentocache 1.6.1).
 */
export const bentocacheByReference: Contender = {
  name: 'bentocache, by reference',
  packages: PACKAGES,
  tiers: ['memory'],
  cannot: CANNOT,
  open: async (opening) => opened(opening, false),
}

type Opened = Awaited<ReturnType<Contender['open']>>

function opened(opening: Opening, serialize: boolean): Opened {
  const { load, maxEntries, prefix, redisUrl, tiers, ttlMs } = opening
  const store = bentostore()
  if (tiers !== 'redis') store.useL1Layer(memoryDriver({ maxItems: maxEntries, serialize }))
  if (tiers !== 'memory') store.useL2Layer(redisDriver({ connection: connection(redisUrl) }))
  if (tiers === 'both') store.useBus(redisBusDriver({ connection: connection(redisUrl) }))
  // Grace and timeouts stay off: they are off by default and would cost it something.
  const bento = new BentoCache({ default: 'main', ttl: ttlMs, prefix, stores: { main: store } })
  return {
    getOrSet: async (key) => await bento.getOrSet({ key, factory: () => load(key) }),
    tagged: async (key, tags) =>
      await bento.getOrSet({ key, factory: () => load(key), tags: [...tags] }),
    invalidateTag: async (tag) => await bento.deleteByTag({ tags: [tag] }),
    close: async () => await bento.disconnectAll(),
  }
}

function connection(url = ''): { host: string; port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}
