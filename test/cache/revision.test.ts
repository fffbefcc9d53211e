import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import type { Defined } from '../../src/cache/define.ts'
import type { Revision } from '../../src/cache/revision.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { HeldLoad, rejectionOf } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'
import { TESTED, type TestedStore } from './stores.ts'

interface Row {
  readonly version: number
  readonly price: number
}

function family(cache: Cache, load: () => Promise<Row> | Row = never): Defined<[number], Row> {
  return cache.define({
    key: (id: number) => ['product', id],
    load: async () => await load(),
    tags: ['products'],
    revision: (row) => row.version,
  })
}

function never(): never {
  throw new Error('Nothing was to be loaded.')
}

const old: Row = { version: 1, price: 100 }
const young: Row = { version: 2, price: 90 }

/** One of each way in which a store replaces what is there: in memory, by a script, by compare-and-swap, by renaming. */
const DIFFERENT = ['memory', 'redis', 'memcached', 'file']

describe.each(TESTED.filter(([name]) => DIFFERENT.includes(name)))(
  'set with a revision on %s',
  (_, start) => {
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

    it('of two writers the newer value stays, whichever comes last', async () => {
      const [one, two] = [family(cache), family(twin)]

      expect([await one.set(7, young), await two.set(7, old)]).toEqual([true, false])
      expect(await one.get(7)).toEqual(young)
      expect(await two.set(7, { version: 2, price: 91 })).toBe(true)
      expect(await one.set(7, { version: 3, price: 80 })).toBe(true)
      expect(await two.get(7)).toEqual({ version: 3, price: 80 })
    })

    it('many at once leave the newest', async () => {
      const versions = [3, 7, 1, 8, 2, 6, 4, 5]
      await Promise.all(
        versions.map((version, index) =>
          family(index % 2 === 0 ? cache : twin).set(7, { version, price: version }),
        ),
      )

      const left = await cache.get(family(cache).key(7))
      // Whoever was overtaken too often leaves nothing, and never something older.
      expect([undefined, 8]).toContain(left?.version)
    })

    it('overtakes a load that is running, as every set does', async () => {
      const held = new HeldLoad<Row>()
      const slow = cache.getOrSet('product:7', held.load)
      await held.started()
      expect(await family(twin).set(7, young)).toBe(true)
      held.finish(old)
      await slow

      expect(await twin.get('product:7')).toEqual(young)
    })

    it('is compared with nothing that was invalidated', async () => {
      const row = family(cache)
      await row.set(7, young)
      await twin.invalidateTags(['products'])

      expect(await row.set(7, old)).toBe(true)
      expect(await row.get(7)).toEqual(old)
    })
  },
)

describe('a revision', () => {
  let caches: FreshCaches
  let cache: Cache

  beforeEach(() => {
    caches = new FreshCaches()
    cache = caches.open()
  })
  afterEach(async () => {
    await caches.close()
  })

  function by(of: (value: unknown) => unknown): Defined<[], unknown> {
    return cache.define({
      key: () => 'a',
      load: never,
      revision: of as (value: unknown) => Revision,
    })
  }

  it.each<[string, unknown, unknown]>([
    ['numbers', 10, 9],
    ['bigints', 2n ** 64n + 1n, 2n ** 64n],
    ['a number and a bigint', 2n, 1],
    ['dates', new Date(10), new Date(9)],
  ])('may be made of %s', async (_, newer, older) => {
    const row = by((value) => value)
    await row.set(newer)

    expect(await row.set(older)).toBe(false)
    expect(await row.get()).toEqual(newer)
  })

  it.each<[unknown]>([['10'], [undefined], [NaN], [new Date(NaN)]])(
    'that is %j is refused, and leaves what is there',
    async (revision) => {
      await cache.set('a', 1)
      const row = by((value) => (value === 2 ? revision : 1))

      expect(await rejectionOf(row.set(2))).toMatchObject({
        code: 'E_OPTION',
        message: expect.stringContaining('BigInt(row.version)'),
      })
      expect(await cache.get('a')).toBe(1)
    },
  )

  it('is not asked of what a load brings: a load begins after every set that it does not lose to', async () => {
    const row = family(cache, () => old)
    await row.set(7, young)
    await row.invalidate(7)

    expect(await row.get(7)).toEqual(old)
  })

  it('a stale value counts: it is what readers would be given', async () => {
    const row = cache.define({
      key: () => 'a',
      load: () => young,
      ttl: '1s',
      stale: '1m',
      revision: ({ version }) => version,
    })
    await row.set(young)
    await caches.clock.advance(2000)

    expect(await row.set(old)).toBe(false)
    expect((await cache.lookup('a')).value).toEqual(young)
  })

  it('an expired value does not', async () => {
    const row = family(caches.open({ store: memory(), ttl: '1s' }))
    await row.set(7, young)
    await caches.clock.advance(2000)

    expect(await row.set(7, old)).toBe(true)
  })
})

describe('set with a revision on a near cache', () => {
  it('replaces the copy, or leaves it', async () => {
    const store = await (TESTED.find(([name]) => name === 'redis') ?? [])[1]?.()
    if (store === undefined) throw new Error('There is no Redis among the tested stores.')
    const row = family(store.open({ near: true }))
    await row.set(7, young)
    await row.get(7)

    expect(await row.set(7, { version: 3, price: 1 })).toBe(true)
    expect(await row.get(7)).toEqual({ version: 3, price: 1 })
    expect(await row.set(7, old)).toBe(false)
    expect(await row.get(7)).toEqual({ version: 3, price: 1 })
    await store.stop()
  })
})
