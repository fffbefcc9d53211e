import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { chaosStore } from '../../src/testing/chaos-store.ts'
import { rejectionOf } from './barrier.ts'
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

describe('lock', () => {
  it('is kept for as long as it is held, however long that is', async () => {
    const lock = await cache.lock('job', { ttl: '3s' })

    await caches.clock.advance(60_000)

    expect(lock.signal.aborted).toBe(false)
    expect(await rejectionOf(twin.lock('job'))).toMatchObject({ code: 'E_LOCKED' })
    await lock.release()
  })

  it('of a holder that stands still goes to the next one, with a larger fencing number', async () => {
    const late = await cache.lock('job', { ttl: '3s' })
    // Its process does nothing for a minute: no timer of its own runs, and time goes on for everybody.
    const waiting = twin.lock('job', { wait: '10s' })
    await caches.settle()
    caches.clock.tick(60_000)
    const next = await waiting

    expect(next.fence).toBeGreaterThan(late.fence)
    await next.release()
  })

  it('is lost for its holder, who is told, no later than another can have it', async () => {
    const store = chaosStore(caches.store, { seed: 1, only: ['renew'] })
    const lock = await caches.open({ store }).lock('job', { ttl: '3s' })
    store.down()

    await caches.clock.advance(2_999)
    expect(lock.signal.aborted).toBe(false)
    await caches.clock.advance(1)

    expect(lock.signal.aborted).toBe(true)
    expect(lock.signal.reason).toMatchObject({ code: 'E_LOCKED' })
    await (await twin.lock('job')).release()
  })

  it('is lost in time also where the store does not answer at all', async () => {
    const store = chaosStore(caches.store, { seed: 1, only: ['renew'], delayMs: 60_000, rate: 0 })
    const lock = await caches.open({ store }).lock('job', { ttl: '3s' })
    store.down()

    await caches.clock.advance(3_000)

    expect(lock.signal.aborted).toBe(true)
  })

  it('is not waited for by a caller who gives up', async () => {
    const lock = await cache.lock('job')
    const giveUp = new AbortController()
    const waiting = twin.lock('job', { wait: '10m', signal: giveUp.signal })
    await caches.settle()

    giveUp.abort(new Error('enough'))

    await expect(waiting).rejects.toThrow('enough')
    await lock.release()
    await (await twin.lock('job')).release()
  })

  it('whose number could not be had is not left behind for its ttl', async () => {
    const store = chaosStore(caches.store, { seed: 1, only: ['bump'] })
    const failing = caches.open({ store })
    const told = messagesOf(failing)
    store.down()

    expect(await rejectionOf(failing.lock('job', { ttl: '1h' }))).toMatchObject({
      code: 'E_STORE_DOWN',
    })
    await caches.settle()

    await (await twin.lock('job')).release()
    expect(told).toHaveLength(1)
  })

  it('given up twice is given up once, and leaves no timer behind', async () => {
    const pending = caches.clock.pending
    const lock = await cache.lock('job')
    await lock.release()
    const next = await twin.lock('job')
    await lock.release()

    expect(await rejectionOf(cache.lock('job'))).toMatchObject({ code: 'E_LOCKED' })
    await next.release()
    expect(caches.clock.pending).toBe(pending)
  })

  it('ends with the block that declared it', async () => {
    {
      await using lock = await cache.lock('job')
      expect(lock.fence).toBeGreaterThan(0)
    }

    await (await twin.lock('job')).release()
  })

  it.each(['0s', '1ms', 'forever'] as const)('refuses to live for %s', async (ttl) => {
    expect(await rejectionOf(cache.lock('job', { ttl }))).toMatchObject({
      code: 'E_OPTION',
      message: expect.stringContaining('10ms or more'),
    })
  })
})
