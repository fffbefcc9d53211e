import { cachedCollection, trackMongo } from 'breakwater/mongodb'
import { cacheMongoose } from 'breakwater/mongoose'
import { BSON, MongoClient } from 'mongodb'
import { Mongoose, Schema } from 'mongoose'
import { startMongoStub } from '../../servers/mongo-stub.ts'
import { describeShared } from './shared-table.ts'

interface Document {
  readonly _id: number
  readonly n: number
}
const byDocument = (found: readonly Document[]): Map<number, number> =>
  new Map(found.map(({ _id, n }) => [_id, n]))
const add = { $inc: { n: 1 } }

describeShared('mongodb', async ({ cache, tracker, processesOn, said }) => {
  const stub = await startMongoStub()
  const client = trackMongo(new MongoClient(stub.url), tracker)
  const items = client.db().collection<Document>('items')
  const cached = cachedCollection(items, { cache, tracker, bson: BSON, ttl: '1h' })
  const untracked = new MongoClient(stub.url)
  const named = (ids: readonly number[]): object => ({ _id: { $in: [...ids] } })
  return {
    readers: [
      {
        name: 'a document',
        read: async (ids) => {
          const found = await Promise.all(ids.map((_id) => cached.findOne({ _id })))
          return byDocument(found as unknown as Document[])
        },
      },
      {
        name: 'a list',
        read: async () => byDocument((await cached.find().toArray()) as unknown as Document[]),
      },
    ],
    writers: [
      { name: 'an update', write: async (ids) => void (await items.updateMany(named(ids), add)) },
      {
        name: 'a client that is not tracked, and says so',
        write: async (ids) => {
          await untracked.db().collection('items').updateMany(named(ids), add)
          await said(ids)
        },
      },
    ],
    processes: processesOn(stub.url),
    truth: async () => byDocument(stub.collections.list('shop.items') as unknown as Document[]),
    reset: async () => stub.collections.replace('shop.items', documents()),
    // The stub's transactions take over whole collections: they cannot run beside other writers.
    parallel: 1,
    close: async () => {
      await Promise.all([client.close(), untracked.close()])
      await stub.stop()
    },
  }
})

describeShared('Mongoose', async ({ cache, tracker, processesOn, said }) => {
  const stub = await startMongoStub()
  const mongoose = new Mongoose()
  mongoose.set('autoIndex', false)
  mongoose.set('autoCreate', false)
  const { cached } = cacheMongoose(mongoose, { cache, tracker, ttl: '1h' })
  const Item = mongoose.model('Item', new Schema<Document>({ _id: Number, n: Number }))
  await mongoose.connect(stub.url)
  trackMongo(mongoose.connection.getClient(), tracker)
  const untracked = new MongoClient(stub.url)
  return {
    readers: [
      {
        name: 'a document',
        read: async (ids) => {
          const found = await Promise.all(ids.map((id) => cached(Item.findById(id))))
          return byDocument(found as unknown as Document[])
        },
      },
      {
        name: 'a list',
        read: async () => byDocument(await cached(Item.find().lean())),
      },
    ],
    writers: [
      {
        name: 'save',
        write: async (ids) => {
          for (const id of ids) {
            const item = await Item.findById(id)
            await item?.set({ n: item.n + 1 }).save()
          }
        },
      },
      {
        name: 'a client that is not tracked, and says so',
        write: async (ids) => {
          const named = { _id: { $in: [...ids] as never[] } }
          await untracked.db().collection('items').updateMany(named, add)
          await said(ids)
        },
      },
    ],
    processes: processesOn(stub.url),
    truth: async () => byDocument(stub.collections.list('shop.items') as unknown as Document[]),
    reset: async () => stub.collections.replace('shop.items', documents()),
    parallel: 1,
    close: async () => {
      await Promise.all([mongoose.disconnect(), untracked.close()])
      await stub.stop()
    },
  }
})

function documents(): { _id: number; n: number }[] {
  return [1, 2, 3, 4, 5].map((_id) => ({ _id, n: 0 }))
}
