import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { chaosStore } from '../../src/testing/chaos-store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { recordingStore } from '../../src/testing/recording-store.ts'
import { HeldLoad, rejectionOf } from './barrier.ts'
import { FreshCaches, messagesOf } from './fresh-caches.ts'

describe('a stale value', () => {
  let caches: FreshCaches
  let cache: Cache
  let twin: Cache
  const options = { ttl: '10s', stale: '1m', tags: ['t'] } as const

  beforeEach(async () => {
    caches = new FreshCaches()
    cache = caches.open()
    twin = caches.open()
    const loaded = cache.getOrSet('a', caches.slow('old', 100), options)
    await caches.clock.advance(100)
    await loaded
    await caches.clock.advance(10_000)
  })
  afterEach(async () => {
    await caches.close()
  })

  describe('previous', () => {
    it('lets a loader revalidate: "not modified" keeps the value and gives it a new ttl', async () => {
      const asked: unknown[] = []
      await cache.getOrSet<string>(
        'a',
        ({ previous, ttl }) => {
          asked.push(previous)
          ttl('1h')
          return previous?.value as string
        },
        options,
      )
      await caches.settle()

      expect(asked).toEqual([{ value: 'old', ageMs: 10_000, loadMs: 100 }])
      expect(await cache.get('a')).toBe('old')
      expect(await cache.ttl('a')).toBe(3_600_000)
    })

    it('is what the store still has when the value may not be served', async () => {
      let seen: unknown
      const value = await cache.getOrSet('a', ({ previous }) => {
        seen = previous?.value
        return 'new'
      })

      expect(value).toBe('new')
      expect(seen).toBe('old')
    })

    it('is not there after an invalidation', async () => {
      await twin.invalidateTags(['t'])
      let seen: unknown = 'not called'
      await cache.getOrSet('a', ({ previous }) => (seen = previous), options)

      expect(seen).toBeUndefined()
    })
  })

  it('after a failed refresh is served without a new attempt for a second, then tried again', async () => {
    let loads = 0
    const fails = (): never => {
      loads++
      throw new Error('down')
    }
    const messages = messagesOf(cache)
    for (let request = 0; request < 10; request++) {
      expect(await cache.getOrSet('a', fails, options)).toBe('old')
      await caches.clock.advance(99)
    }
    expect(loads).toBe(1)
    await caches.clock.advance(10)
    expect(await cache.getOrSet('a', fails, options)).toBe('old')
    await caches.settle()

    expect(loads).toBe(2)
    expect(messages).toEqual(
      Array(2).fill('A refresh in the background failed; the value there is served on.'),
    )
    expect(await cache.stats()).toMatchObject({ stale: 11, loadErrors: 2 })
  })

  it('for as long as failureTtl, if that is longer', async () => {
    let loads = 0
    const fails = (): never => {
      loads++
      throw new Error('down')
    }
    const patient = { ...options, failureTtl: '5s' } as const
    await cache.getOrSet('a', fails, patient)
    await caches.clock.advance(4999)
    expect(await cache.getOrSet('a', fails, patient)).toBe('old')
    await caches.settle()
    expect(loads).toBe(1)
    await caches.clock.advance(1)
    await cache.getOrSet('a', fails, patient)
    await caches.settle()

    expect(loads).toBe(2)
  })

  it('whose refresh asks not to be stored is not refreshed on every request', async () => {
    let loads = 0
    for (let request = 0; request < 5; request++) {
      const served = await cache.getOrSet(
        'a',
        ({ skip }) => {
          loads++
          skip()
          return 'new'
        },
        options,
      )
      expect(served).toBe('old')
      await caches.settle()
    }

    expect(loads).toBe(1)
  })

  it('is kept as long as its loader says, and served as long as its caller allows', async () => {
    await cache.getOrSet('b', ({ stale }) => (stale('30s'), 'old'), { ttl: '10s', stale: '1h' })
    await caches.clock.advance(39_000)

    expect(await cache.getOrSet('b', () => 'new', { ttl: '10s', stale: '20s' })).toBe('new')

    await cache.getOrSet('c', ({ stale }) => (stale('30s'), 'old'), { ttl: '10s', stale: '1h' })
    await caches.clock.advance(39_000)
    const last = await cache.lookup('c')
    await caches.clock.advance(1000)

    expect(last).toMatchObject({ hit: true, stale: true })
    expect(await cache.lookup('c')).toMatchObject({ hit: false })
  })

  it('the pause ends with the value: what is loaded after an invalidation is loaded at once', async () => {
    await cache.getOrSet(
      'a',
      () => {
        throw new Error('down')
      },
      options,
    )
    await caches.settle()
    await twin.invalidate('a')

    expect(await cache.getOrSet('a', () => 'new', options)).toBe('new')
  })

  it('is not asked for again while another process refreshes it, and not waited for', async () => {
    const held = new HeldLoad<string>()
    const recorded = recordingStore(caches.store)
    const other = caches.open({ store: recorded })
    await twin.getOrSet('a', held.load, options)
    await held.started()
    for (let request = 0; request < 5; request++)
      expect(await other.getOrSet('a', held.load, options)).toBe('old')
    await caches.settle()

    expect(held.runs).toBe(1)
    expect(recorded.count('acquire')).toBe(0)
    held.finish('new')
    await caches.settle()
    expect(await cache.get('a')).toBe('new')
  })

  it('whose refreshing process died is refreshed by another once the lease has lapsed', async () => {
    const held = new HeldLoad<string>()
    await cache.getOrSet('a', held.load, options)
    await held.started()
    // In one go: after the first time nothing is renewed in a process that stands still.
    caches.clock.tick(4001)
    expect(await twin.getOrSet('a', () => 'by the other', options)).toBe('old')
    await caches.settle()

    expect(await twin.get('a')).toBe('by the other')
    held.finish('late')
    await caches.settle()
    expect(await twin.get('a')).toBe('by the other')
  })

  it('a caller who may not be given the stale value shares its refresh', async () => {
    const held = new HeldLoad<string>()
    await cache.getOrSet('a', held.load, options)
    await held.started()
    const strict = cache.getOrSet('a', held.load)
    await caches.settle()
    held.finish('new')

    expect(await strict).toBe('new')
    expect(held.runs).toBe(1)
  })

  it('is never given to a caller who began after it was invalidated, although the load that it joined had read it', async () => {
    const slow = caches.open()
    const held = new HeldLoad<string>()
    const blocker = twin.getOrSet('a', held.load, { ttl: '10s' })
    await held.started()
    // Waits for the other process with the stale value in hand.
    const waiting = slow.getOrSet('a', held.load, { ...options, softTimeout: 'forever' })
    await caches.settle()
    await cache.invalidate('a')
    const after = slow.getOrSet('a', held.load, { ...options, softTimeout: 'forever' })
    const late = rejectionOf(after)
    await held.started(1)
    held.fail(new Error('down'), 1)

    expect(await late).toMatchObject({ message: expect.stringContaining('down') })
    expect(await waiting).toBe('old')
    held.finish('overtaken')
    await blocker
  })

  it('is not refreshed for nobody when the store gives no lease', async () => {
    let loads = 0
    const flaky = caches.open({
      store: chaosStore(caches.store, { seed: 1, only: ['acquire'], failWith: 'E_STORE_DOWN' }),
    })

    expect(await flaky.getOrSet('a', () => ++loads, options)).toBe('old')
    await caches.settle()
    expect(loads).toBe(0)
  })

  it('closing tells a refresh to stop, does not wait for one that does not, and gives its lease up', async () => {
    const held = new HeldLoad<string>()
    await cache.getOrSet('a', held.load, options)
    await held.started()

    await cache.close()

    expect(held.signals[0]?.aborted).toBe(true)
    expect(await twin.getOrSet('a', () => 'by the other', options)).toBe('old')
    await caches.settle()
    expect(await twin.get('a')).toBe('by the other')
  })
})

describe('a value whose ttl is over before it has reached the store', () => {
  it('may be served stale like any other', async () => {
    const clock = fakeClock()
    let ticks = 0
    // Time goes on with every look at the clock.
    const hurried = {
      after: (ms: number, act: () => void) => clock.after(ms, act),
      now: () => clock.now() + ticks++,
    }
    const { default: cache } = createCaches({ default: { clock: hurried } })
    await cache.set('a', 'stored', { ttl: '1ms', stale: '1h' })

    expect(await cache.getOrSet('a', () => 'loaded', { stale: '1h' })).toBe('stored')
    await cache.close()
  })
})
