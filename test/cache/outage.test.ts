import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { freePort } from '../servers/port.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { HeldLoad } from './barrier.ts'

/** What each method does while the store is away under `bypass`. */
const BYPASSED: readonly [string, (cache: Cache) => Promise<unknown>, unknown][] = [
  ['get', (cache) => cache.get('a', 'fallback'), 'fallback'],
  ['lookup', (cache) => cache.lookup('a').then(({ hit }) => hit), false],
  ['getMany', (cache) => cache.getMany(['a', 'b']), new Map()],
  ['has', (cache) => cache.has('a'), false],
  ['ttl', (cache) => cache.ttl('a'), undefined],
  ['set', (cache) => cache.set('a', 1), false],
  ['add', (cache) => cache.add('a', 1), false],
  ['setMany', (cache) => cache.setMany({ a: 1, b: 2 }), ['a', 'b']],
  ['touch', (cache) => cache.touch('a', '1h'), false],
  ['persist', (cache) => cache.persist('a'), false],
  ['delete', (cache) => cache.delete('a'), false],
  ['deleteMany', (cache) => cache.deleteMany(['a']), 0],
  ['take', (cache) => cache.take('a'), undefined],
  ['incr with initial', (cache) => cache.incr('a', 2, { initial: 1 }), 3],
  ['invalidate', (cache) => cache.invalidate('a'), { applied: false }],
  ['invalidateTags', (cache) => cache.invalidateTags(['t']), { applied: false }],
  ['clear', (cache) => cache.clear(), { applied: false }],
  ['deletePattern', (cache) => cache.deletePattern('a*'), 0],
  ['getOrSet', (cache) => cache.getOrSet('a', () => 'loaded'), 'loaded'],
  [
    'getOrSetMany',
    (cache) => cache.getOrSetMany(['a'], () => [['a', 1]] as const),
    new Map([['a', 1]]),
  ],
]

describe('while Redis is away', () => {
  let server: RedisServer
  const opened: Cache[] = []
  function open(url: string, onOutage: 'bypass' | 'throw' = 'bypass'): Cache {
    const cache = createCaches({
      default: { store: redis(url), onOutage, prefix: 'outage' },
    }).default
    opened.push(cache)
    return cache
  }

  beforeEach(async () => {
    server = await startRedis()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((cache) => cache.close()))
    await server.stop()
  })

  it.each(BYPASSED)('%s goes on without it under bypass', async (_, act, expected) => {
    const cache = open(server.url)
    await cache.set('a', 'stored')
    await server.kill('SIGKILL')

    expect(await act(cache)).toEqual(expected)
  })

  it.each(BYPASSED)('%s rejects with E_STORE_DOWN under throw', async (_, act) => {
    const cache = open(server.url, 'throw')
    await cache.set('a', 'stored')
    await server.kill('SIGKILL')

    await expect(act(cache)).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
  })

  it('incr without initial, and a lock, are never made up', async () => {
    const cache = open(server.url)
    await cache.get('a')
    await server.kill('SIGKILL')

    await expect(cache.incr('a')).rejects.toMatchObject({ code: 'E_KEY_MISSING' })
    await expect(cache.lock('a')).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
  })

  it('callers in one process still share one load, and it is stored nowhere', async () => {
    const cache = open(server.url)
    await cache.get('a')
    await server.kill('SIGKILL')
    const held = new HeldLoad<string>()
    const callers = Array.from({ length: 16 }, () => cache.getOrSet('a', held.load))
    await held.started()
    held.finish('loaded')

    expect(new Set(await Promise.all(callers))).toEqual(new Set(['loaded']))
    expect(held.runs).toBe(1)
  })

  it('a local invalidation is honoured by those who ask after it', async () => {
    const cache = open(server.url)
    await cache.get('a')
    await server.kill('SIGKILL')
    const held = new HeldLoad<string>()
    const before = cache.getOrSet('a', held.load)
    await held.started()
    expect(await cache.invalidateTags(['t'])).toEqual({ applied: false })
    const after = cache.getOrSet('a', held.load)
    await held.started(1)
    held.finish('new', 1)

    expect(await after).toBe('new')
    held.finish('old')
    expect(await before).toBe('old')
  })

  it('a load that began before the outage reaches its callers, and nothing is stored', async () => {
    const cache = open(server.url)
    const held = new HeldLoad<string>()
    const caller = cache.getOrSet('a', held.load)
    await held.started()
    await server.kill('SIGKILL')
    held.finish('loaded')

    expect(await caller).toBe('loaded')
  })

  it('everything works again when Redis is back, without a restart', async () => {
    const cache = open(server.url)
    await cache.set('a', 1)
    await server.kill('SIGKILL')
    expect(await cache.set('a', 2)).toBe(false)
    await server.restart()

    await expect.poll(() => cache.set('a', 3), { timeout: 10_000 }).toBe(true)
    expect(await cache.get('a')).toBe(3)
    expect(await cache.stats()).toMatchObject({ reachable: true })
  })

  it('a server that is not there at the start costs misses, and is used when it comes', async () => {
    const port = await freePort()
    const cache = open(`redis://127.0.0.1:${port}`)

    expect(await cache.getOrSet('a', () => 'loaded')).toBe('loaded')
    expect(await cache.stats()).toMatchObject({ reachable: false, misses: 1 })
    const late = await startRedis({ port })
    await expect.poll(() => cache.set('a', 1), { timeout: 10_000 }).toBe(true)
    await cache.close()
    await late.stop()
  })

  it('a server that accepts and never answers costs a deadline, not a request', async () => {
    const cache = open(`${server.url}?commandTimeout=100ms`)
    await cache.set('a', 1)
    await server.pause()

    expect(await cache.getOrSet('a', () => 'loaded')).toBe('loaded')
    await server.resume()
    await expect.poll(() => cache.get('a'), { timeout: 10_000 }).toBe(1)
  })

  it('a wrong password is a typed error that does not show it', async () => {
    const locked = await startRedis({ password: 'right' })
    const url = locked.url.replace('right', 'wr0ng')
    const strict = open(url, 'throw')
    const error = await strict.get('a').catch((reason: unknown) => reason)

    expect(error).toMatchObject({ code: 'E_STORE_AUTH' })
    expect((error as Error).message).not.toContain('wr0ng')
    expect(await open(url).get('a', 'fallback')).toBe('fallback')
    await Promise.all(opened.splice(0).map((cache) => cache.close()))
    await locked.stop()
  })

  it('is counted, and told to the error event', async () => {
    const cache = open(server.url)
    const codes: unknown[] = []
    cache.on('error', ({ error }) => codes.push((error as { code?: string }).code))
    await cache.get('a')
    await server.kill('SIGKILL')
    await cache.get('a')

    expect((await cache.stats()).outages).toBeGreaterThan(0)
    expect(codes).toContain('E_STORE_DOWN')
  })
})
