import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { HeldLoad } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'

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

describe('a caller who gives up', () => {
  it('as the last one ends the load, and does not spoil it for one who comes just then', async () => {
    const giveUp = new AbortController()
    const held = new HeldLoad<string>()
    const stops = async ({ signal }: { signal: AbortSignal }): Promise<string> => {
      signal.addEventListener('abort', () => held.fail(signal.reason))
      return await held.load({ signal })
    }
    const first = cache.getOrSet('a', stops, { signal: giveUp.signal })
    await held.started()
    giveUp.abort(new Error('client went away'))
    const second = cache.getOrSet('a', () => 'second')

    await expect(first).rejects.toThrow('client went away')
    expect(await second).toBe('second')
  })

  it('does not take the re-read of others with it', async () => {
    const giveUp = new AbortController()
    const held = new HeldLoad<string>()
    const loading = twin.getOrSet('a', held.load, { tags: ['late'] })
    await held.started()
    const first = cache.getOrSet('a', () => 'own', { signal: giveUp.signal })
    const second = cache.getOrSet('a', () => 'own')
    await caches.settle()
    giveUp.abort(new Error('client went away'))
    await expect(first).rejects.toThrow('client went away')
    held.finish('value')

    expect(await second).toBe('value')
    await loading
  })

  it('does not take the load from those who wait for it in its own process', async () => {
    const giveUp = new AbortController()
    const held = new HeldLoad<string>()
    const first = cache.getOrSet('a', held.load, { signal: giveUp.signal })
    await held.started()
    // Nobody knows any more that this process loads it: the next caller asks the store, which names that very load.
    await cache.deletePattern('other keys*')
    const second = cache.getOrSet('a', () => 'second')
    await caches.settle()
    giveUp.abort(new Error('client went away'))
    await expect(first).rejects.toThrow('client went away')

    expect(held.signals[0]?.aborted).toBe(false)
    held.finish('value')
    expect(await second).toBe('value')
  })
})
