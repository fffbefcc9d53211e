import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { HeldLoad, rejectionOf, untilJoined, untilWaiting } from './barrier.ts'
import { lacks, TESTED, type TestedStore } from './stores.ts'

describe.each(TESTED)('getOrSet on %s', (name, start) => {
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

  describe('storing', () => {
    it('loads once and keeps the value, with its ttl and tags', async () => {
      let loads = 0
      const load = (): { n: number } => ({ n: ++loads })

      expect(await cache.getOrSet('a', load, { ttl: '1h', tags: ['t'] })).toEqual({ n: 1 })
      expect(await cache.getOrSet('a', load)).toEqual({ n: 1 })
      expect(await twin.lookup('a')).toMatchObject({ hit: true, value: { n: 1 }, tags: ['t'] })
    })

    it("takes just a ttl, and stores nothing with '0s'", async () => {
      let loads = 0
      await cache.getOrSet('a', () => ++loads, '1h')
      await cache.getOrSet('b', () => ++loads, '0s')

      expect(await cache.ttl('a')).toBeGreaterThan(3_500_000)
      expect(await cache.has('b')).toBe(false)
    })

    it.for([null, undefined, 0, '', false])('keeps a loaded %j', async (value) => {
      let loads = 0
      const load = (): unknown => {
        loads++
        return value
      }
      await cache.getOrSet('a', load)

      expect(await cache.getOrSet('a', load)).toBe(value)
      expect(loads).toBe(1)
    })

    it('lets the loader add tags, change the ttl, and refuse to store', async () => {
      await cache.getOrSet('a', ({ tag, ttl }) => {
        tag('late', 'later')
        ttl('2h')
        return 1
      })
      await cache.getOrSet('b', ({ skip }) => {
        skip('not today')
        return 2
      })

      expect(await cache.lookup('a')).toMatchObject({ tags: ['late', 'later'] })
      expect(await cache.ttl('a')).toBeGreaterThan(7_100_000)
      expect(await cache.has('b')).toBe(false)
      await twin.invalidateTags(['late'])
      expect(await cache.has('a')).toBe(false)
    })

    it('gives back a value that cannot be stored, and says so', async () => {
      const refused: string[] = []
      cache.on('refuse', ({ reason }) => refused.push(reason))
      const warned: string[] = []
      const listen = (warning: Error): unknown => warned.push(warning.message)
      process.on('warning', listen)

      const value = await cache.getOrSet('a', () => ({ close: () => 'function' }))
      await new Promise((resolve) => setImmediate(resolve))
      process.off('warning', listen)

      expect(value.close()).toBe('function')
      expect(refused).toHaveLength(1)
      expect(refused[0]).toContain('close')
      expect(warned.join()).toContain("'a'")
      expect(await cache.has('a')).toBe(false)
    })
  })

  describe('one load for all', () => {
    it('64 callers in one process make one load', async () => {
      const held = new HeldLoad<string>()
      const callers = Array.from({ length: 64 }, () => cache.getOrSet('a', held.load))
      await held.started()
      await untilJoined(cache, 63)
      held.finish('value')

      expect(new Set(await Promise.all(callers))).toEqual(new Set(['value']))
      expect(held.runs).toBe(1)
      expect((await cache.stats()).loads).toBe(1)
    })

    it('callers in two processes make one load, and the waiters get it when it is stored', async () => {
      const held = new HeldLoad<string>()
      const first = cache.getOrSet('a', held.load)
      await held.started()
      const others = Array.from({ length: 16 }, () => twin.getOrSet('a', () => 'second load'))
      await untilJoined(twin, 15)
      await untilWaiting(twin, 1)
      held.finish('value')

      expect(await first).toBe('value')
      expect(new Set(await Promise.all(others))).toEqual(new Set(['value']))
    })

    it("callers who share a load cannot change each other's value", async () => {
      const held = new HeldLoad<{ list: number[] }>()
      const callers = Array.from({ length: 3 }, () => cache.getOrSet('a', held.load))
      await held.started()
      await untilJoined(cache, 2)
      held.finish({ list: [1] })
      const [a, b] = await Promise.all(callers)
      try {
        a?.list.push(2)
      } catch {
        // Frozen: as good as a copy.
      }

      expect(b).toEqual({ list: [1] })
      expect(await cache.get('a')).toEqual({ list: [1] })
    })

    it('gives a failure to all who share the load, as it is, and stores nothing', async () => {
      const held = new HeldLoad<string>()
      const failure = new TypeError('the database is down')
      const callers = Array.from({ length: 8 }, () => cache.getOrSet('a', held.load))
      await held.started()
      await untilJoined(cache, 7)
      held.fail(failure)

      const results = await Promise.allSettled(callers)
      expect(
        results.every((result) => result.status === 'rejected' && result.reason === failure),
      ).toBe(true)
      expect(held.runs).toBe(1)
      expect(await cache.getOrSet('a', () => 'works again')).toBe('works again')
    })

    it('a failed load in one process fails at once for those who wait in another; the next one loads', async () => {
      const held = new HeldLoad<string>()
      const first = rejectionOf(cache.getOrSet('a', held.load))
      await held.started()
      const second = rejectionOf(twin.getOrSet('a', () => 'second'))
      await untilWaiting(twin, 1)
      held.fail(new TypeError('no'))

      expect(await first).toMatchObject({ message: expect.stringContaining('no') })
      expect(await second).toMatchObject({
        code: 'E_LOAD_FAILED',
        key: 'a',
        message: expect.stringContaining('TypeError: no'),
      })
      expect(await twin.getOrSet('a', () => 'next')).toBe('next')
    })

    it('a caller who gives up does not take the load from the others', async () => {
      const held = new HeldLoad<string>()
      const giveUp = new AbortController()
      const first = cache.getOrSet('a', held.load, { signal: giveUp.signal })
      const second = cache.getOrSet('a', held.load)
      await held.started()
      await untilJoined(cache, 1)
      giveUp.abort(new Error('client went away'))
      await expect(first).rejects.toThrow('client went away')
      held.finish('value')

      expect(await second).toBe('value')
      expect(held.signals[0]?.aborted).toBe(false)
    })

    it('when the last caller gives up, the loader is told', async () => {
      const held = new HeldLoad<string>()
      const giveUp = new AbortController()
      const only = cache.getOrSet('a', held.load, { signal: giveUp.signal })
      await held.started()
      giveUp.abort(new Error('client went away'))

      await expect(only).rejects.toThrow('client went away')
      expect(held.signals[0]?.aborted).toBe(true)
      held.finish('late')
    })
  })

  describe('invalidation while loading', () => {
    it.for<[string, (cache: Cache) => Promise<unknown>]>([
      ['its key', (by) => by.invalidate('a')],
      ['its key, deleted', (by) => by.delete('a')],
      ['its tag', (by) => by.invalidateTags(['t'])],
      ['everything', (by) => by.clear()],
      ['its key, set by hand', (by) => by.set('a', 'by hand')],
    ])(
      '%s: what was read before is never stored, by this process or another',
      async ([, invalidate]) => {
        for (const by of [cache, twin]) {
          const held = new HeldLoad<string>()
          const reader = cache.getOrSet('a', held.load, { tags: ['t'] })
          await held.started()
          await invalidate(by)
          held.finish('old')
          await reader

          expect(await cache.get('a')).not.toBe('old')
          expect(await twin.getOrSet('a', () => 'new', { tags: ['t'] })).not.toBe('old')
          await cache.delete('a')
        }
      },
    )

    it('a tag that the loader adds at the end counts from the beginning', async () => {
      const held = new HeldLoad<string>()
      const reader = cache.getOrSet('a', async (context) => {
        const value = await held.load(context)
        context.tag('late')
        return value
      })
      await held.started()
      await twin.invalidateTags(['late'])
      held.finish('old')
      await reader

      expect(await cache.get('a')).toBeUndefined()
    })

    it('a reader that begins after a tag was invalidated never shares a load that adds this tag only later', async () => {
      for (const [reader, key] of [
        [cache, 'a'],
        [twin, 'b'],
      ] as const) {
        const held = new HeldLoad<string>()
        const before = cache.getOrSet(key, async (context) => {
          const value = await held.load(context)
          context.tag('late')
          return value
        })
        await held.started()
        await twin.invalidateTags(['late'])
        const after = reader.getOrSet(key, () => 'new')
        await expect.poll(() => reader.stats().then(({ misses }) => misses)).toBeGreaterThan(0)
        held.finish('old')

        expect(await before).toBe('old')
        expect(await after).toBe('new')
      }
    })

    it('a reader that begins after an invalidation never gets what its process had begun to wait for before it', async () => {
      for (const [index, tags] of [[], ['t']].entries()) {
        const key = `waited for ${index}`
        const held = new HeldLoad<string>()
        const loading = cache.getOrSet(key, held.load, { tags: ['t'] })
        await held.started()
        const { waits } = await twin.stats()
        const before = twin.getOrSet(key, () => 'new', { tags })
        await untilWaiting(twin, waits + 1)
        await cache.invalidateTags(['t'])
        const after = twin.getOrSet(key, () => 'new', { tags })
        await twin.get('never there')
        held.finish('old')

        expect(await loading).toBe('old')
        expect(await after).toBe('new')
        await before
      }
    })

    it('a namespace cleared while its entry loads keeps the load out', async () => {
      const tenant = cache.namespace('tenant')
      const held = new HeldLoad<string>()
      const reader = tenant.getOrSet('a', held.load)
      await held.started()
      await twin.namespace('tenant').clear()
      held.finish('old')
      await reader

      expect(await tenant.get('a')).toBeUndefined()
    })

    it('a reader that begins after an invalidation never joins a load that began before it', async () => {
      for (const invalidate of [() => twin.invalidate('a'), () => twin.invalidateTags(['t'])]) {
        const held = new HeldLoad<string>()
        const before = cache.getOrSet('a', held.load, { tags: ['t'] })
        await held.started()
        await invalidate()
        const after = cache.getOrSet('a', held.load, { tags: ['t'] })
        await held.started(1)
        held.finish('new', 1)

        expect(await after).toBe('new')
        held.finish('old')
        await before
        expect(await cache.get('a')).toBe('new')
        await cache.delete('a')
      }
    })

    it('tells the overtaken loader to stop where it can, and refuses what it brings', async () => {
      const held = new HeldLoad<string>()
      const reader = cache.getOrSet('a', held.load)
      await held.started()
      await twin.invalidate('a')
      if (!lacks(name, 'pushWake')) await expect.poll(() => held.signals[0]?.aborted).toBe(true)
      held.finish('old')

      expect(await reader).toBe('old')
      expect(await twin.get('a')).toBeUndefined()
    })

    it('a loader that stops when told loads again for those who wait; where nobody tells it, it runs to its end', async () => {
      let runs = 0
      const held = new HeldLoad<string>()
      const reader = cache.getOrSet('a', async ({ signal }) => {
        if (++runs > 1) return 'new'
        held.finish('started')
        return await new Promise<string>((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error))
          if (lacks(name, 'pushWake')) setTimeout(() => resolve('old'), 100)
        })
      })
      await expect.poll(() => runs).toBe(1)
      await twin.invalidate('a')

      const told = !lacks(name, 'pushWake')
      expect(await reader).toBe(told ? 'new' : 'old')
      expect(await twin.get('a')).toBe(told ? 'new' : undefined)
    })
  })

  describe('nested loads', () => {
    it('the same key inside its own loader is loaded, not waited for', async () => {
      const value = await cache.getOrSet('a', async () => {
        return `outer ${await cache.getOrSet('a', () => 'inner')}`
      })

      expect(value).toBe('outer inner')
    })

    it("two loaders that need each other's key do not wait for ever", async () => {
      const bothBegun = new HeldLoad<void>()
      let begun = 0
      const meet = async (): Promise<void> => {
        if (++begun === 2) bothBegun.finish()
        await bothBegun.load({ signal: new AbortController().signal }).catch(() => {})
      }
      void meet
      const a = cache.getOrSet(
        'a',
        async () =>
          `a(${await cache.getOrSet('b', async () => `b(${await cache.getOrSet('a', () => 'a')})`)})`,
      )
      const b = cache.getOrSet(
        'b',
        async () =>
          `b(${await cache.getOrSet('a', async () => `a(${await cache.getOrSet('b', () => 'b')})`)})`,
      )

      expect(typeof (await a)).toBe('string')
      expect(typeof (await b)).toBe('string')
    })
  })

  describe('getOrSetMany', () => {
    it('loads what is missing with one call, keeps it, and leaves out what the loader leaves out', async () => {
      await cache.set('a', 'A')
      const asked: string[][] = []
      const load = (keys: readonly string[]): Map<string, string> => {
        asked.push([...keys])
        return new Map(keys.filter((key) => key !== 'gone').map((key) => [key, key.toUpperCase()]))
      }

      const found = await cache.getOrSetMany(['a', 'b', 'c', 'gone'], load, '1h')

      expect(found).toEqual(
        new Map([
          ['a', 'A'],
          ['b', 'B'],
          ['c', 'C'],
        ]),
      )
      expect(asked.map((keys) => keys.toSorted())).toEqual([['b', 'c', 'gone']])
      expect(await twin.getMany(['b', 'c', 'gone'])).toEqual(
        new Map([
          ['b', 'B'],
          ['c', 'C'],
        ]),
      )
    })

    it('shares the loads of others and loads only the rest', async () => {
      const held = new HeldLoad<string>()
      const single = cache.getOrSet('a', held.load)
      await held.started()
      const asked: string[][] = []
      const many = cache.getOrSetMany(['a', 'b'], (keys) => {
        asked.push([...keys])
        return keys.map((key) => [key, `many ${key}`] as const)
      })
      await expect.poll(() => asked.length).toBe(1)
      held.finish('single')

      expect(await single).toBe('single')
      expect(await many).toEqual(
        new Map([
          ['a', 'single'],
          ['b', 'many b'],
        ]),
      )
      expect(asked).toEqual([['b']])
    })
  })

  describe('define', () => {
    it('gives one handle for key, load, ttl and tags', async () => {
      const prices = new Map([[7, 100]])
      const product = cache.define({
        key: (id: number) => ['product', id],
        load: (id: number) => ({ id, price: prices.get(id) }),
        ttl: '1h',
        tags: (id: number) => [`product:${id}`],
      })

      expect(await product.get(7)).toEqual({ id: 7, price: 100 })
      prices.set(7, 90)
      expect(await product.get(7)).toEqual({ id: 7, price: 100 })
      expect(await product.refresh(7)).toEqual({ id: 7, price: 90 })
      expect(await twin.get('product:7')).toEqual({ id: 7, price: 90 })
      await product.set(7, { id: 7, price: 80 })
      expect(await cache.get(product.key(7))).toEqual({ id: 7, price: 80 })
      await twin.invalidateTags(['product:7'])
      expect(await product.get(7)).toEqual({ id: 7, price: 90 })
      prices.set(7, 70)
      await product.invalidate(7)
      expect(await product.getMany([[7], [8]])).toEqual([
        { id: 7, price: 70 },
        { id: 8, price: undefined },
      ])
    })

    it('a stored value of another shape is a miss', async () => {
      await cache.set('user:1', { name: 'old shape' })
      const user = cache.define({
        key: (id: number) => ['user', id],
        load: (id: number) => ({ id, email: 'a@b.c' }),
        schema: {
          '~standard': {
            validate: (value) =>
              typeof value === 'object' && value !== null && 'email' in value
                ? {}
                : { issues: [{ message: 'no email' }] },
          },
        },
      })

      expect(await user.get(1)).toEqual({ id: 1, email: 'a@b.c' })
      expect(await cache.get('user:1')).toEqual({ id: 1, email: 'a@b.c' })
    })

    it('memoize puts the function in front', async () => {
      let runs = 0
      const square = cache.memoize((n: number) => ({ square: n * n, run: ++runs }), {
        key: (n) => ['square', n],
      })

      expect([await square(3), await square(3)]).toEqual([
        { square: 9, run: 1 },
        { square: 9, run: 1 },
      ])
      await square.invalidate(3)
      expect(await square(3)).toEqual({ square: 9, run: 2 })
      expect(square.keyFor(3)).toBe('square:3')
    })
  })
})
