import { cacheMongoose } from 'breakwater/mongoose'
import { trackMongo } from 'breakwater/mongodb'
import { Mongoose, Schema } from 'mongoose'
import type { Opened, Writer } from './writer.ts'

const add = { $inc: { n: 1 } }

export async function openMongoose({ setup, cache, tracker }: Opened): Promise<Writer> {
  const mongoose = new Mongoose()
  mongoose.set('autoIndex', false)
  mongoose.set('autoCreate', false)
  cacheMongoose(mongoose, { cache, tracker })
  const schema = new Schema<{ _id: number; n: number }>({ _id: Number, n: Number })
  const Item = mongoose.model('Item', schema)
  await mongoose.connect(setup.database)
  trackMongo(mongoose.connection.getClient(), tracker)
  return {
    add: (ids) => Item.updateMany({ _id: { $in: [...ids] } }, add),
    transaction: (ids, work) =>
      mongoose.connection.transaction(async (session) => {
        await Item.updateMany({ _id: { $in: [...ids] } }, add, { session })
        work()
      }),
  }
}
