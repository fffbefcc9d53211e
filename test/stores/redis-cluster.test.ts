import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createCaches } from '../../src/config/create-caches.ts'
import { slotOf } from '../../src/stores/redis/cluster/slot.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { storeContract } from '../../src/testing/store-contract.ts'
import { type RedisCluster, startRedisCluster } from '../servers/redis-cluster.ts'
import type { RedisServer } from '../servers/redis.ts'
import { inRealTime } from '../testing/harness.ts'
import { startProcess, type StoreProcess } from './redis-process.ts'

describe('slotOf', () => {
  // From the Redis Cluster specification.
  it.each([
    ['123456789', 12_739],
    ['foo', 12_182],
    ['{user1000}.following', 3443],
  ])('%s is in slot %i', (key, slot) => {
    expect(slotOf(key)).toBe(slot)
  })
})

describe('a cluster of three', () => {
  let cluster: RedisCluster

  beforeAll(async () => {
    cluster = await startRedisCluster()
  }, 60_000)
  afterAll(async () => {
    await cluster.stop()
  })

  storeContract('redis cluster', () => inRealTime(() => redis(cluster.url)), { describe, it })

  it.each(['foo{}{bar}', 'foo{{bar}}zap', 'ü', '{ü}:a', 'shop:{g0}:gen', 'a}b{c', '{'])(
    '%s is in the slot that the server says',
    async (key) => {
      const [server] = cluster.primaries
      if (server === undefined) throw new Error('there are three')
      expect(await cluster.ask(server, 'CLUSTER', 'KEYSLOT', key)).toBe(`:${slotOf(key)}\r\n`)
    },
  )

  describe('as a store', () => {
    const opened: StoreProcess[] = []
    afterEach(async () => {
      await Promise.all(opened.splice(0).map(({ store }) => store.close()))
    })
    function start(url = cluster.url): StoreProcess {
      const started = startProcess(redis(url))
      opened.push(started)
      return started
    }
    const manyKeys = Array.from({ length: 60 }, (_, n) => `shop:1:spread:${n}`)

    it('spreads keys over all nodes and reads them back in order, in one act', async () => {
      const one = start()
      for (const [n, key] of manyKeys.entries()) await one.put(key, n, { stamp: 2 ** 52 })

      const { result } = await one.store.read(manyKeys, ['*'])

      expect(result.map((record) => record?.entry?.value)).toEqual(manyKeys.map((_, n) => n))
      for (const server of cluster.primaries)
        expect(Number((await cluster.ask(server, 'DBSIZE')).slice(1))).toBeGreaterThan(5)
    })

    it('lists the keys of all nodes, counts them, and empties them all', async () => {
      const one = start()
      for (const key of manyKeys) await one.put(key, 1)

      const found: string[] = []
      for await (const batch of one.store.scan('shop:1:spread:')) found.push(...batch)
      expect(found.toSorted()).toEqual(manyKeys.toSorted())
      expect((await one.store.stats()).detail).toMatchObject({ nodes: 3 })

      await one.store.flushServer({ reallyEverything: true })
      expect((await one.store.stats()).detail['keysInDatabase']).toBe(0)
    })

    it('wakes a waiter in another process, whichever node the key is on', async () => {
      const [one, two] = [start(), start()]
      // Each listens to a node of its choice.
      await one.store.read([], [])
      await two.store.read([], [])
      for (const key of manyKeys.slice(0, 12)) {
        const held = one.acquire(key)
        expect(await held).toMatchObject({ outcome: 'lease' })
        expect(await two.acquire(key)).toMatchObject({ outcome: 'busy' })
        expect(await one.store.commit(key, held.token, one.entry(1))).toBe(true)
        await two.letters.has(`wake ${key}`)
      }
    })

    it('begins with any node that answers', async () => {
      const [first, second] = cluster.primaries
      const url = `redis://127.0.0.1:1?cluster=127.0.0.1:${second?.port},127.0.0.1:${first?.port}`
      const one = start(url)
      await one.event('connected')

      await one.put('shop:1:any', 1)
      expect((await one.store.read(['shop:1:any'], [])).result[0]?.entry?.value).toBe(1)
    })

    it('follows a slot that moves, and loses and doubles nothing', async () => {
      const one = start()
      const key = 'shop:1:moving'
      const slot = slotOf(key)
      await one.put(key, 0)
      const owner = await cluster.ownerOf(slot)
      const other = cluster.primaries.find((server) => server !== owner)
      if (other === undefined) throw new Error('there are three')

      let added = 0
      const moving = new AbortController()
      const counting = (async () => {
        while (!moving.signal.aborted) {
          const { result } = await one.store.increment(key, 1, [])
          expect(result.outcome).toBe('done')
          added++
        }
      })()
      await cluster.moveSlot(slot, other)
      await cluster.moveSlot(slot, owner)
      await cluster.moveSlot(slot, other)
      moving.abort()
      await counting

      expect(added).toBeGreaterThan(3)
      expect((await one.store.read([key], [])).result[0]?.entry?.value).toBe(added)
    })

    it('works while the slot of the generations moves', async () => {
      const one = start()
      const slot = slotOf('shop:{g0}:gen')
      const owner = await cluster.ownerOf(slot)
      const other = cluster.primaries.find((server) => server !== owner)
      if (other === undefined) throw new Error('there are three')

      const stamps: number[] = []
      const moving = new AbortController()
      const bumping = (async () => {
        while (!moving.signal.aborted) stamps.push(await one.store.bump(['t:x']))
      })()
      await cluster.moveSlot(slot, other)
      await cluster.moveSlot(slot, owner)
      moving.abort()
      await bumping

      expect(stamps.length).toBeGreaterThan(3)
      expect(stamps).toEqual(stamps.toSorted((a, b) => a - b))
      const { generations } = await one.store.read([], ['t:x'])
      expect(generations.bumps.get('t:x')).toBe(stamps.at(-1))
    })
  })

  it('refuses what a cluster cannot do, with the remedy', () => {
    expect(() => redis(cluster.url, { database: 2 })).toThrow(/'database'.*only one that a cluster/)
    expect(() => redis('redis://h:1?cluster=nowhere')).toThrow(/'cluster'.*host:7001.*nowhere/)
    expect(() => redis('unix:///tmp/x.sock', { cluster: true })).toThrow(/'cluster'.*not a socket/)
  })
})

describe('a cluster with replicas', () => {
  it('is read on its primaries alone', async () => {
    const cluster = await startRedisCluster({ replicas: true })
    const cache = createCaches({ default: { store: redis(cluster.url), prefix: 'shop' } }).default
    try {
      const keys = Array.from({ length: 30 }, (_, n) => `k${n}`)
      await cache.setMany(keys.map((key) => [key, key] as const))
      expect((await cache.getMany(keys)).size).toBe(30)
      const gets = async (servers: readonly RedisServer[]): Promise<number> => {
        const told = await Promise.all(
          servers.map((server) => cluster.ask(server, 'INFO', 'commandstats')),
        )
        return told.filter((text) => text.includes('cmdstat_get:')).length
      }

      expect(await gets(cluster.primaries)).toBe(3)
      expect(await gets(cluster.replicas)).toBe(0)
    } finally {
      await cache.close()
      await cluster.stop()
    }
  }, 60_000)

  it('goes on after a primary was killed: its keys as soon as its replica has taken over, the others at once', async () => {
    const cluster = await startRedisCluster({ replicas: true })
    const cache = createCaches({
      default: { store: redis(cluster.url, { commandTimeout: '2s' }), prefix: 'shop' },
    }).default
    try {
      const keys = Array.from({ length: 30 }, (_, n) => `k${n}`)
      for (const key of keys) expect(await cache.set(key, key)).toBe(true)
      const [victim] = cluster.primaries
      // The generations must not be on it, or every read concerns it.
      const owners = await Promise.all(
        keys.map((key) => cluster.ownerOf(slotOf(cache.wireKey(key)))),
      )
      const generations = await cluster.ownerOf(slotOf('shop:{g0}:gen'))
      const dying = generations === victim ? cluster.primaries[1] : victim
      const theirs = keys.filter((_, n) => owners[n] !== dying)
      await dying?.kill('SIGKILL')

      for (const key of theirs) expect(await cache.get(key)).toBe(key)
      await expect
        .poll(
          async () =>
            await cache
              .set('k0', 'again')
              .then(() => cache.setMany(keys.map((key) => [key, 'new'] as const))),
          { timeout: 20_000 },
        )
        .toEqual([])
      expect([...(await cache.getMany(keys)).values()]).toEqual(keys.map(() => 'new'))
    } finally {
      await cache.close()
      await cluster.stop()
    }
  }, 60_000)
})
