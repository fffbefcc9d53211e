import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GLANCE } from '../../src/base/glance.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { FreshCaches } from './fresh-caches.ts'

describe('Cache[GLANCE]', () => {
  let caches: FreshCaches
  let cache: Cache
  let twin: Cache

  beforeEach(async () => {
    caches = new FreshCaches()
    cache = caches.open({ ttl: '10s' })
    twin = caches.open({ ttl: '10s' })
    await cache.set('a', { page: Buffer.from('x') }, { tags: ['t'] })
  })
  afterEach(async () => {
    await caches.close()
  })

  it('answers with what lies in memory, without a copy, and counts a hit', async () => {
    const glanced = cache[GLANCE]('a')

    expect(glanced?.value).toEqual({ page: Buffer.from('x') })
    expect(glanced?.tags).toEqual(['t'])
    expect(cache[GLANCE]('a')?.value).toBe(glanced?.value)
    expect((await cache.stats()).hits).toBe(2)
  })

  it('says nothing of what is not there, and counts no miss', async () => {
    expect(cache[GLANCE]('b')).toBeUndefined()
    expect((await cache.stats()).misses).toBe(0)
  })

  it.for<[string, (other: Cache) => Promise<unknown>]>([
    ['its key', (other) => other.invalidate('a')],
    ['its tag', (other) => other.invalidateTags(['t'])],
    ['everything', (other) => other.clear()],
    ['it by deleting', (other) => other.delete('a')],
  ])('says nothing once another invalidated %s', async ([, act]) => {
    await cache.get('a')

    await act(twin)

    expect(cache[GLANCE]('a')).toBeUndefined()
  })

  it('says nothing of a value whose namespace was invalidated', async () => {
    const inside = cache.namespace('n')
    await inside.set('a', 1)
    expect(inside[GLANCE]('a')?.value).toBe(1)

    await twin.namespace('n').clear()

    expect(inside[GLANCE]('a')).toBeUndefined()
  })

  it('judges a value by tags that it is the first here to meet', async () => {
    expect(twin[GLANCE]('a')).toBeDefined()
    await cache.set('b', 1, { tags: ['u'] })

    await cache.invalidateTags(['u'])

    expect(twin[GLANCE]('b')).toBeUndefined()
  })

  it('says nothing of a value that is stale', async () => {
    await cache.set('a', 1, { ttl: '1s', stale: '1h' })
    await caches.clock.advance(1000)

    expect((await cache.lookup('a')).stale).toBe(true)
    expect(cache[GLANCE]('a')).toBeUndefined()
  })

  it('leaves a value that some draw would refresh early to those who can load', async () => {
    const loaded = cache.getOrSet('slow', caches.slow('v', 100))
    await caches.clock.advance(100)
    await loaded
    expect(cache[GLANCE]('slow')?.value).toBe('v')

    // 37 load times before its end: the smallest draw.
    await caches.clock.advance(10_000 - 3700)

    expect(cache[GLANCE]('slow')).toBeUndefined()
    expect(await cache.get('slow')).toBe('v')
  })

  it('says nothing after the cache was closed', async () => {
    await cache.close()

    expect(cache[GLANCE]('a')).toBeUndefined()
  })
})
