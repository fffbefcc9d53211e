import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { HeldLoad, rejectionOf, untilJoined, untilWaiting } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'
import { TESTED, type TestedStore } from './stores.ts'

const down = new TypeError('the database is down')

describe.each(TESTED)('a failed load on %s', (_, start) => {
  let store: TestedStore
  let cache: Cache
  let twin: Cache

  beforeAll(async () => {
    store = await start()
  })
  beforeEach(() => {
    cache = store.open()
    twin = store.twin()
  })
  afterEach(async () => {
    await store.renew()
  })
  afterAll(async () => {
    await store.stop()
  })

  const options = { failureTtl: '20s', tags: ['t'] } as const
  let loads = 0
  const fails = (): never => {
    loads++
    throw down
  }
  const failOnce = async (): Promise<void> => {
    loads = 0
    await expect(cache.getOrSet('a', fails, options)).rejects.toBe(down)
  }

  it('lets each new caller try again by default', async () => {
    await failOnce()

    expect(await twin.getOrSet('a', () => 'loaded')).toBe('loaded')
    expect(await cache.get('a')).toBe('loaded')
  })

  it('with failureTtl is not tried again in any process, and says what, when, and until when', async () => {
    await failOnce()
    for (const other of [twin, cache]) {
      const error = await other.getOrSet('a', fails, options).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'E_LOAD_FAILED', key: 'a' })
      expect((error as Error).message).toMatch(
        /TypeError: the database is down\. The next attempt may be made in (20|19\.\d|19)s/,
      )
    }

    expect(loads).toBe(1)
  })

  it('keeps the very error in the process in which it was thrown', async () => {
    await failOnce()
    const own = await cache.getOrSet('a', fails, options).catch((reason: unknown) => reason)
    const foreign = await twin.getOrSet('a', fails, options).catch((reason: unknown) => reason)

    expect((own as Error).cause).toBe(down)
    expect((foreign as Error).cause).toBeUndefined()
    expect((foreign as Error).message).toContain('in another process')
  })

  it.for<[string, (by: Cache) => Promise<unknown>]>([
    ['its key', (by) => by.invalidate('a')],
    ['one of its tags', (by) => by.invalidateTags(['t'])],
    ['everything', (by) => by.clear()],
  ])('is tried again at once when %s was invalidated', async ([, invalidate]) => {
    await failOnce()
    await invalidate(twin)

    expect(await cache.getOrSet('a', () => 'loaded', options)).toBe('loaded')
  })

  it('is tried again by a forced refresh', async () => {
    let works = false
    const value = cache.define({
      key: () => 'a',
      load: () => {
        if (!works) throw down
        return 'loaded'
      },
      failureTtl: '20s',
    })
    await expect(value.get()).rejects.toBe(down)
    works = true
    await expect(value.get()).rejects.toMatchObject({ code: 'E_LOAD_FAILED', cause: down })

    expect(await value.refresh()).toBe('loaded')
    expect(await value.get()).toBe('loaded')
  })

  it('a value set by hand takes its place', async () => {
    await failOnce()
    await twin.set('a', 'by hand')

    expect(await cache.getOrSet('a', fails, options)).toBe('by hand')
  })

  it('fails a whole batch, once', async () => {
    loads = 0
    await expect(cache.getOrSetMany(['a', 'b'], fails, options)).rejects.toBe(down)
    await expect(twin.getOrSetMany(['a', 'b'], fails, options)).rejects.toMatchObject({
      code: 'E_LOAD_FAILED',
    })

    expect(loads).toBe(1)
  })

  it('of one key fails a call for many, and holds up nobody who asks for the others', async () => {
    await failOnce()
    const pairs = (keys: readonly string[]): [string, string][] =>
      keys.map((key) => [key, 'loaded'])
    await expect(cache.getOrSetMany(['a', 'b'], pairs, options)).rejects.toMatchObject({
      code: 'E_LOAD_FAILED',
      key: 'a',
    })

    expect(await twin.getOrSet('b', () => 'loaded by the other')).toMatch(/^loaded/)
  })

  it('of which its callers gave up is nobody else’s failure: whoever waits takes over', async () => {
    const giveUp = new AbortController()
    const held = new HeldLoad<string>()
    const first = rejectionOf(cache.getOrSet('a', held.load, { ...options, signal: giveUp.signal }))
    await held.started()
    const second = twin.getOrSet('a', () => 'second', options)
    await untilWaiting(twin, 1)
    giveUp.abort(new Error('client went away'))
    held.fail(new Error('aborted'))
    expect(await first).toMatchObject({ message: expect.stringContaining('client went away') })

    expect(await second).toBe('second')
  })

  describe('skip()', () => {
    it('lets those who come next load side by side, each process for itself, and stores nothing', async () => {
      await cache.getOrSet('a', ({ skip }) => (skip(), 'first'))
      const one = new HeldLoad<string>()
      const two = new HeldLoad<string>()
      const calls = [cache.getOrSet('a', one.load), twin.getOrSet('a', two.load)]
      await Promise.all([one.started(), two.started()])
      one.finish('one')
      two.finish('two')

      expect(await Promise.all(calls)).toEqual(['one', 'two'])
      expect(await cache.has('a')).toBe(false)
    })

    it('callers of one process who ask together share that load', async () => {
      await cache.getOrSet('a', ({ skip }) => (skip(), 'first'))
      const held = new HeldLoad<string>()
      const calls = Array.from({ length: 16 }, () => cache.getOrSet('a', held.load))
      await held.started()
      await untilJoined(cache, 15)
      held.finish('shared')

      expect(new Set(await Promise.all(calls))).toEqual(new Set(['shared']))
      expect(held.runs).toBe(1)
    })

    it('a caller who comes after such a load began does not share it', async () => {
      await cache.getOrSet('a', ({ skip }) => (skip(), 'first'))
      const held = new HeldLoad<string>()
      const before = cache.getOrSet('a', held.load)
      await held.started()
      await twin.invalidateTags(['anything'])
      const after = cache.getOrSet('a', held.load)
      await held.started(1)
      held.finish('new', 1)

      expect(await after).toBe('new')
      held.finish('old')
      expect(await before).toBe('old')
    })

    it('frees those who waited in another process all at once', async () => {
      const held = new HeldLoad<string>()
      const first = cache.getOrSet('a', async (context) => {
        context.skip()
        return await held.load(context)
      })
      await held.started()
      const own = new HeldLoad<string>()
      const waiting = Array.from({ length: 8 }, () => twin.getOrSet('a', own.load))
      await untilJoined(twin, 7)
      await untilWaiting(twin, 1)
      held.finish('first')
      await own.started()
      own.finish('own')

      expect(await first).toBe('first')
      expect(new Set(await Promise.all(waiting))).toEqual(new Set(['own']))
      expect(own.runs).toBe(1)
      expect(await twin.has('a')).toBe(false)
    })
  })
})

describe('what a failed load leaves', () => {
  let caches: FreshCaches

  beforeEach(() => {
    caches = new FreshCaches()
  })
  afterEach(async () => {
    await caches.close()
  })

  it.for<['200ms' | '5s', number]>([
    ['200ms', 200],
    ['5s', 5000],
  ])('stands for %s, no longer', async ([failureTtl, ms]) => {
    const cache = caches.open({ failureTtl })
    const twin = caches.open({ failureTtl })
    const fails = (): never => {
      throw down
    }
    await expect(cache.getOrSet('a', fails)).rejects.toBe(down)
    await caches.clock.advance(ms - 1)
    await expect(twin.getOrSet('a', fails)).rejects.toMatchObject({
      code: 'E_LOAD_FAILED',
      message: expect.stringContaining('may be made in 1ms'),
    })
    await caches.clock.advance(1)

    expect(await twin.getOrSet('a', () => 'loaded')).toBe('loaded')
  })

  it('a skipped load keeps nobody from storing for longer than a second', async () => {
    const cache = caches.open()
    await cache.getOrSet('a', ({ skip }) => (skip(), 'first'))
    await caches.clock.advance(999)
    await cache.getOrSet('a', () => 'second')
    expect(await cache.has('a')).toBe(false)
    await caches.clock.advance(1)
    await cache.getOrSet('a', () => 'third')

    expect(await cache.get('a')).toBe('third')
  })

  it("a caller whose own ttl is '0s' keeps nobody from storing", async () => {
    const cache = caches.open()
    await cache.getOrSet('a', () => 'first', '0s')
    await cache.getOrSet('a', () => 'second')

    expect(await cache.get('a')).toBe('second')
  })

  it('no error, and no timer for one, outlives its time or the cache', async () => {
    const cache = caches.open({ failureTtl: '5s' })
    const fails = (): never => {
      throw down
    }
    await expect(cache.getOrSet('a', fails)).rejects.toBe(down)
    expect(caches.clock.pending).toBe(1)
    await caches.clock.advance(5000)
    expect(caches.clock.pending).toBe(0)
    await expect(cache.getOrSet('a', fails)).rejects.toBe(down)
    await cache.close()

    expect(caches.clock.pending).toBe(0)
  })

  it('shows what was thrown, whatever it is', async () => {
    for (const [thrown, text] of [
      ['just text', 'just text'],
      [undefined, 'undefined'],
      [{ status: 503 }, '{"status":503}'],
      [Object.create(null), '{}'],
    ] as const) {
      const cache = caches.open({ failureTtl: '5s' })
      const key = `thrown ${text}`
      await expect(
        cache.getOrSet(key, () => {
          throw thrown
        }),
      ).rejects.toBe(thrown)
      await expect(cache.getOrSet(key, () => 1)).rejects.toThrow(`just now: ${text}.`)
    }
  })
})
