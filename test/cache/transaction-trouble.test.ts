import { describe, expect, it } from 'vitest'
import { CacheError } from '../../src/base/errors.ts'
import type { Cache } from '../../src/cache/cache.ts'
import type { AliasOptions } from '../../src/config/alias.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { type ChaosStore, chaosStore } from '../../src/testing/chaos-store.ts'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { recordingStore } from '../../src/testing/recording-store.ts'
import { gate } from './barrier.ts'
import { Database, KEY, prices, raise } from './price-database.ts'

describe('Cache.transaction when its process dies', () => {
  /** Two processes on one memory, in fake time; one dies by being closed in the middle of its transaction. */
  async function dying(
    timeout: '5s' | undefined,
  ): Promise<{ other: Cache; database: Database; clock: FakeClock }> {
    const clock = fakeClock()
    const definition = memory()
    const open = (): Cache => createCaches({ default: { store: definition, clock } }).default
    const [cache, other, database] = [open(), open(), new Database()]
    await prices(other, database)
    const committed = gate()
    void cache.transaction(
      async (work) => {
        await database.transaction(work)
        committed.open()
        // Between COMMIT and the invalidation.
        await new Promise<void>(() => {})
      },
      async (trx: { price: number }, changes) => {
        trx.price = 2
        await changes.invalidate(KEY)
        await changes.invalidateTags(['products'])
      },
      timeout === undefined ? {} : { timeout },
    )
    await committed.promise
    await cache.close()
    return { other, database, clock }
  }

  it('after the commit: its key is right at once, everything at its deadline, and cached again after it', async () => {
    const { other, database, clock } = await dying('5s')

    expect(await prices(other, database)).toEqual([2, 1])
    await clock.advance(4_999)
    expect(await prices(other, database)).toEqual([2, 1])
    expect(await other.get(KEY)).toBeUndefined()

    await clock.advance(1)

    expect(await prices(other, database)).toEqual([2, 2])
    expect([await other.get(KEY), await other.get('list')]).toEqual([2, 2])
  })

  it('its deadline is 30 seconds away unless said otherwise', async () => {
    const { other, database, clock } = await dying(undefined)

    await clock.advance(29_999)
    expect(await prices(other, database)).toEqual([2, 1])
    await clock.advance(1)

    expect(await prices(other, database)).toEqual([2, 2])
  })

  it('what it announced stands for as long as it lives, however long its work takes', async () => {
    const clock = fakeClock()
    const store = recordingStore(memory())
    const cache = createCaches({ default: { store, clock } }).default
    const database = new Database()
    await prices(cache, database)
    const slow = gate()
    const declared = gate()
    const running = cache.transaction(
      database,
      async (trx, changes) => {
        trx.price = 2
        await changes.invalidate(KEY)
        await changes.invalidateTags(['products'])
        declared.open()
        await slow.promise
      },
      { timeout: '3s' },
    )
    await declared.promise

    await clock.advance(60_000)
    expect(await prices(cache, database)).toEqual([1, 1])
    expect(await cache.get(KEY)).toBeUndefined()
    slow.open()
    await running
    const renewals = store.count('intend')
    await clock.advance(60_000)

    expect(await prices(cache, database)).toEqual([2, 2])
    expect(renewals).toBeGreaterThan(50)
    expect(store.count('intend')).toBe(renewals)
    expect(clock.pending).toBe(0)
  })
})

describe('Cache.transaction when the store is away', () => {
  function away(options: AliasOptions = {}): {
    cache: Cache
    store: ChaosStore
    database: Database
    errors: unknown[]
    clock: FakeClock
  } {
    const clock = fakeClock()
    const store = chaosStore(memory(), { seed: 1 })
    const cache = createCaches({ default: { store, clock, ...options } }).default
    const errors: unknown[] = []
    cache.on('error', ({ error }) => errors.push(error))
    return { cache, store, database: new Database(), errors, clock }
  }

  it('bypass: the transaction goes on, says that nothing was invalidated, and tells the error event', async () => {
    const { cache, store, database, errors } = away()
    store.down()

    const { applied } = await raise(cache, database, 2)

    expect([applied, database.price]).toEqual([false, 2])
    expect(errors.length).toBeGreaterThan(0)
    expect(errors.every((error) => error instanceof CacheError)).toBe(true)
  })

  it('bypass: back before the end, it is invalidated although it could not be announced', async () => {
    const { cache, store, database } = away()
    await prices(cache, database)
    store.down()

    const { applied } = await cache.transaction(database, async (trx, changes) => {
      trx.price = 2
      await changes.invalidate(KEY)
      await changes.invalidateTags(['products'])
      store.up()
    })

    expect(applied).toBe(true)
    expect(await prices(cache, database)).toEqual([2, 2])
  })

  it('throw: a declaration that fails is thrown to the work, and nothing is committed', async () => {
    const { cache, store, database } = away({ onOutage: 'throw' })
    store.down()

    await expect(raise(cache, database, 2)).rejects.toMatchObject({ code: 'E_STORE_DOWN' })

    expect([database.price, database.steps]).toEqual([1, ['begin', 'rollback']])
  })

  it('throw: nothing is committed either when the work did not wait for its declaration', async () => {
    const { cache, store, database } = away({ onOutage: 'throw' })
    store.down()

    const failed = cache.transaction(database, (trx, changes) => {
      trx.price = 2
      void changes.invalidate(KEY).catch(() => {})
    })

    await expect(failed).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
    expect(database.price).toBe(1)
  })

  it.for(['bypass', 'throw'] as const)(
    '%s: after the commit nothing is thrown; the intents invalidate when they are over',
    async (onOutage) => {
      const { cache, store, database, errors, clock } = away({ onOutage })
      await prices(cache, database)

      const { applied, result } = await cache.transaction(
        async (work) => {
          const done = await database.transaction(work)
          store.down()
          return done
        },
        async (trx: { price: number }, changes) => {
          trx.price = 2
          await changes.invalidate(KEY)
          await changes.invalidateTags(['products'])
          return 'done'
        },
      )
      store.up()

      expect([applied, result, database.price]).toEqual([false, 'done', 2])
      expect(errors.length).toBeGreaterThan(0)
      expect(await prices(cache, database)).toEqual([2, 1])
      await clock.advance(30_000)
      expect(await prices(cache, database)).toEqual([2, 2])
    },
  )

  it.for(['bypass', 'throw'] as const)(
    '%s: a rollback keeps its own error although the intents could not be withdrawn',
    async (onOutage) => {
      const { cache, store, database, clock } = away({ onOutage })
      await prices(cache, database)
      const error = new Error('mine')

      const failed = cache.transaction(database, async (_trx, changes) => {
        await changes.invalidate(KEY)
        store.down()
        throw error
      })

      await expect(failed).rejects.toBe(error)
      store.up()
      await clock.advance(30_000)
      expect(await prices(cache, database)).toEqual([1, 1])
      expect(await cache.get(KEY)).toBe(1)
    },
  )

  it('throw: a run whose declaration failed does not stand in the way of the next', async () => {
    const { cache, store, database } = away({ onOutage: 'throw' })
    await prices(cache, database)
    const twice = async <R>(work: (trx: { price: number }) => Promise<R>): Promise<R> => {
      store.down()
      await database.transaction(work).catch(() => {})
      store.up()
      return await database.transaction(work)
    }

    const { applied } = await cache.transaction(twice, async (trx, changes) => {
      trx.price = 2
      await changes.invalidate(KEY)
    })

    expect(applied).toBe(true)
    expect(database.steps).toEqual(['begin', 'rollback', 'begin', 'commit'])
    expect(await cache.getOrSet(KEY, () => database.price)).toBe(2)
  })

  it('inside another: what could not be invalidated at its end is at the end of the outer one, rolled back or not', async () => {
    const { cache, store, database } = away()
    await prices(cache, database)

    const failed = cache.transaction(new Database(), async () => {
      const inner = await cache.transaction(
        async (work) => {
          await database.transaction(work)
          store.down()
        },
        async (trx: { price: number }, changes) => {
          trx.price = 2
          await changes.invalidateTags(['products'])
        },
      )
      expect(inner.applied).toBe(false)
      store.up()
      throw new Error('the outer one fails')
    })

    await expect(failed).rejects.toThrow('the outer one fails')
    expect((await prices(cache, database))[1]).toBe(2)
  })

  it('a renewal that fails is tried again, and harms nobody', async () => {
    const { cache, store, database, clock } = away({ onOutage: 'throw' })
    await prices(cache, database)
    const declared = gate()
    const slow = gate()
    const running = cache.transaction(
      database,
      async (_trx, changes) => {
        await changes.invalidate(KEY)
        declared.open()
        await slow.promise
      },
      { timeout: '3s' },
    )
    await declared.promise
    store.down()
    await clock.advance(1_500)
    store.up()
    await clock.advance(2_500)

    expect(await prices(cache, database)).toEqual([1, 1])
    expect(await cache.get(KEY)).toBeUndefined()
    slow.open()
    expect((await running).applied).toBe(true)
  })

  it('an end does not overtake an announcement that is still on its way', async () => {
    const clock = fakeClock()
    const definition = memory()
    const slow = chaosStore(definition, { seed: 1, delayMs: 100, only: ['intend'] })
    const cache = createCaches({ default: { store: slow, clock } }).default
    const other = createCaches({ default: { store: definition, clock } }).default

    const failed = cache.transaction(new Database(), async (_trx, changes) => {
      void changes.invalidate(KEY)
      throw new Error('mine')
    })
    await Promise.all([expect(failed).rejects.toThrow('mine'), clock.advance(200)])

    expect(await other.getOrSet(KEY, () => 1, '1h')).toBe(1)
    expect(await other.get(KEY)).toBe(1)
  })

  it('a cache that was closed meanwhile fails nothing that is committed', async () => {
    const { cache, database, errors } = away()

    const { applied } = await cache.transaction(database, async (trx, changes) => {
      trx.price = 2
      await changes.invalidate(KEY)
      await cache.close()
    })

    expect([applied, database.price]).toEqual([false, 2])
    expect(errors).toMatchObject([{ code: 'E_CLOSED' }])
  })
})
