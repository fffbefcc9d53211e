import { afterAll, beforeAll, describe, it } from 'vitest'
import { type Caches, createCaches } from '../../src/config/create-caches.ts'
import type { StoreDefinition } from '../../src/base/store.ts'
import { joinFleet } from '../../src/fleet/join-fleet.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { TESTED } from '../cache/stores.ts'
import { startRedisCluster } from '../servers/redis-cluster.ts'

/** The kinds of store that differ in how a note is written and swapped; the store contract covers their siblings. */
const KINDS = ['file', 'memcached', 'redis', 'SQLite']

interface Place {
  /** Caches as another process opens them. */
  open(): Caches
  stop(): Promise<void>
}

async function cluster(): Promise<Place> {
  const servers = await startRedisCluster()
  const opened: Caches[] = []
  return {
    open() {
      const store: StoreDefinition = redis(servers.url)
      const caches = createCaches({ default: { store } })
      opened.push(caches)
      return caches
    },
    async stop() {
      await Promise.all(opened.map((caches) => caches.close()))
      await servers.stop()
    },
  }
}

const PLACES: readonly (readonly [string, () => Promise<Place>])[] = [
  ...TESTED.filter(([name]) => KINDS.includes(name)).map(
    ([name, start]) =>
      [
        name,
        async (): Promise<Place> => {
          const tested = await start()
          const open = (): Caches => {
            const cache = tested.open()
            const tools = { opened: () => [cache], toJSON: () => ({ aliases: ['default'] }) }
            return { ...tools, default: cache } as unknown as Caches
          }
          return { open, stop: () => tested.stop() }
        },
      ] as const,
  ),
  ['Redis Cluster', cluster],
]

describe.concurrent.each(PLACES)('a fleet on %s', (_, start) => {
  let place: Place

  beforeAll(async () => {
    place = await start()
  })
  afterAll(async () => {
    await place.stop()
  })

  it('sees all of eight that join at once, and not who has left', async ({ expect }) => {
    const options = { every: '500ms' } as const
    const members = Array.from({ length: 8 }, () => joinFleet(place.open(), options))
    const [viewer, leaving] = members
    const seen = async (): Promise<string[]> => {
      return ((await viewer?.look()) ?? []).map(({ id }) => id).toSorted()
    }

    await expect.poll(seen).toEqual(members.map(({ id }) => id).toSorted())
    await leaving?.leave()

    await expect.poll(seen).not.toContain(leaving?.id)
    expect(await seen()).toHaveLength(7)
    expect(viewer?.trouble).toBeUndefined()
    await Promise.all(members.map((member) => member.leave()))
  })
})
