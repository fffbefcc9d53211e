// What peers do when Redis is away: hang, lie, or end the process.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { freePort } from '../servers/port.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

describe('when Redis is away', () => {
  const opened: Cache[] = []
  const unhandled: unknown[] = []
  const note = (reason: unknown): unknown => unhandled.push(reason)
  let server: RedisServer

  beforeEach(async () => {
    server = await startRedis()
    unhandled.length = 0
    process.on('unhandledRejection', note)
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((cache) => cache.close()))
    await server.stop()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
  })

  function open(url: string): Cache {
    const { default: cache } = createCaches({ default: { store: redis(url), prefix: 'peers' } })
    opened.push(cache)
    return cache
  }

  it('bentocache, cacheable, cache-manager: 25 s of hanging where it refuses connections are none', async () => {
    const cache = open(`redis://127.0.0.1:${await freePort()}`)
    const began = Date.now()
    for (let n = 0; n < 20; n++) expect(await cache.getOrSet(`key${n}`, () => n)).toBe(n)

    expect(Date.now() - began).toBeLessThan(2500)
  })

  it('keyv #1472, bentocache: a delete that did not happen does not say that it did', async () => {
    const cache = open(server.url)
    await cache.set('key', 1)
    await server.kill('SIGKILL')

    expect(await cache.delete('key')).toBe(false)
    expect(await cache.invalidate('key')).toEqual({ applied: false, queued: true })
    expect(await cache.set('key', 2)).toBe(false)
  })

  it('bentocache: what could not be deleted is deleted when Redis is back, before it is read', async () => {
    const cache = open(`${server.url}?commandTimeout=100ms&retryMax=100ms`)
    await cache.set('key', 'old')
    await server.pause()
    expect(await cache.invalidate('key')).toEqual({ applied: false, queued: true })
    await server.resume()

    await expect.poll(() => cache.set('other', 1), { timeout: 5000 }).toBe(true)
    expect(await cache.get('key')).toBeUndefined()
  })

  it('bentocache: a refresh in the background whose store fails does not end the process', async () => {
    const cache = open(server.url)
    await cache.set('key', 'stale', { ttl: '1ms', stale: '1h' })
    let finish = (_: string): void => {}
    const load = (): Promise<string> => new Promise((resolve) => (finish = resolve))
    const refreshes = async (): Promise<number> => {
      expect(await cache.getOrSet('key', load, { stale: '1h' })).toBe('stale')
      return (await cache.stats()).loads
    }
    await expect.poll(refreshes, { timeout: 5000 }).toBe(1)
    await server.kill('SIGKILL')
    finish('new')
    await new Promise((resolve) => setTimeout(resolve, 50))

    expect(unhandled).toEqual([])
  })

  it('cachified: a store that throws does not fail the call', async () => {
    const cache = open(server.url)
    await cache.get('key')
    await server.kill('SIGKILL')

    expect(await cache.getOrSet('key', () => 'loaded')).toBe('loaded')
  })

  it('async-cache-dedupe: a hit does not depend on a second command', async () => {
    const cache = open(server.url)
    await cache.set('key', 'there', { ttl: '1h', stale: '1h' })

    expect(await cache.getOrSet('key', () => 'loaded')).toBe('there')
    expect(unhandled).toEqual([])
  })
})
