import { cachedCollection, trackMongo } from 'breakwater/mongodb'
import { type ChangeTracker, trackChanges } from 'breakwater/data'
import { BSON, type ClientSession, type Collection, MongoClient } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import type { MongoReads } from '../../../src/data/adapters/mongodb/driver.ts'
import { FreshCaches } from '../../cache/fresh-caches.ts'
import { type MongoStub, startMongoStub } from '../../servers/mongo-stub.ts'
import { type HistoryReader, type HistoryWriter, NOTHING_WRONG, playHistory } from '../history.ts'
import { survivors } from '../survivors.ts'

interface Product {
  readonly _id: number
  readonly n: number
  readonly category?: number
}

const ROWS = [1, 2, 3, 4, 5]

let stub: MongoStub
let client: MongoClient
let caches: FreshCaches
let cache: Cache
let tracker: ChangeTracker
let products: Collection<Product>
let reads: MongoReads
let changes: (readonly [string, string, readonly string[] | undefined])[]

beforeAll(async () => {
  stub = await startMongoStub()
})
afterAll(() => stub.stop())

beforeEach(async () => {
  stub.between = undefined
  stub.collections.replace(
    'shop.products',
    ROWS.map((_id) => ({ _id, n: 0 })),
  )
  caches = new FreshCaches()
  cache = caches.open()
  tracker = trackChanges(cache)
  client = trackMongo(new MongoClient(stub.url), tracker)
  products = client.db().collection<Product>('products')
  reads = cachedCollection(products, { cache, tracker, bson: BSON, ttl: '1h' })
  changes = []
  tracker.onChange((made) => {
    for (const { entity, operation, ids } of made) changes.push([entity, operation, ids])
  })
  return async () => {
    await client.close()
    await caches.close()
  }
})

/** What was told since the last time. */
function told(): typeof changes {
  return changes.splice(0)
}

function rowReader(from: MongoReads): HistoryReader {
  const read = async (_id: number): Promise<[number, number]> => {
    return [_id, ((await from.findOne({ _id })) as Product).n]
  }
  return { name: 'rows', read: async (ids) => new Map(await Promise.all(ids.map(read))) }
}

function listReader(from: MongoReads): HistoryReader {
  return {
    name: 'list',
    read: async () =>
      new Map(((await from.find().toArray()) as Product[]).map(({ _id, n }) => [_id, n])),
  }
}

const add = { $inc: { n: 1 } }

describe('trackMongo', () => {
  it('tells which documents a command has changed when it names their ids', async () => {
    await products.insertOne({ _id: 6, n: 0 })
    await products.updateOne({ _id: 1 }, add)
    await products.findOneAndUpdate({ _id: 2 }, add)
    await products.deleteMany({ _id: { $in: [3, 4] } })
    await products.updateMany({ n: 0 }, add)

    expect(told()).toEqual([
      ['products', 'insert', ['6']],
      ['products', 'update', ['1']],
      ['products', 'update', ['2']],
      ['products', 'delete', ['3', '4']],
      ['products', 'update', undefined],
    ])
  })

  it('sees bulk writes, pipelines that write, and collections that go', async () => {
    await products.bulkWrite([
      { insertOne: { document: { _id: 6, n: 0 } } },
      { updateOne: { filter: { _id: 1 }, update: add } },
    ])
    await client.bulkWrite([
      { name: 'deleteOne', namespace: 'shop.products', filter: { _id: 6 as never } },
    ])
    await products.aggregate([{ $match: {} }, { $out: 'copies' }]).toArray()
    await client.db().collection('copies').drop()

    expect(told()).toEqual([
      ['products', 'insert', ['6']],
      ['products', 'update', ['1']],
      ['products', 'delete', ['6']],
      ['copies', 'unknown', undefined],
      ['copies', 'unknown', undefined],
    ])
  })

  it('announces a change before the command is sent, and invalidates it before it is answered', async () => {
    await reads.findOne({ _id: 1 })
    const steps: string[] = []
    stub.between = (command) => {
      if ('update' in command) steps.push('sent')
      return 'run'
    }
    cache.on('invalidate', () => steps.push('invalidated'))

    await products.updateOne({ _id: 1 }, add)
    steps.push('answered')

    expect(steps).toEqual(['sent', 'invalidated', 'answered'])
    expect(await reads.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 })
  })

  it('tells of a transaction when it is committed, and nothing when it is aborted', async () => {
    await client.withSession(async (session) => {
      await session.withTransaction(async () => {
        await products.updateOne({ _id: 1 }, add, { session })
        expect(told()).toEqual([])
      })
      expect(told()).toEqual([['products', 'update', ['1']]])

      session.startTransaction()
      await products.updateOne({ _id: 2 }, add, { session })
      await session.abortTransaction()
      session.startTransaction()
      await products.updateOne({ _id: 3 }, add, { session })
      await session.commitTransaction()
    })

    expect(told()).toEqual([['products', 'update', ['3']]])
  })

  it('tells again when a COMMIT is tried again, as only then it may have come through', async () => {
    let commits = 0
    stub.between = (command) => ('commitTransaction' in command && commits++ === 0 ? 'cut' : 'run')
    const session = client.startSession()
    session.startTransaction()
    await reads.findOne({ _id: 1 })
    await products.updateOne({ _id: 1 }, add, { session })

    await session.commitTransaction()

    expect(commits).toBe(2)
    expect(told()).toEqual([
      ['products', 'update', ['1']],
      ['products', 'update', ['1']],
    ])
    expect(await reads.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 })
    await session.endSession()
  })

  it('counts a command whose answer was lost as done', async () => {
    const lost = new MongoClient(stub.url, { retryWrites: false })
    trackMongo(lost, tracker)
    stub.between = (command) => ('update' in command ? 'run and cut' : 'run')

    const answer = lost.db().collection<Product>('products').updateOne({ _id: 1 }, add)

    await expect(answer).rejects.toThrow('closed')
    expect(told()).toEqual([['products', 'update', ['1']]])
    await lost.close()
  })

  it('has what a writer committed invalidated although it died before it could say so', async () => {
    const dying = caches.open()
    const writer = trackMongo(new MongoClient(stub.url), trackChanges(dying))
    await reads.findOne({ _id: 1 })
    // It has announced its change before it sent it; from here on it says nothing more.
    stub.between = async (command) => {
      if ('update' in command) await dying.close()
      return 'run' as const
    }
    await writer.db().collection<Product>('products').updateOne({ _id: 1 }, add)

    await caches.clock.advance(31_000)

    expect(await reads.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 })
    await writer.close()
  })

  it('goes on tracking a client that was closed and connected again', async () => {
    await products.updateOne({ _id: 1 }, add)
    await client.close()
    await client.connect()
    await products.updateOne({ _id: 2 }, add)

    expect(told()).toHaveLength(2)
  })

  it('tracks a client that is connected already', async () => {
    const connected = await new MongoClient(stub.url).connect()
    await connected.db().collection('products').countDocuments()
    trackMongo(connected, tracker)

    await connected.db().collection<Product>('products').updateOne({ _id: 1 }, add)

    expect(told()).toEqual([['products', 'update', ['1']]])
    await connected.close()
  })

  it('does not let a driver pass for tracked that is built in another way', async () => {
    const strange = {
      options: { dbName: 'shop' },
      topology: undefined as object | undefined,
      connect: async () => {
        strange.topology = {}
      },
      db: () => ({}),
    }
    trackMongo(strange, tracker)

    await expect(strange.connect()).rejects.toMatchObject({ code: 'E_UNSUPPORTED' })
    expect(() => trackMongo({} as never, tracker)).toThrow('a MongoClient')
    expect(() => trackMongo(client, {} as never)).toThrow('what trackChanges answers')
  })
})

describe('cachedCollection', () => {
  it('keeps results with their types, a copy for each reader', async () => {
    const row = {
      _id: new BSON.ObjectId(),
      at: new Date(5),
      price: BSON.Decimal128.fromString('1.50'),
    }
    stub.collections.replace('shop.odd', [
      row,
      { _id: 2, bytes: new BSON.Binary(Buffer.from('a')) },
    ])
    const odd = cachedCollection(client.db().collection('odd'), {
      cache,
      tracker,
      bson: BSON,
      ttl: '1h',
    })

    const first = await odd.find().toArray()
    const second = await odd.find().toArray()

    expect(second).toEqual(first)
    expect(second).toEqual(stub.collections.list('shop.odd'))
    expect(second[0]).not.toBe(first[0])
    expect(stub.commands.filter((command) => command['find'] === 'odd')).toHaveLength(1)
  })

  it('keeps that there is no document, and numbers and lists', async () => {
    const ask = async (): Promise<unknown[]> => [
      await reads.findOne({ _id: 99 }),
      await reads.countDocuments(),
      await reads.estimatedDocumentCount(),
      await reads.distinct('n'),
      await reads.aggregate([{ $match: { _id: 1 } }]).toArray(),
    ]
    const first = await ask()
    const sent = stub.commands.length

    expect(first).toEqual([null, 5, 5, [0], [{ _id: 1, n: 0 }]])
    expect(await ask()).toEqual(first)
    expect(stub.commands).toHaveLength(sent)
  })

  it('tells questions apart by their types and options', async () => {
    stub.collections.replace('shop.products', [
      { _id: 1, n: 1 },
      { _id: 2, n: 2 },
    ])

    expect(await reads.find({ _id: 1 }).toArray()).toHaveLength(1)
    expect(await reads.find({ _id: '1' }).toArray()).toHaveLength(0)
    expect(await reads.find({}, { limit: 1 }).toArray()).toHaveLength(1)
    expect(await reads.find({}).toArray()).toHaveLength(2)
    expect(await reads.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 })
  })

  it('asks the database within a transaction, and stores nothing of it', async () => {
    await client.withSession((session: ClientSession) =>
      session.withTransaction(async () => {
        await products.updateOne({ _id: 1 }, add, { session })
        expect(await reads.findOne({ _id: 1 }, { session })).toEqual({ _id: 1, n: 1 })
        expect(await reads.findOne({ _id: 1 })).toEqual({ _id: 1, n: 0 })
      }),
    )

    expect(await reads.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 })
  })

  it('stores nothing that comes from a secondary', async () => {
    const options = { readPreference: 'secondaryPreferred' }
    await reads.findOne({ _id: 1 }, options)
    const sent = stub.commands.length

    await reads.findOne({ _id: 1 }, options)

    expect(stub.commands).toHaveLength(sent + 1)
  })

  it('follows what a pipeline joins', async () => {
    const lookup = { from: 'categories', localField: 'category', foreignField: '_id', as: 'of' }
    stub.collections.replace('shop.categories', [{ _id: 1, name: 'a' }])
    stub.collections.replace('shop.products', [{ _id: 1, n: 0, category: 1 }])
    const joined = (): Promise<unknown> => reads.aggregate([{ $lookup: lookup }]).toArray()
    await joined()

    await client
      .db()
      .collection('categories')
      .updateOne({ name: 'a' }, { $set: { name: 'b' } })

    expect(await joined()).toMatchObject([{ of: [{ name: 'b' }] }])
  })

  it('finds out what a view reads, and follows it', async () => {
    await client.db().createCollection('shown', { viewOn: 'products', pipeline: [] })
    const shown = client.db().collection<Product>('shown')
    const view = cachedCollection(shown, { cache, tracker, bson: BSON, ttl: '1h' })
    await view.findOne({ _id: 1 })
    const sent = stub.commands.length
    await view.findOne({ _id: 1 })
    expect(stub.commands).toHaveLength(sent)

    await products.updateOne({ _id: 1 }, add)

    expect(await view.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 })
  })

  it('stores nothing of a collection that is not there, or when nobody says what it is', async () => {
    const none = client.db().collection('none')
    const empty = cachedCollection(none, { cache, tracker, bson: BSON, ttl: '1h' })
    expect(await empty.findOne()).toBeNull()
    stub.collections.replace('shop.none', [{ _id: 1 }])

    stub.between = (command) => ('listCollections' in command ? 'cut' : 'run')
    expect(await empty.findOne()).toEqual({ _id: 1 })
    stub.between = undefined
    const sent = stub.commands.length
    await empty.findOne()
    await empty.findOne()

    const asked = stub.commands.slice(sent).map((command) => Object.keys(command)[0])
    expect(asked).toEqual(['listCollections', 'find'])
  })

  it('refuses what it cannot read from', () => {
    const options = { cache, tracker, bson: BSON }

    expect(() => cachedCollection({} as never, options)).toThrow('a collection of MongoDB')
    expect(() => cachedCollection(products, { ...options, bson: {} as never })).toThrow('BSON')
    expect(() => cachedCollection(products, { ...options, cache: {} as never })).toThrow('a cache')
    expect(() => cachedCollection(products, { ...options, tracker: {} as never })).toThrow(
      'trackChanges',
    )
  })
})

describe('a history on MongoDB', () => {
  it('shows no stale read, whoever writes and however', async () => {
    const other = trackMongo(new MongoClient(stub.url), trackChanges(cache))
    const elsewhere = other.db().collection<Product>('products')
    const named = (ids: readonly number[]): object => ({ _id: { $in: [...ids] } })
    const within = async (
      ids: readonly number[],
      end: 'commitTransaction' | 'abortTransaction',
    ): Promise<void> => {
      const session = client.startSession()
      session.startTransaction()
      await products.updateMany(named(ids), add, { session })
      await session[end]()
      await session.endSession()
    }
    // The stub's transactions take over whole collections: they cannot run beside other writers.
    const writers: HistoryWriter[] = [
      {
        name: 'updateMany',
        write: async (ids) => void (await products.updateMany(named(ids), add)),
      },
      {
        name: 'findOneAndUpdate',
        write: async (ids) => {
          for (const _id of ids) await products.findOneAndUpdate({ _id }, add)
        },
      },
      {
        name: 'bulkWrite',
        write: async (ids) =>
          void (await products.bulkWrite(
            ids.map((_id) => ({ updateOne: { filter: { _id }, update: add } })),
          )),
      },
      {
        name: 'without an id',
        write: async (ids) =>
          void (await products.updateMany({ $or: ids.map((_id) => ({ _id })) }, add)),
      },
      {
        name: 'a command',
        write: async (ids) =>
          void (await client.db().command({
            update: 'products',
            updates: [{ q: named(ids), u: add, multi: true }],
          })),
      },
      {
        name: 'another client and tracker',
        write: async (ids) => void (await elsewhere.updateMany(named(ids), add)),
      },
      { name: 'commit', write: (ids) => within(ids, 'commitTransaction') },
      { name: 'abort', keeps: () => [], write: (ids) => within(ids, 'abortTransaction') },
    ]

    const report = await playHistory({
      readers: [rowReader(reads), listReader(reads)],
      writers,
      rows: ROWS.length,
      writes: 96,
      parallel: 1,
      truth: async () =>
        new Map(
          stub.collections.list('shop.products').map(({ _id, n }) => [_id as number, n as number]),
        ),
    })

    expect(report).toMatchObject(NOTHING_WRONG)
    await other.close()
  })

  it('keeps the entries of other documents', async () => {
    const byId: HistoryWriter = {
      name: 'by id',
      write: async (ids) => void (await products.updateMany({ _id: { $in: [...ids] } }, add)),
    }
    const byAnother: HistoryWriter = {
      name: 'by another field',
      write: async () => void (await products.updateMany({ n: 0 }, add)),
    }

    expect(await survivors(cache, rowReader(reads), byId, [2, 4], 5)).toEqual([1, 3, 5])
    expect(await survivors(cache, rowReader(reads), byAnother, [1], 5)).toEqual([])
  })
})
