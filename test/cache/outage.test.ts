import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { freePort } from '../servers/port.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { HeldLoad, untilJoined } from './barrier.ts'

async function collected<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const each of from) all.push(each)
  return all
}

type Bypassed = readonly [method: string, (cache: Cache) => Promise<unknown>, unknown]

/** What each method does while the store is away under `bypass`. */
const BYPASSED: readonly Bypassed[] = [
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
  ['incr', (cache) => cache.incr('a', 2, { initial: 1 }), 3],
  ['decr', (cache) => cache.decr('a', 2, { initial: 1 }), -1],
  ['invalidate', (cache) => cache.invalidate('a'), { applied: false, queued: true }],
  ['invalidateTags', (cache) => cache.invalidateTags(['t']), { applied: false, queued: true }],
  ['clear', (cache) => cache.clear(), { applied: false, queued: true }],
  ['deletePattern', (cache) => cache.deletePattern('a*'), 0],
  ['keys', (cache) => collected(cache.keys()), []],
  ['flushServer', (cache) => cache.flushServer(), { applied: false, queued: false }],
  ['getOrSet', (cache) => cache.getOrSet('a', () => 'loaded'), 'loaded'],
  [
    'getOrSetMany',
    (cache) => cache.getOrSetMany(['a'], () => [['a', 1]] as const),
    new Map([['a', 1]]),
  ],
  [
    'define',
    (cache) => cache.define({ key: (id: number) => ['a', id], load: () => 'loaded' }).get(1),
    'loaded',
  ],
  ['memoize', (cache) => cache.memoize(() => 'loaded', { key: () => 'a' })(), 'loaded'],
]

/** What cannot be made up: under `bypass` they reject as they would for a key that is not there, or say why. */
const NEVER_MADE_UP: readonly Bypassed[] = [
  ['incr', (cache) => cache.incr('a'), 'E_KEY_MISSING'],
  ['decr', (cache) => cache.decr('a'), 'E_KEY_MISSING'],
  ['incrVersion', (cache) => cache.incrVersion('a'), 'E_KEY_MISSING'],
  ['decrVersion', (cache) => cache.decrVersion('a', 1, { version: 2 }), 'E_KEY_MISSING'],
  ['lock', (cache) => cache.lock('a'), 'E_STORE_DOWN'],
]

/** What asks nothing of a store, and what has tests of its own. */
const APART = [
  'measures',
  'timed',
  'examine',
  'atOnce',
  'valueAtOnce',
  'runLoad',
  'recall',
  'runLoads',
  'setUnlessOlder',
  'claimName',
  'lockKey',
  'head',
  'wires',
  'toJSON',
  'namespace',
  'wireKey',
  'on',
  'stats',
  'auditor',
  'close',
  'transaction',
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

  it.each(BYPASSED)(
    '%s costs one deadline where Redis hangs, and goes on',
    async (_, act, expected) => {
      const cache = open(`${server.url}?commandTimeout=50ms`)
      await cache.set('a', 'stored')
      await server.pause()

      expect(await act(cache)).toEqual(expected)
      await server.resume()
    },
  )

  it.each(BYPASSED)('%s rejects in time where Redis hangs, under throw', async (_, act) => {
    const cache = open(`${server.url}?commandTimeout=50ms`, 'throw')
    await cache.set('a', 'stored')
    await server.pause()

    await expect(act(cache)).rejects.toMatchObject({
      code: expect.stringMatching(/^E_STORE_(TIMEOUT|DOWN)$/),
    })
    await server.resume()
  })

  it.each(NEVER_MADE_UP)('%s is never made up', async (_, act, code) => {
    const cache = open(server.url)
    await cache.get('a')
    await server.kill('SIGKILL')

    await expect(act(cache)).rejects.toMatchObject({ code })
  })

  it('no method is forgotten here', () => {
    const methods: string[] = []
    for (let one: object = Cache.prototype; one !== Object.prototype;) {
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(one)))
        if (typeof value === 'function' && name !== 'constructor') methods.push(name)
      one = Object.getPrototypeOf(one) as object
    }
    const known = [...BYPASSED, ...NEVER_MADE_UP].map(([method]) => method)
    expect(methods.filter((name) => ![...known, ...APART].includes(name))).toEqual([])
  })

  it('callers in one process still share one load, and it is stored nowhere', async () => {
    const cache = open(server.url)
    await cache.get('a')
    await server.kill('SIGKILL')
    const held = new HeldLoad<string>()
    const callers = Array.from({ length: 16 }, () => cache.getOrSet('a', held.load))
    await held.started()
    await untilJoined(cache, 15)
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
    expect(await cache.invalidateTags(['t'])).toEqual({ applied: false, queued: true })
    const after = cache.getOrSet('a', held.load)
    await held.started(1)
    held.finish('new', 1)

    expect(await after).toBe('new')
    held.finish('old')
    expect(await before).toBe('old')
  })

  it('a load that listens to its signal is not stopped by the return of Redis', async () => {
    const cache = open(server.url)
    await cache.set('b', 1)
    await server.kill('SIGKILL')
    let finish = (_: string): void => {}
    const caller = cache.getOrSet(
      'a',
      ({ signal }) =>
        new Promise<string>((resolve, reject) => {
          finish = resolve
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    )
    caller.catch(() => {})
    await server.restart()
    await expect.poll(() => cache.set('b', 2), { timeout: 10_000 }).toBe(true)
    finish('loaded')

    expect(await caller).toBe('loaded')
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
