import { type ChangeTracker, trackChanges } from 'breakwater/data'
import { trackMongo } from 'breakwater/mongodb'
import { type CachedMongoose, cacheMongoose } from 'breakwater/mongoose'
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Model, Mongoose, Schema } from 'mongoose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { FreshCaches } from '../../cache/fresh-caches.ts'
import { type MongoStub, startMongoStub } from '../../servers/mongo-stub.ts'
import { type HistoryReader, type HistoryWriter, NOTHING_WRONG, playHistory } from '../history.ts'

interface Product {
  readonly _id: number
  readonly n: number
  readonly shop?: number
  readonly category?: number | { readonly _id: number; readonly name: string }
}

interface Category {
  readonly _id: number
  readonly name: string
}

let stub: MongoStub
let mongoose: Mongoose
let caches: FreshCaches
let cache: Cache
let tracker: ChangeTracker
let Products: Model<Product>
let Categories: Model<Category>
let cached: CachedMongoose['cached']
/** Whose products a request may see, as middleware adds it to every query. */
const tenant = new AsyncLocalStorage<number>()

beforeAll(async () => {
  stub = await startMongoStub()
})
afterAll(() => stub.stop())

beforeEach(async () => {
  const rows = [1, 2, 3, 4, 5].map((_id) => ({ _id, n: 0, shop: 1, category: 1 }))
  stub.collections.replace('shop.products', rows)
  stub.collections.replace('shop.categories', [{ _id: 1, name: 'a' }])
  caches = new FreshCaches()
  cache = caches.open()
  tracker = trackChanges(cache)
  mongoose = new Mongoose()
  mongoose.set('autoIndex', false)
  mongoose.set('autoCreate', false)
  cached = cacheMongoose(mongoose, { cache, tracker, ttl: '1h' }).cached
  Categories = mongoose.model<Category>('Category', new Schema({ _id: Number, name: String }))
  const schema = new Schema({
    _id: Number,
    n: Number,
    shop: Number,
    category: { type: Number, ref: 'Category' },
  })
  schema.pre(['find', 'findOne'], function () {
    const shop = tenant.getStore()
    if (shop !== undefined) void this.where({ shop })
  })
  Products = mongoose.model<Product>('Product', schema)
  await mongoose.connect(stub.url)
  trackMongo(mongoose.connection.getClient(), tracker)
  return async () => {
    await mongoose.disconnect()
    await caches.close()
  }
})

/** What reached the database while `work` ran, without the questions what a collection is. */
async function sentBy(work: () => Promise<unknown>): Promise<(string | undefined)[]> {
  const before = stub.commands.length
  await work()
  const names = stub.commands.slice(before).map((command) => Object.keys(command)[0])
  return names.filter((name) => name !== 'listCollections')
}

describe('cacheMongoose', () => {
  it('gives every caller documents of its own, of what was read once', async () => {
    const read = (): Promise<unknown> => cached(Products.findById(1))
    const first = await read()
    expect(await sentBy(read)).toEqual([])

    const second = await read()

    expect(second).toBeInstanceOf(Products)
    expect(second).not.toBe(first)
    expect((second as { toObject(): unknown }).toObject()).toEqual({
      _id: 1,
      n: 0,
      shop: 1,
      category: 1,
    })
  })

  it('adds a method to queries and aggregations', async () => {
    const query = (): PromiseLike<unknown> =>
      (Products.find({ n: 0 }).lean() as unknown as { cache(): PromiseLike<unknown> }).cache()
    const counts = (): Promise<unknown> => cached(Products.aggregate([{ $match: { n: 0 } }]))
    expect(await query()).toHaveLength(5)
    expect(await counts()).toHaveLength(5)

    expect(await sentBy(async () => [await query(), await counts()])).toEqual([])
  })

  it('caches counts and distinct values, too', async () => {
    const read = async (): Promise<unknown[]> => [
      await cached(Products.countDocuments({ n: 0 })),
      await cached(Products.estimatedDocumentCount()),
      await cached(Products.distinct('n')),
      await cached(Products.findOne({ _id: 99 })),
    ]
    expect(await read()).toEqual([5, 5, [0], null])
    expect(await sentBy(read)).toEqual([])
  })

  it('keeps a document until it is changed, however that is done', async () => {
    const read = async (id: number): Promise<number | undefined> =>
      (await cached(Products.findById(id).lean()))?.n
    expect([await read(1), await read(2)]).toEqual([0, 0])

    await Products.updateOne({ _id: 1 }, { $inc: { n: 1 } })
    expect(await read(1)).toBe(1)
    const product = await Products.findById(1)
    await product?.set({ n: 5 }).save()
    expect(await read(1)).toBe(5)
    await Products.collection.updateOne({ _id: 1 as never }, { $set: { n: 7 } })
    expect(await read(1)).toBe(7)

    expect(await sentBy(() => read(2))).toEqual([])
  })

  it('follows populated paths by the documents that they name', async () => {
    const read = async (): Promise<unknown> =>
      (await cached(Products.findById(1).populate('category').lean()))?.category
    expect(await read()).toMatchObject({ name: 'a' })
    expect(await sentBy(read)).toEqual([])

    await Categories.updateOne({ _id: 1 }, { name: 'b' })

    expect(await read()).toMatchObject({ name: 'b' })
    expect(await sentBy(read)).toEqual([])
    await Categories.create({ _id: 2, name: 'c' })
    expect(await sentBy(read)).toEqual([])
  })

  it('tells results apart by what middleware adds to a query', async () => {
    const of = (shop: number): Promise<unknown> =>
      tenant.run(shop, () => cached(Products.find().lean()))

    expect(await of(1)).toHaveLength(5)
    expect(await of(2)).toHaveLength(0)
  })

  it('leaves queries alone that nobody asked to cache, also those of middleware', async () => {
    const schema = new Schema({ _id: Number })
    schema.pre('find', async () => void (await Categories.find()))
    const Others = mongoose.model('Other', schema)
    stub.collections.replace('shop.others', [{ _id: 1 }])
    await cached(Others.find())

    expect(await sentBy(() => cached(Others.find()))).toEqual(['find'])
    expect(await sentBy(async () => [await Products.find(), await Products.find()])).toEqual([
      'find',
      'find',
    ])
  })

  it('asks the database within a transaction, and stores nothing of it', async () => {
    const list = (): Promise<unknown> => cached(Products.find({ n: 7 }).lean())
    await mongoose.connection.transaction(async (session) => {
      await Products.updateOne({ _id: 1 }, { n: 7 }, { session })
      expect(await cached(Products.find({ n: 7 }).session(session).lean())).toHaveLength(1)
      expect(await list()).toHaveLength(0)
    })

    expect(await list()).toHaveLength(1)
  })

  it('refuses to cache what changes something, and what is no query', async () => {
    const write = Products.updateOne({ _id: 1 }, { n: 1 })

    await expect(cached(write)).rejects.toThrow('find, findOne')
    await expect(cached(Promise.resolve(1))).rejects.toThrow('a query of this mongoose')
    const options = { cache, tracker }
    expect(() => cacheMongoose(mongoose, options)).toThrow('already')
    expect(() => cacheMongoose({} as never, options)).toThrow('mongoose, as it is imported')
    const other = new Mongoose()
    expect(() => cacheMongoose(other, { ...options, cache: {} as never })).toThrow('a cache')
  })
})

describe('a history on Mongoose', () => {
  it('shows no stale read, whoever writes and however', async () => {
    const add = { $inc: { n: 1 } }
    const rows: HistoryReader = {
      name: 'rows',
      read: async (ids) => {
        const found = await Promise.all(ids.map((id) => cached(Products.findById(id))))
        return new Map(found.flatMap((row) => (row === null ? [] : [[row._id, row.n]])))
      },
    }
    const list: HistoryReader = {
      name: 'list',
      read: async () => {
        const found = await cached(Products.find().populate('category').lean())
        return new Map(found.map(({ _id, n }) => [_id, n]))
      },
    }
    const writers: HistoryWriter[] = [
      {
        name: 'updateMany',
        write: async (ids) => void (await Products.updateMany({ _id: { $in: ids } }, add)),
      },
      {
        name: 'findOneAndUpdate',
        write: async (ids) => {
          for (const id of ids) await Products.findByIdAndUpdate(id, add)
        },
      },
      {
        name: 'save',
        write: async (ids) => {
          for (const id of ids) {
            const product = await Products.findById(id)
            await product?.set({ n: product.n + 1 }).save()
          }
        },
      },
      {
        name: 'bulkWrite',
        write: async (ids) =>
          void (await Products.bulkWrite(
            ids.map((_id) => ({ updateOne: { filter: { _id }, update: add } })),
          )),
      },
      {
        name: 'transaction',
        write: (ids) =>
          mongoose.connection.transaction(async (session) => {
            await Products.updateMany({ _id: { $in: ids } }, add, { session })
          }),
      },
      {
        name: 'transaction that fails',
        keeps: () => [],
        write: async (ids) => {
          const failing = mongoose.connection.transaction(async (session) => {
            await Products.updateMany({ _id: { $in: ids } }, add, { session })
            throw new Error('no')
          })
          await expect(failing).rejects.toThrow('no')
        },
      },
    ]

    const report = await playHistory({
      readers: [rows, list],
      writers,
      rows: 5,
      writes: 60,
      // The stub's transactions take over whole collections: they cannot run beside other writers.
      parallel: 1,
      truth: async () =>
        new Map(
          stub.collections.list('shop.products').map(({ _id, n }) => [_id as number, n as number]),
        ),
    })

    expect(report).toMatchObject(NOTHING_WRONG)
  })
})
