import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { HeldLoad, rejectionOf } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'

describe('maxConcurrentLoads', () => {
  let caches: FreshCaches
  let cache: Cache
  let twin: Cache
  let order: string[]

  beforeEach(() => {
    caches = new FreshCaches()
    cache = caches.open({ maxConcurrentLoads: 2 })
    twin = caches.open()
    order = []
  })
  afterEach(async () => {
    await caches.close()
  })

  /** One held load a key; `order` says when each began. */
  function holding(keys: readonly string[]): Map<string, HeldLoad<string>> {
    return new Map(keys.map((key) => [key, new HeldLoad<string>()]))
  }
  function ask(key: string, held: Map<string, HeldLoad<string>>, by = cache): Promise<string> {
    return by.getOrSet(key, async (context) => {
      order.push(key)
      return await (held.get(key) as HeldLoad<string>).load(context)
    })
  }

  it('lets so many run at once; the others wait in the order in which they came', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e']
    const held = holding(keys)
    const calls: Promise<string>[] = []
    for (const key of keys) {
      calls.push(ask(key, held))
      await caches.settle()
    }

    expect(order).toEqual(['a', 'b'])
    expect(await cache.stats()).toMatchObject({ loadsRunning: 2, loadsQueued: 3, loads: 2 })
    held.get('b')?.finish('B')
    await caches.settle()
    expect(order).toEqual(['a', 'b', 'c'])
    for (const key of keys) held.get(key)?.finish(key.toUpperCase())

    expect(await Promise.all(calls)).toEqual(['A', 'B', 'C', 'D', 'E'])
    expect(order).toEqual(keys)
    expect(await cache.stats()).toMatchObject({ loadsRunning: 0, loadsQueued: 0 })
  })

  it('a load that fails, or takes too long, gives its place to the next', async () => {
    const held = holding(['a', 'c'])
    const late = rejectionOf(
      cache.getOrSet('late', new HeldLoad<string>().load, { loadTimeout: '1s' }),
    )
    const failing = rejectionOf(ask('a', held))
    await caches.settle()
    const queued = [ask('c', held), cache.getOrSet('d', () => 'D')]
    await caches.settle()
    held.get('a')?.fail(new Error('down'))
    held.get('c')?.finish('C')
    expect(await failing).toMatchObject({ message: expect.stringContaining('down') })
    await caches.clock.advance(1000)

    expect(await late).toMatchObject({ code: 'E_LOAD_TIMEOUT' })
    expect(await Promise.all(queued)).toEqual(['C', 'D'])
    expect(await cache.stats()).toMatchObject({ loadsRunning: 0, loadsQueued: 0 })
  })

  it('keeps the lease of a queued load: no other process takes it over, however long it queues', async () => {
    const held = holding(['a', 'b', 'c'])
    const calls = ['a', 'b', 'c'].map((key) => ask(key, held))
    await caches.settle()
    const other = ask('c', held, twin)
    await caches.clock.advance(20_000)
    expect(order).toEqual(['a', 'b'])
    for (const key of ['a', 'b', 'c']) held.get(key)?.finish(key.toUpperCase())

    expect(await Promise.all(calls)).toEqual(['A', 'B', 'C'])
    expect(await other).toBe('C')
    expect(order).toEqual(['a', 'b', 'c'])
  })

  it('the time in the queue does not count as time of the load', async () => {
    const held = holding(['a', 'b', 'c'])
    const running = ['a', 'b'].map((key) => ask(key, held))
    await caches.settle()
    const queued = cache.getOrSet('c', (held.get('c') as HeldLoad<string>).load, {
      loadTimeout: '1s',
    })
    await caches.clock.advance(5000)
    held.get('a')?.finish('A')
    held.get('b')?.finish('B')
    await Promise.all(running)
    await caches.clock.advance(999)
    held.get('c')?.finish('C')

    expect(await queued).toBe('C')
  })

  it('callers share a queued load', async () => {
    const held = holding(['a', 'b', 'c'])
    const running = ['a', 'b'].map((key) => ask(key, held))
    await caches.settle()
    const queued = Array.from({ length: 8 }, () => ask('c', held))
    await caches.settle()
    expect((await cache.stats()).loadsQueued).toBe(1)
    for (const key of ['a', 'b', 'c']) held.get(key)?.finish(key)

    expect(new Set(await Promise.all(queued))).toEqual(new Set(['c']))
    await Promise.all(running)
    expect(order).toEqual(['a', 'b', 'c'])
  })

  it.for<[string, (by: Cache) => Promise<unknown>]>([
    ['its key', (by) => by.invalidate('c')],
    ['its tag', (by) => by.invalidateTags(['t'])],
  ])(
    '%s invalidated while it queues: whoever asked before or after gets what was loaded after it',
    async ([, invalidate]) => {
      const held = holding(['a', 'b'])
      const running = ['a', 'b'].map((key) => ask(key, held))
      await caches.settle()
      let source = 'old'
      const load = (): string => source
      const before = cache.getOrSet('c', load, { tags: ['t'] })
      await caches.settle()
      source = 'new'
      await invalidate(twin)
      const after = cache.getOrSet('c', load, { tags: ['t'] })
      const other = twin.getOrSet('c', load, { tags: ['t'] })
      await caches.settle()
      for (const key of ['a', 'b']) held.get(key)?.finish(key)

      expect(await Promise.all([before, after, other])).toEqual(['new', 'new', 'new'])
      expect(await twin.get('c')).toBe('new')
      await Promise.all(running)
      expect(await cache.stats()).toMatchObject({ loadsRunning: 0, loadsQueued: 0 })
    },
  )

  it('a load that nobody wants any more leaves the queue and never begins', async () => {
    const held = holding(['a', 'b', 'c', 'd'])
    const running = ['a', 'b'].map((key) => ask(key, held))
    await caches.settle()
    const giveUp = new AbortController()
    const given = cache.getOrSet('c', () => order.push('c'), { signal: giveUp.signal })
    await caches.settle()
    const last = ask('d', held)
    await caches.settle()
    giveUp.abort(new Error('client went away'))
    await expect(given).rejects.toThrow('client went away')
    await caches.settle()
    expect(await cache.stats()).toMatchObject({ loadsQueued: 1, loads: 2, loadErrors: 0 })
    for (const key of ['a', 'b', 'd']) held.get(key)?.finish(key)
    await Promise.all([...running, last])

    expect(order).toEqual(['a', 'b', 'd'])
    expect(await twin.getOrSet('c', () => 'free')).toBe('free')
  })

  it('a place that becomes free in the turn in which the next in the queue gives up is not lost', async () => {
    const held = holding(['a', 'b', 'd'])
    const running = ['a', 'b'].map((key) => ask(key, held))
    await caches.settle()
    const giveUp = new AbortController()
    const given = rejectionOf(cache.getOrSet('c', () => 'c', { signal: giveUp.signal }))
    await caches.settle()
    const last = ask('d', held)
    await caches.settle()
    held.get('a')?.finish('a')
    held.get('b')?.finish('b')
    giveUp.abort(new Error('client went away'))
    held.get('d')?.finish('d')
    await Promise.all([...running, last])
    expect(await given).toMatchObject({ message: 'client went away' })
    await caches.settle()

    expect(await cache.stats()).toMatchObject({ loadsRunning: 0, loadsQueued: 0 })
  })
})
