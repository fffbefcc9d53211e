import { afterEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { HeldLoad } from '../cache/barrier.ts'
import { startProxy } from '../servers/proxy.ts'
import { RawRedis } from '../servers/raw-redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

const endings: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

async function ask(server: RedisServer, ...words: string[]): Promise<string> {
  const raw = await RawRedis.open(server.port)
  try {
    return (await raw.send(words)) ?? ''
  } finally {
    raw.close()
  }
}

/** A primary with a replica, and an address that leads to the primary until it is switched. */
async function pair() {
  const primary = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
  endings.push(() => primary.stop())
  const link = await startProxy(primary.port)
  endings.push(() => link.stop())
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(link.port)] })
  endings.push(() => replica.stop())
  await expect
    .poll(() => ask(replica, 'INFO', 'replication'), { timeout: 10_000 })
    .toMatch('master_link_status:up')
  const proxy = await startProxy(primary.port)
  endings.push(() => proxy.stop())
  const url = `redis://127.0.0.1:${proxy.port}?retryMax=100ms`
  return { primary, replica, link, proxy, url }
}

function open(url: string, options: object = {}): Cache {
  const cache = createCaches({ default: { store: redis(url), prefix: 'f', ...options } }).default
  endings.push(() => cache.close())
  return cache
}

/** The replica hears no more of the primary; then the primary dies and the replica takes its place. */
async function failOver(
  { primary, replica, link, proxy }: Awaited<ReturnType<typeof pair>>,
  unheard: () => Promise<unknown>,
): Promise<void> {
  link.halfOpen()
  await unheard()
  await primary.kill('SIGKILL')
  await ask(replica, 'REPLICAOF', 'NO', 'ONE')
  proxy.leadTo(replica.port)
}

describe('a failover that loses what was confirmed', () => {
  it('does not bring back what this process had invalidated: key, tag, everything', async () => {
    const servers = await pair()
    const cache = open(servers.url)
    const twin = open(servers.url)
    await cache.set('a', 'old')
    await cache.set('b', 'old', { tags: ['t'] })
    await cache.set('c', 'kept')
    await expect.poll(() => ask(servers.replica, 'EXISTS', cache.wireKey('c'))).toBe(':1\r\n')

    await failOver(servers, async () => {
      expect(await cache.invalidate('a')).toEqual({ applied: true, queued: false })
      expect(await cache.invalidateTags(['t'])).toEqual({ applied: true, queued: false })
    })

    await expect.poll(() => cache.get('c'), { timeout: 10_000 }).toBe('kept')
    expect(await cache.get('a')).toBeUndefined()
    expect(await cache.get('b')).toBeUndefined()
    await expect.poll(() => twin.get('a')).toBeUndefined()
  }, 40_000)

  it('brings it back for a process that knows nothing of it, if nobody is left who does: the hole that flush closes', async () => {
    const servers = await pair()
    const writer = open(servers.url)
    const plain = open(servers.url)
    await writer.set('a', 'old')
    expect(await plain.get('a')).toBe('old')
    await expect.poll(() => ask(servers.replica, 'EXISTS', writer.wireKey('a'))).toBe(':1\r\n')
    await failOver(servers, async () => {
      await writer.invalidate('a')
      await writer.close()
    })
    await expect.poll(() => plain.get('a'), { timeout: 10_000 }).toBe('old')
  }, 40_000)

  it("serves nothing of before with onDataLoss: 'flush'", async () => {
    const servers = await pair()
    const writer = open(servers.url)
    const careful = open(servers.url, { onDataLoss: 'flush' })
    await writer.set('a', 'old')
    await writer.set('b', 'old')
    expect(await careful.get('a')).toBe('old')
    await expect.poll(() => ask(servers.replica, 'EXISTS', writer.wireKey('b'))).toBe(':1\r\n')
    await failOver(servers, async () => {
      await writer.invalidate('a')
      await writer.close()
    })

    await expect.poll(() => careful.set('c', 1), { timeout: 10_000 }).toBe(true)
    expect(await careful.get('a')).toBeUndefined()
    expect(await careful.get('b')).toBeUndefined()
    expect(await careful.get('c')).toBe(1)
  }, 40_000)

  it('stores nothing under a lease that the new server still knows', async () => {
    const servers = await pair()
    const cache = open(servers.url)
    const held = new HeldLoad<string>()
    const loading = cache.getOrSet('a', held.load)
    await held.started()
    await expect.poll(() => ask(servers.replica, 'EXISTS', cache.wireKey('a'))).toBe(':1\r\n')
    await failOver(servers, async () => {})
    await expect.poll(() => cache.set('b', 1), { timeout: 10_000 }).toBe(true)

    expect(held.signals[0]?.aborted).toBe(true)
    held.finish('loaded before')
    expect(await loading).toBe('loaded before')
    expect(await cache.get('a')).toBeUndefined()
  }, 40_000)
})

describe('a restart', () => {
  it('is noticed, and invalidations that were not heard are sent first', async () => {
    const server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
    endings.push(() => server.stop())
    const cache = open(`${server.url}?retryMax=100ms`)
    await cache.set('a', 'old')
    await server.kill('SIGKILL')
    expect(await cache.invalidate('a')).toEqual({ applied: false, queued: true })
    await server.restart()

    await expect.poll(() => cache.set('b', 1), { timeout: 10_000 }).toBe(true)
    expect(await ask(server, 'EXISTS', cache.wireKey('a'))).toBe(':0\r\n')
    expect(await cache.get('a')).toBeUndefined()
  }, 40_000)
})

describe('a primary that has become a replica, and keeps our connection', () => {
  it('is left at its first refusal for whoever has its place now', async () => {
    const { primary, replica, proxy, url } = await pair()
    const cache = open(url)
    await cache.set('a', 1)
    await ask(replica, 'REPLICAOF', 'NO', 'ONE')
    await ask(primary, 'REPLICAOF', '127.0.0.1', String(replica.port))
    proxy.divert(replica.port)

    expect(await cache.set('a', 2)).toBe(false)
    await expect.poll(() => cache.set('a', 3)).toBe(true)
    expect(await ask(replica, 'EXISTS', cache.wireKey('a'))).toBe(':1\r\n')
    expect(await cache.get('a')).toBe(3)
  })
})
