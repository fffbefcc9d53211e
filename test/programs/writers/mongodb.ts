import { trackMongo } from 'breakwater/mongodb'
import { MongoClient } from 'mongodb'
import type { Opened, Writer } from './writer.ts'

const add = { $inc: { n: 1 } }

export async function openMongodb({ setup, tracker }: Opened): Promise<Writer> {
  const client = trackMongo(new MongoClient(setup.database), tracker)
  const items = client.db().collection<{ _id: number; n: number }>('items')
  const named = (ids: readonly number[]): object => ({ _id: { $in: [...ids] } })
  return {
    add: (ids) => items.updateMany(named(ids), add),
    transaction: (ids, work) =>
      client.withSession(async (session) => {
        await session.withTransaction(async () => {
          await items.updateMany(named(ids), add, { session })
          work()
        })
      }),
  }
}
