import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import type { Changes } from '../../src/cache/transaction.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { recordingStore } from '../../src/testing/recording-store.ts'
import { gate, HeldLoad } from './barrier.ts'
import { Database, KEY, prices, raise } from './price-database.ts'
import { TESTED, type TestedStore } from './stores.ts'

describe.each(TESTED)('Cache.transaction on %s', (_, openStore) => {
  let tested: TestedStore
  const db = (): Database => new Database()

  beforeAll(async () => {
    tested = await openStore()
  })
  afterEach(async () => {
    await tested.renew()
  })
  afterAll(async () => {
    await tested.stop()
  })

  it('invalidates what its work declared when it is committed, for every process', async () => {
    const [cache, other, database] = [tested.open(), tested.twin(), db()]
    expect(await prices(other, database)).toEqual([1, 1])

    const { applied } = await raise(cache, database, 2)

    expect(applied).toBe(true)
    expect(await prices(other, database)).toEqual([2, 2])
    expect(await other.get(KEY)).toBe(2)
  })

  it('answers what its work returned', async () => {
    const cache = tested.open()

    const { result } = await cache.transaction(db(), async (trx) => ({ was: trx.price }))

    expect(result).toEqual({ was: 1 })
  })

  it('invalidates nothing when its work fails, and throws its error as it is', async () => {
    const [cache, other, database] = [tested.open(), tested.twin(), db()]
    await prices(other, database)
    const error = new Error('out of stock')

    const failed = cache.transaction(database, async (trx, changes) => {
      trx.price = 2
      await changes.invalidate(KEY)
      await changes.invalidateTags(['products'])
      throw error
    })

    await expect(failed).rejects.toBe(error)
    expect(await other.get('list')).toBe(1)
    expect(await prices(other, database)).toEqual([1, 1])
    expect(await other.get(KEY)).toBe(1)
  })

  it('while it runs a declared key is loaded by whoever asks, and kept by nobody', async () => {
    const [cache, other, database] = [tested.open(), tested.twin(), db()]
    await prices(other, database)
    const seen: unknown[] = []

    await cache.transaction(database, async (trx, changes) => {
      trx.price = 2
      await changes.invalidate(KEY)
      seen.push(await other.getOrSet(KEY, () => database.price, '1h'))
      seen.push(await other.get(KEY), await other.get('list'))
    })

    expect(seen).toEqual([1, undefined, 1])
    expect(await prices(other, database)).toEqual([2, 1])
  })

  it('a load that began before the commit is not kept, whatever it was declared by', async () => {
    const [cache, other, database] = [tested.open(), tested.twin(), db()]
    const [slowKey, slowTag] = [new HeldLoad<number>(), new HeldLoad<number>()]
    const byKey = other.getOrSet(KEY, slowKey.load, '1h')
    const byTag = other.getOrSet('list', slowTag.load, { ttl: '1h', tags: ['products'] })
    await slowKey.started()
    await slowTag.started()

    await raise(cache, database, 2)
    slowKey.finish(1)
    slowTag.finish(1)

    expect([await byKey, await byTag]).toEqual([1, 1])
    expect(await prices(other, database)).toEqual([2, 2])
  })

  it('invalidates although the database failed, if the work had been done: it may be committed', async () => {
    for (const committed of [true, false]) {
      const [cache, other, database] = [tested.open(), tested.twin(), db()]
      await prices(other, database)
      const error = new Error('connection lost at COMMIT')
      database.failsAtCommit = { error, committed }

      await expect(raise(cache, database, 2)).rejects.toBe(error)

      expect(await other.get(KEY)).toBeUndefined()
      expect(await prices(other, database)).toEqual(committed ? [2, 2] : [1, 1])
      await tested.renew()
    }
  })

  it('a namespace and everything can be declared, and a key within a namespace', async () => {
    const [cache, other] = [tested.open(), tested.twin()]
    const users = other.namespace('users')
    const fill = async (): Promise<void> => {
      await users.set('ann', 1, { ttl: '1h' })
      await users.set('bob', 1, { ttl: '1h' })
      await other.set('ann', 1, { ttl: '1h' })
    }
    const left = async (): Promise<unknown[]> => [
      await users.get('ann'),
      await users.get('bob'),
      await other.get('ann'),
    ]

    await fill()
    await cache.transaction(db(), async (_trx, { namespace }) => {
      await namespace('users').invalidate('ann')
    })
    expect(await left()).toEqual([undefined, 1, 1])

    await fill()
    await cache.transaction(db(), async (_trx, { namespace }) => await namespace('users').clear())
    expect(await left()).toEqual([undefined, undefined, 1])

    await fill()
    await cache.transaction(db(), async (_trx, { clear }) => await clear())
    expect(await left()).toEqual([undefined, undefined, undefined])
  })

  it('of a namespace speaks of its keys, and of another version by name', async () => {
    const [cache, other] = [tested.open(), tested.twin()]
    await other.namespace('users').set('ann', 1, { ttl: '1h' })
    await other.set('ann', 1, { ttl: '1h', version: 2 })
    await other.set('ann', 1, { ttl: '1h' })

    await cache.namespace('users').transaction(db(), async (_trx, { invalidate }) => {
      await invalidate('ann')
    })
    await cache.transaction(db(), async (_trx, { invalidate }) => {
      await invalidate('ann', { version: 2 })
    })

    expect(await other.namespace('users').get('ann')).toBeUndefined()
    expect(await other.get('ann', undefined, { version: 2 })).toBeUndefined()
    expect(await other.get('ann')).toBe(1)
  })

  it('two at once on one key do not end each other', async () => {
    const [cache, other, database] = [tested.open(), tested.twin(), db()]
    await prices(other, database)
    const slow = gate()
    const declared = gate()
    const first = cache.transaction(database, async (trx, changes) => {
      await changes.invalidate(KEY)
      declared.open()
      await slow.promise
      trx.price = 3
    })
    await declared.promise

    await raise(other, database, 2)

    expect(await other.getOrSet(KEY, () => database.price, '1h')).toBe(2)
    expect(await other.get(KEY)).toBeUndefined()
    slow.open()
    await first
    expect(await other.getOrSet(KEY, () => database.price, '1h')).toBe(3)
    expect(await other.get(KEY)).toBe(3)
  })

  it('may be tried again by the database, and then invalidates what each run declared', async () => {
    const [cache, other, database] = [tested.open(), tested.twin(), db()]
    await other.set('first', 1, { ttl: '1h' })
    await other.set('second', 1, { ttl: '1h' })
    let run = 0

    const { result } = await cache.transaction(
      async (work) => {
        await database.transaction(work).catch(() => {})
        return await database.transaction(work)
      },
      async (_trx: unknown, changes) => {
        run++
        await changes.invalidate(run === 1 ? 'first' : 'second')
        if (run === 1) throw new Error('could not serialize')
        return run
      },
    )

    expect(result).toBe(2)
    expect(database.steps).toEqual(['begin', 'rollback', 'begin', 'commit'])
    expect([await other.get('first'), await other.get('second')]).toEqual([undefined, undefined])
    expect(await other.getOrSet('first', () => 2, '1h')).toBe(2)
    expect(await other.get('first')).toBe(2)
  })

  it('inside another: invalidates when its work is done, and again with the outer one', async () => {
    const [cache, other, database] = [tested.open(), tested.twin(), db()]
    await prices(other, database)
    const between: unknown[] = []

    await cache.transaction(database, async (trx) => {
      const inner = await raise(cache, database, 2)
      // It had a connection of its own, and is committed.
      between.push(inner.applied, await other.getOrSet(KEY, () => database.price, '1h'))
      between.push(await other.get(KEY), await other.get('list'))
      // What is loaded by its tag now may be from before the outer commit.
      await other.getOrSet('list', () => database.price, { ttl: '1h', tags: ['products'] })
      trx.price = 3
    })

    expect(between).toEqual([true, 2, undefined, undefined])
    expect(await prices(other, database)).toEqual([3, 3])
  })

  it('inside another that is rolled back: what may be committed is invalidated all the same', async () => {
    const [cache, other, database] = [tested.open(), tested.twin(), db()]
    await prices(other, database)

    const failed = cache.transaction(database, async () => {
      await raise(cache, database, 2)
      throw new Error('the outer one fails')
    })

    await expect(failed).rejects.toThrow('the outer one fails')
    expect(await prices(other, database)).toEqual([2, 2])
    expect(await other.get(KEY)).toBe(2)
  })

  it('inside another, rolled back to its savepoint: the outer one goes on and frees its keys at its end', async () => {
    const [cache, other, database] = [tested.open(), tested.twin(), db()]
    const savepoint = async <R>(work: (trx: string) => Promise<R>): Promise<R> => await work('sp')

    await cache.transaction(database, async () => {
      const failed = cache.transaction(savepoint, async (_trx, changes) => {
        await changes.invalidate(KEY)
        throw new Error('inner')
      })
      await expect(failed).rejects.toThrow('inner')
    })

    expect(await other.getOrSet(KEY, () => 5, '1h')).toBe(5)
    expect(await other.get(KEY)).toBe(5)
  })

  it('inside another, work that goes on after its end is the outer one’s', async () => {
    const [cache, other, database] = [tested.open(), tested.twin(), db()]
    await other.set(KEY, 1, { ttl: '1h' })
    const savepoint = async <R>(work: (trx: string) => Promise<R>): Promise<R> => await work('sp')
    const during: unknown[] = []

    await cache.transaction(database, async (trx) => {
      let inner: Changes | undefined
      await cache.transaction(savepoint, async (_trx, changes) => {
        inner = changes
      })
      await inner?.invalidate(KEY)
      during.push(await other.getOrSet(KEY, () => database.price, '1h'))
      trx.price = 2
    })

    expect(during).toEqual([1])
    expect(await other.getOrSet(KEY, () => database.price, '1h')).toBe(2)
  })

  it('work that goes on after the end invalidates at once', async () => {
    const [cache, other] = [tested.open(), tested.twin()]
    await other.set(KEY, 1, { ttl: '1h' })
    const goOn = gate()
    let late: Promise<void> | undefined

    await cache.transaction(db(), async (_trx, changes) => {
      late = goOn.promise.then(async () => await changes.invalidate(KEY))
    })
    expect(await other.get(KEY)).toBe(1)
    goOn.open()
    await late

    expect(await other.get(KEY)).toBeUndefined()
    expect(await other.getOrSet(KEY, () => 2, '1h')).toBe(2)
    expect(await other.get(KEY)).toBe(2)
  })

  it('does not commit before everything is announced, also what its work did not wait for', async () => {
    const [cache, other, database] = [tested.open(), tested.twin(), db()]
    await other.set(KEY, 1, { ttl: '1h' })
    let atCommit: unknown

    await cache.transaction(
      async (work) => {
        await database.transaction(work)
        atCommit = await other.getOrSet(KEY, () => 'bypassed', '1h')
        atCommit = [atCommit, await other.get(KEY)]
      },
      async (_trx: unknown, changes) => {
        // eslint-disable-next-line typescript/no-floating-promises
        changes.invalidate(KEY)
      },
    )

    expect(atCommit).toEqual(['bypassed', undefined])
  })
})

describe('Cache.transaction', () => {
  const open = (): { cache: Cache; store: ReturnType<typeof recordingStore> } => {
    const store = recordingStore(memory())
    return { cache: createCaches({ default: { store } }).default, store }
  }

  it('costs one round trip for each declaration and one at its end; nothing when nothing is declared', async () => {
    const { cache, store } = open()

    await cache.transaction(new Database(), async () => {})
    expect(store.acts).toEqual([])

    await cache.transaction(new Database(), async (_trx, changes) => {
      await changes.invalidate(KEY)
      await changes.invalidate(KEY)
      await changes.invalidateTags(['a', 'b'])
      await changes.invalidateTags([])
    })
    const acts = store.acts.map(({ act, keys }) => [act, ...keys].join(' '))
    expect(acts.slice(0, 2)).toEqual(['intend default:1:product:7', 'intend t:a t:b'])
    expect(acts.slice(2).toSorted()).toEqual(['bump t:a t:b', 'remove default:1:product:7'])
  })

  it('withdraws on rollback in one call', async () => {
    const { cache, store } = open()

    const failed = cache.transaction(new Database(), async (_trx, changes) => {
      await changes.invalidateTags(['a'])
      await changes.invalidate(KEY)
      throw new Error('no')
    })

    await expect(failed).rejects.toThrow('no')
    expect(store.acts.at(-1)).toMatchObject({
      act: 'withdraw',
      keys: ['default:1:product:7', 't:a'],
    })
    expect(store.count('remove') + store.count('bump')).toBe(0)
  })

  it('tells listeners and counters what was invalidated', async () => {
    const { cache } = open()
    const told: unknown[] = []
    cache.on('invalidate', ({ key, fields }) => told.push(key ?? fields))

    await raise(cache, new Database(), 2)

    expect(told).toEqual(['product:7', ['t:products']])
    expect((await cache.stats()).invalidations).toBe(2)
  })

  it('takes the ways in which databases run transactions', async () => {
    const { cache } = open()
    const database = new Database()
    const work = async (trx: { price: number }): Promise<number> => trx.price
    const prisma = { $transaction: database.transaction.bind(database) }
    const knex = Object.assign(() => 'a query', {
      transaction: database.transaction.bind(database),
    })

    expect((await cache.transaction(database, work)).result).toBe(1)
    expect((await cache.transaction(prisma, work)).result).toBe(1)
    expect((await cache.transaction(knex, work)).result).toBe(1)
    expect((await cache.transaction((run) => database.transaction(run), work)).result).toBe(1)
    // Some resolve with nothing.
    const silent = async (run: (trx: { price: number }) => Promise<unknown>): Promise<void> => {
      await database.transaction(run)
    }
    expect((await cache.transaction(silent, work)).result).toBe(1)
  })

  it('believes a transaction that resolves although its work failed', async () => {
    const { cache } = open()
    await cache.set(KEY, 1, { ttl: '1h' })

    const { result, applied } = await cache.transaction(
      async (run: (trx: undefined) => Promise<unknown>) =>
        await run(undefined).catch(() => 'saved'),
      async (_trx, changes) => {
        await changes.invalidate(KEY)
        throw new Error('no')
      },
    )

    expect([result, applied]).toEqual(['saved', true])
    expect(await cache.get(KEY)).toBeUndefined()
  })

  it('inside one of another alias is a transaction of its own', async () => {
    const caches = createCaches({ default: {}, pages: {} })
    await caches.default.set('a', 1, { ttl: '1h' })
    await caches.pages.set('a', 1, { ttl: '1h' })
    const during: unknown[] = []

    await caches.default.transaction(new Database(), async (_trx, outer) => {
      await outer.invalidate('a')
      await caches.pages.transaction(new Database(), async (_inner, changes) => {
        await changes.invalidate('a')
      })
      during.push(await caches.pages.getOrSet('a', () => 2, '1h'), await caches.pages.get('a'))
    })

    expect(during).toEqual([2, 2])
    expect(await caches.default.get('a')).toBeUndefined()
  })

  it('refuses what it cannot work with, before anything begins', async () => {
    const { cache } = open()
    const database = new Database()
    const work = async (): Promise<void> => {}
    const refused: readonly (readonly [Promise<unknown>, string])[] = [
      [cache.transaction({} as never, work), 'tx'],
      [cache.transaction(undefined as never, work), 'tx'],
      [cache.transaction(database, 'work' as never), 'fn'],
      [cache.transaction(database, work, { timeout: '0s' }), 'timeout'],
      [cache.transaction(database, work, { timeout: 'forever' }), 'timeout'],
      [cache.transaction(database, work, { timeout: 30 as never }), 'timeout'],
      [cache.transaction(database, work, { timout: '3s' } as never), 'timout'],
    ]

    for (const [call, option] of refused) {
      await expect(call).rejects.toMatchObject({ code: 'E_OPTION' })
      await expect(call).rejects.toThrow(option)
    }
    expect(database.steps).toEqual([])
  })

  it('refuses a transaction that never calls its work', async () => {
    const { cache } = open()
    const builder = { transaction: () => ({ execute: () => {} }) as never }

    await expect(cache.transaction(builder, async () => {})).rejects.toThrow(
      'calls the work it is given',
    )
  })

  it('a bad key or tag is thrown to the work, and nothing is committed', async () => {
    const { cache } = open()
    const database = new Database()

    for (const bad of [
      cache.transaction(database, async (_trx, { invalidate }) => await invalidate('')),
      cache.transaction(database, async (_trx, { invalidateTags }) => await invalidateTags([''])),
      cache.transaction(database, async (_trx, { namespace }) => await namespace('').clear()),
    ])
      await expect(bad).rejects.toMatchObject({ code: 'E_KEY' })
    expect(database.steps.filter((step) => step === 'commit')).toEqual([])
  })
})
