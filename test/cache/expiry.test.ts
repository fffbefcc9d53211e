import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { HeldLoad } from './barrier.ts'

describe('time', () => {
  let clock: FakeClock
  let cache: Cache
  let twin: Cache

  beforeEach(() => {
    clock = fakeClock()
    const store = memory()
    const open = (): Cache =>
      createCaches({ default: { store, clock, lease: '3s', jitter: 0 } }).default
    cache = open()
    twin = open()
  })
  afterEach(async () => {
    await Promise.all([cache.close(), twin.close()])
  })

  it('a value is fresh until its ttl has passed, not a millisecond longer', async () => {
    await cache.set('a', 1, { ttl: '10s' })
    await clock.advance(9999)
    expect(await cache.get('a')).toBe(1)
    await clock.advance(1)

    expect(await cache.get('a')).toBeUndefined()
    expect(await cache.has('a')).toBe(false)
    expect(await cache.touch('a', '1h')).toBe(false)
    expect(await cache.add('a', 2)).toBe(true)
  })

  it("the default ttl is the alias's", async () => {
    await cache.set('a', 1)
    await clock.advance(299_999)
    expect(await cache.has('a')).toBe(true)
    await clock.advance(1)
    expect(await cache.has('a')).toBe(false)
  })

  it("'forever' never expires", async () => {
    await cache.set('a', 1, { ttl: 'forever' })
    await clock.advance(100 * 365 * 86_400_000)

    expect(await cache.get('a')).toBe(1)
  })

  describe('stale', () => {
    it('serves the old value at once while one process loads the new one', async () => {
      await cache.getOrSet('a', () => 'old', { ttl: '10s', stale: '1m' })
      await clock.advance(10_000)
      const held = new HeldLoad<string>()
      const refresh = { ttl: '10s', stale: '1m' } as const

      const served = await Promise.all([
        cache.getOrSet('a', held.load, refresh),
        cache.getOrSet('a', held.load, refresh),
        twin.getOrSet('a', held.load, refresh),
      ])
      expect(served).toEqual(['old', 'old', 'old'])
      await held.started()
      held.finish('new')
      await expect.poll(() => cache.get('a')).toBe('new')
      expect(held.runs).toBe(1)
    })

    it('is not served by get, and is told apart by lookup', async () => {
      await cache.set('a', 1, { ttl: '10s', stale: '1m' })
      await clock.advance(10_000)

      expect(await cache.get('a')).toBeUndefined()
      expect(await cache.lookup('a')).toMatchObject({ hit: true, stale: true, value: 1, ttlMs: 0 })
      expect(await cache.touch('a', '1h')).toBe(false)
    })

    it('stands in when the load fails, until the window has passed', async () => {
      const fails = (): never => {
        throw new Error('down')
      }
      await cache.getOrSet('a', () => 'old', { ttl: '10s', stale: '1m' })
      await clock.advance(69_999)
      expect(await cache.getOrSet('a', fails, { stale: '1m' })).toBe('old')
      await clock.advance(1)

      await expect(cache.getOrSet('a', fails, { stale: '1m' })).rejects.toThrow('down')
    })

    it('is gone after an invalidation: no fail-safe copy stays behind', async () => {
      await cache.getOrSet('a', () => 'old', { ttl: '10s', stale: '1m', tags: ['t'] })
      await clock.advance(10_000)
      await cache.invalidateTags(['t'])

      await expect(
        cache.getOrSet(
          'a',
          () => {
            throw new Error('down')
          },
          { stale: '1m' },
        ),
      ).rejects.toThrow('down')
    })

    it('a refresh that fails in the background is an event, not the end of the process', async () => {
      const errors: string[] = []
      cache.on('error', ({ message }) => errors.push(message))
      await cache.getOrSet('a', () => 'old', { ttl: '10s', stale: '1m' })
      await clock.advance(10_000)
      const held = new HeldLoad<string>()
      await cache.getOrSet('a', held.load, { ttl: '10s', stale: '1m' })
      await held.started()
      held.fail(new Error('down'))

      await expect
        .poll(() => errors)
        .toEqual(['A refresh in the background failed; the value there is served on.'])
    })

    it('gives the loader the old value', async () => {
      await cache.getOrSet('a', () => 'old', { ttl: '10s', stale: '1m' })
      await clock.advance(10_000)
      await cache.getOrSet<string>('a', ({ previous }) => `${previous?.value as string} and new`, {
        ttl: '10s',
        stale: '1m',
      })

      await expect.poll(() => cache.get('a')).toBe('old and new')
    })
  })

  describe('leases', () => {
    it('a load that renews its lease is waited for, however long it takes', async () => {
      const held = new HeldLoad<string>()
      const first = cache.getOrSet('a', held.load)
      await held.started()
      const second = twin.getOrSet('a', () => 'second')
      await clock.advance(20_000)
      held.finish('first')

      expect([await first, await second]).toEqual(['first', 'first'])
    })

    it('a holder that has died is taken over once its lease has lapsed', async () => {
      const held = new HeldLoad<string>()
      const first = cache.getOrSet('a', held.load)
      await held.started()
      const second = twin.getOrSet('a', () => 'second')
      // Nothing renews in a process that is gone.
      await clock.advance(1)
      const acts = clock as unknown as { skip?: (ms: number) => void }
      void acts
      await cache.close().catch(() => {})
      await clock.advance(3100)

      expect(await second).toBe('second')
      held.finish('late')
      await first.catch(() => {})
      expect(await twin.get('a')).toBe('second')
    })

    it('a waiter loads for itself after `wait`, and stores nothing', async () => {
      const impatient = createCaches({ default: { store: memory(), clock, wait: '5s' } })
      await impatient.close()
      const held = new HeldLoad<string>()
      const first = cache.getOrSet('a', held.load)
      await held.started()
      const second = twin.getOrSet('a', () => 'for myself')
      await clock.advance(40_000)

      expect(await second).toBe('for myself')
      held.finish('first')
      await first
      expect(await twin.get('a')).toBe('first')
    })
  })
})
