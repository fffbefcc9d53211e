import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { HeldLoad, rejectionOf } from './barrier.ts'
import { FreshCaches, messagesOf } from './fresh-caches.ts'

let caches: FreshCaches
let cache: Cache
let twin: Cache

beforeEach(() => {
  caches = new FreshCaches()
  cache = caches.open()
  twin = caches.open()
})
afterEach(async () => {
  await caches.close()
})

/** Whether the call has come to its end; looking does not wait for it. */
async function isSettled(call: Promise<unknown>): Promise<boolean> {
  await caches.settle()
  const pending = Symbol('pending')
  const first = await Promise.race([call.catch(() => undefined), Promise.resolve(pending)])
  return first !== pending
}

describe('softTimeout', () => {
  const options = { ttl: '10s', stale: '1m', softTimeout: '200ms', tags: ['t'] } as const

  beforeEach(async () => {
    await cache.getOrSet('a', () => 'old', options)
    await caches.clock.advance(10_000)
  })

  it('gives the new value to a caller when it comes in time', async () => {
    const held = new HeldLoad<string>()
    const callers = [
      cache.getOrSet('a', held.load, options),
      cache.getOrSet('a', held.load, options),
    ]
    await caches.clock.advance(199)
    held.finish('new')

    expect(await Promise.all(callers)).toEqual(['new', 'new'])
    expect(held.runs).toBe(1)
    expect(await cache.stats()).toMatchObject({ misses: 3, stale: 0 })
  })

  it('gives the stale one when the time is over, and stores the new one when it comes', async () => {
    const held = new HeldLoad<string>()
    const caller = cache.getOrSet('a', held.load, options)
    await caches.clock.advance(199)
    expect(await isSettled(caller)).toBe(false)
    await caches.clock.advance(1)

    expect(await caller).toBe('old')
    held.finish('new')
    await caches.settle()
    expect(await cache.get('a')).toBe('new')
    expect(await cache.stats()).toMatchObject({ stale: 1 })
  })

  it('gives the stale one at once when the refresh fails, and to the next ones without an attempt', async () => {
    const messages = messagesOf(cache)
    const held = new HeldLoad<string>()
    const callers = Array.from({ length: 8 }, () => cache.getOrSet('a', held.load, options))
    await held.started()
    held.fail(new Error('down'))

    expect(new Set(await Promise.all(callers))).toEqual(new Set(['old']))
    expect(await cache.getOrSet('a', held.load, options)).toBe('old')
    expect(held.runs).toBe(1)
    expect(messages).toEqual(['A load failed; the stale value was served.'])
    expect(await cache.stats()).toMatchObject({ stale: 9 })
  })

  it("'forever' waits for the refresh however long it takes", async () => {
    const held = new HeldLoad<string>()
    const caller = cache.getOrSet('a', held.load, { ...options, softTimeout: 'forever' })
    await caches.clock.advance(30_000)
    held.finish('new')

    expect(await caller).toBe('new')
  })

  it('has no effect without a value that may be served stale', async () => {
    const held = new HeldLoad<string>()
    const missing = cache.getOrSet('missing', held.load, options)
    await caches.clock.advance(1000)
    expect(await isSettled(missing)).toBe(false)
    held.finish('loaded')

    expect(await missing).toBe('loaded')
  })

  it('a value that died while the caller waited for its refresh is not served: the caller waits on', async () => {
    await caches.clock.advance(59_900)
    const held = new HeldLoad<string>()
    const caller = cache.getOrSet('a', held.load, options)
    await caches.clock.advance(1000)
    expect(await isSettled(caller)).toBe(false)
    held.finish('new')

    expect(await caller).toBe('new')
    expect(held.runs).toBe(1)
  })

  it('a caller that waits for another process is given the stale value in time, too', async () => {
    const held = new HeldLoad<string>()
    const other = twin.getOrSet('a', held.load, options)
    await held.started()
    const caller = cache.getOrSet('a', held.load, options)
    await caches.clock.advance(200)

    expect(await caller).toBe('old')
    held.finish('new')
    await other
    expect(held.runs).toBe(1)
  })

  it('a caller that waits for another process is given the stale value at once when that one fails', async () => {
    const held = new HeldLoad<string>()
    const other = twin.getOrSet('a', held.load, options)
    await held.started()
    const caller = cache.getOrSet('a', held.load, { ...options, softTimeout: 'forever' })
    await caches.settle()
    held.fail(new Error('down'))

    expect(await other).toBe('old')
    expect(await caller).toBe('old')
    expect(held.runs).toBe(1)
  })

  it.for<[string, (by: Cache) => Promise<unknown>]>([
    ['its key', (by) => by.invalidate('a')],
    ['its tag', (by) => by.invalidateTags(['t'])],
  ])(
    '%s invalidated meanwhile: the stale value goes to whoever began before, never to one who began after',
    async ([, invalidate]) => {
      const held = new HeldLoad<string>()
      const before = cache.getOrSet('a', held.load, options)
      await held.started()
      await invalidate(twin)
      const after = cache.getOrSet('a', held.load, options)
      await caches.clock.advance(200)

      expect(await before).toBe('old')
      expect(await isSettled(after)).toBe(false)
      held.finish('overtaken')
      await caches.settle()
      expect(await isSettled(after)).toBe(false)
      held.finish('new', 1)
      expect(await after).toBe('new')
      expect(await twin.get('a')).toBe('new')
    },
  )

  it('a refresh that fails after its callers were served is told to the error event, once', async () => {
    const messages = messagesOf(cache)
    const held = new HeldLoad<string>()
    const callers = [
      cache.getOrSet('a', held.load, options),
      cache.getOrSet('a', held.load, options),
    ]
    await caches.clock.advance(200)
    await Promise.all(callers)
    held.fail(new Error('down'))
    await caches.settle()

    expect(messages).toEqual(['A refresh in the background failed; the value there is served on.'])
  })
})

describe('loadTimeout', () => {
  const options = { loadTimeout: '1s' } as const

  it('rejects every caller, aborts the signal, and lets the next caller load', async () => {
    const held = new HeldLoad<string>()
    const callers = Array.from({ length: 8 }, () => cache.getOrSet('a', held.load, options))
    const all = Promise.allSettled(callers)
    await caches.clock.advance(999)
    expect(held.signals[0]?.aborted).toBe(false)
    await caches.clock.advance(1)

    for (const result of await all) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'E_LOAD_TIMEOUT', key: 'a' },
      })
    }
    expect(held.signals[0]?.aborted).toBe(true)
    expect(held.runs).toBe(1)
    expect(await twin.getOrSet('a', () => 'next')).toBe('next')
  })

  it('drops a late result', async () => {
    const held = new HeldLoad<string>()
    const caller = rejectionOf(cache.getOrSet('a', held.load, options))
    await caches.clock.advance(1000)
    expect(await caller).toMatchObject({
      code: 'E_LOAD_TIMEOUT',
    })
    held.finish('late')
    await caches.settle()

    expect(await cache.get('a')).toBeUndefined()
    expect((await cache.stats()).stores).toBe(0)
  })

  it('a loader that fails late does not end the process', async () => {
    const held = new HeldLoad<string>()
    const caller = rejectionOf(cache.getOrSet('a', held.load, options))
    await caches.clock.advance(1000)
    expect(await caller).toMatchObject({
      code: 'E_LOAD_TIMEOUT',
    })
    held.fail(new Error('late'))
    await caches.settle()

    expect((await cache.stats()).loadErrors).toBe(1)
  })

  it('gives the stale value instead, where that may be served', async () => {
    const stale = { ttl: '10s', stale: '1m', softTimeout: 'forever', ...options } as const
    await cache.getOrSet('a', () => 'old', stale)
    await caches.clock.advance(10_000)
    const held = new HeldLoad<string>()
    const caller = cache.getOrSet('a', held.load, stale)
    await caches.clock.advance(1000)

    expect(await caller).toBe('old')
    expect(held.signals[0]?.aborted).toBe(true)
  })

  it('wakes those who wait in other processes', async () => {
    const held = new HeldLoad<string>()
    const slow = rejectionOf(cache.getOrSet('a', held.load, options))
    await held.started()
    const waiting = rejectionOf(twin.getOrSet('a', held.load))
    await caches.clock.advance(1000)

    expect(await slow).toMatchObject({
      code: 'E_LOAD_TIMEOUT',
    })
    expect(await waiting).toMatchObject({
      code: 'E_LOAD_FAILED',
      message: expect.stringContaining('longer than 1s'),
    })
    expect(held.runs).toBe(1)
  })

  it('holds for a batch as for a single load', async () => {
    const held = new HeldLoad<Map<'a' | 'b', string>>()
    const caller = rejectionOf(
      cache.getOrSetMany(['a', 'b'], (_, context) => held.load(context), options),
    )
    await caches.clock.advance(1000)

    expect(await caller).toMatchObject({ code: 'E_LOAD_TIMEOUT' })
    expect(held.signals[0]?.aborted).toBe(true)
    expect(await twin.getOrSet('a', () => 'next')).toBe('next')
  })

  it('an invalidated load that is also late rejects instead of being begun again', async () => {
    const held = new HeldLoad<string>()
    const caller = rejectionOf(cache.getOrSet('a', held.load, options))
    await held.started()
    await twin.invalidate('a')
    await caches.clock.advance(1000)

    expect(await caller).toMatchObject({
      code: 'E_LOAD_TIMEOUT',
    })
    expect(held.runs).toBe(1)
  })

  it('leaves no timer behind when the load comes in time', async () => {
    await cache.getOrSet('a', () => 1, options)

    expect(caches.clock.pending).toBe(0)
  })
})
