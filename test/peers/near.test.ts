// Copies in memory that miss what happened to the shared value. Named by the peer they were found in.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { type Proxy, startProxy } from '../servers/proxy.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

const BOUND_MS = 300

describe('near copies', () => {
  let server: RedisServer
  let proxy: Proxy
  let writer: Cache
  let reader: Cache
  let count = 0

  beforeAll(async () => {
    server = await startRedis()
    proxy = await startProxy(server.port)
  })
  beforeEach(async () => {
    const prefix = `peers${++count}`
    const open = (url: string): Cache => {
      const near = { maxStaleness: `${BOUND_MS}ms` } as const
      return createCaches({ default: { store: redis(url), prefix, near } }).default
    }
    writer = open(server.url)
    reader = open(proxy.url)
    await writer.set('warm', 1)
    const hits = async (): Promise<number> => {
      await reader.get('warm')
      return (await reader.stats()).near?.hits ?? 0
    }
    await expect.poll(hits, { timeout: 10_000 }).toBeGreaterThan(1)
  })
  afterEach(async () => {
    await proxy.heal()
    await Promise.all([writer.close(), reader.close()])
  })
  afterAll(async () => {
    await proxy.stop()
    await server.stop()
  })

  /** What the reader is given when the bound has passed; as often as he likes. */
  async function laterReads(): Promise<unknown[]> {
    await new Promise((resolve) => setTimeout(resolve, BOUND_MS))
    return [await reader.get('key'), await reader.get('key')]
  }

  it('bentocache, lettuce #3481, FusionCache #613: a fill that is under way when the value changes is not kept', async () => {
    await writer.set('key', 'old')
    proxy.delay(40)
    const reading = reader.get('key')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await writer.set('key', 'new')
    expect(['old', 'new']).toContain(await reading)
    proxy.delay(0)

    expect(await laterReads()).toEqual(['new', 'new'])
  })

  it('bentocache, cacheable, layered-loader: messages that were lost while the connection was away are made up for', async () => {
    await writer.set('key', 'old')
    expect([await reader.get('key'), await reader.get('key')]).toEqual(['old', 'old'])
    proxy.cut()
    await writer.set('key', 'new')

    await expect.poll(laterReads, { timeout: 5000 }).toEqual(['new', 'new'])
  })

  it('cacheable: another process does not serve what was deleted or cleared', async () => {
    await writer.set('key', 'old')
    await reader.get('key')
    await writer.delete('key')
    expect(await laterReads()).toEqual([undefined, undefined])
    await writer.set('key', 'again')
    await reader.get('key')
    await writer.clear()

    expect(await laterReads()).toEqual([undefined, undefined])
  })

  it('cache-manager: a near copy stays no longer than the value itself', async () => {
    await writer.set('key', 'short', { ttl: '400ms' })
    expect(await reader.get('key')).toBe('short')
    await reader.get('key')
    await new Promise((resolve) => setTimeout(resolve, 450))

    expect(await reader.get('key')).toBeUndefined()
  })

  it('cache-manager #1127: what is not near is looked for in the shared store', async () => {
    await writer.set('key', 'shared')

    expect(await reader.get('key')).toBe('shared')
  })
})
