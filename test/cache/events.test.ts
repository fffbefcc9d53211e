import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CacheEvents } from '../../src/base/events.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { FreshCaches } from './fresh-caches.ts'

let caches: FreshCaches
let cache: Cache

beforeEach(() => {
  caches = new FreshCaches()
  cache = caches.open({ jitter: 0 })
})
afterEach(async () => {
  await caches.close()
})

function listen<Name extends keyof CacheEvents>(name: Name): CacheEvents[Name][] {
  const events: CacheEvents[Name][] = []
  cache.on(name, (event) => events.push(event))
  return events
}

describe('events', () => {
  it('of a hit and of what is served stale say how old the value is', async () => {
    const hits = listen('hit')
    const stale = listen('stale')
    await cache.set('a', 1, { ttl: '10s', stale: '1m' })
    await caches.clock.advance(4_000)
    await cache.get('a')
    await cache.getMany(['a'])
    await caches.clock.advance(8_000)
    await cache.lookup('a')
    await cache.getOrSet('a', () => 2, { stale: '1m' })

    expect(hits).toEqual([
      { alias: 'default', key: 'a', ageMs: 4_000 },
      { alias: 'default', key: 'a', ageMs: 4_000 },
    ])
    expect(stale.map(({ ageMs }) => ageMs)).toEqual([12_000, 12_000])
  })

  it('of a load and of what it stores say how long it took, and how large that is', async () => {
    const loads = listen('load')
    const stores = listen('store')
    const loading = cache.getOrSet('a', caches.slow('x'.repeat(1000), 250))
    await caches.clock.advance(250)
    await loading
    await cache.set('b', 'by hand')

    expect(loads).toEqual([{ alias: 'default', key: 'a', durationMs: 250 }])
    expect(stores).toEqual([
      { alias: 'default', key: 'a', durationMs: 250, bytes: expect.any(Number) },
      { alias: 'default', key: 'b', bytes: expect.any(Number) },
    ])
    expect(stores[0]?.bytes).toBeGreaterThan(999)
  })

  it('of an eviction say what went, and how large it was', async () => {
    cache = caches.open({ store: 'memory://?maxBytes=20kb', prefix: 'small' })
    const evictions = listen('evict')
    for (let n = 0; n < 30; n++) await cache.set(['k', n], 'x'.repeat(1000))

    expect(evictions.length).toBeGreaterThan(5)
    expect(evictions[0]?.bytes).toBeGreaterThan(999)
  })

  it('of a refusal name the key as the caller wrote it, also among many', async () => {
    const refusals = listen('refuse')
    const failed = await cache.setMany([
      [['a', 1], () => 1],
      [['a', 2], 2],
    ] as never)

    expect(failed).toEqual([['a', 1]])
    expect(refusals.map(({ key }) => key)).toEqual(['a:1'])
  })

  it('are heard on the diagnostics channels, too', async () => {
    const heard: unknown[] = []
    const listener = (event: unknown): void => void heard.push(event)
    subscribe('breakwater:refuse', listener)
    await cache.getOrSet('a', ({ skip }) => (skip('not today'), 1))
    unsubscribe('breakwater:refuse', listener)

    expect(heard).toEqual([{ alias: 'default', key: 'a', reason: 'not today' }])
  })

  it('survive a listener that throws: the error event hears of it', async () => {
    const errors = listen('error')
    cache.on('hit', () => {
      throw new Error('a bad listener')
    })
    await cache.set('a', 1)

    expect(await cache.get('a')).toBe(1)
    expect(errors.map(({ message }) => message)).toEqual(["A listener for 'hit' threw."])
  })
})
