import {
  CamelCasePlugin,
  type ControlledTransaction,
  type Generated,
  Kysely,
  PostgresDialect,
  sql,
} from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  cacheDialect,
  type CachedKysely,
  cachedQueries,
} from '../../../src/data/adapters/kysely/index.ts'
import { byId, type Item } from './items.ts'
import { ormContract } from './orm-contract.ts'
import { type Shop, useShop } from './shop.ts'
import { transactionWriters } from './transaction-writers.ts'
import { undo, undone } from './undone.ts'

interface Tables {
  products: {
    id: number
    title: string
    price: string
    seenAt: Generated<Date>
    big: Generated<string | null>
  }
  reviews: { id: Generated<number>; body: string; productId: number }
  items: Item
  tags: { name: string }
}
type Database = Kysely<Tables>

const options = { ttl: '5m' } as const
const tea = { id: 3, title: 'tea', price: '9.00' }
const shop = useShop()

function open({ pool }: Shop): Database {
  // The pool is the shop's: it is not destroyed with the instance.
  return new Kysely<Tables>({
    dialect: cacheDialect(new PostgresDialect({ pool })),
    plugins: [new CamelCasePlugin()],
  })
}

const WRITES = [
  'an update of one row',
  'an update of many rows',
  'an insert',
  'an upsert',
  'a delete, with what the database deletes of others',
  'raw SQL',
  'a transaction',
  'a transaction that is rolled back',
  'a savepoint that is rolled back, in a transaction that is not',
] as const

ormContract(
  'Kysely',
  shop,
  async (opened) => {
    const db = open(opened)
    const cached = cachedQueries(opened.tracker)
    const one = (id: number) => () =>
      cached(db.selectFrom('products').selectAll().where('id', '=', id), options).executeTakeFirst()
    const add = async (on: Database, ids: readonly number[]): Promise<void> => {
      await on
        .updateTable('items')
        .set((eb) => ({ n: eb('n', '+', 1) }))
        .where('id', 'in', ids)
        .execute()
    }
    const begin = async (
      work: (trx: ControlledTransaction<Tables>) => Promise<void>,
    ): Promise<void> => {
      const trx = await db.startTransaction().execute()
      try {
        await work(trx)
      } catch (error) {
        await trx.rollback().execute()
        throw error
      }
      await trx.commit().execute()
    }
    const within = async (
      trx: ControlledTransaction<Tables>,
      work: (nested: ControlledTransaction<Tables>) => Promise<void>,
    ): Promise<void> => {
      const nested = await trx.savepoint('nested').execute()
      try {
        await work(nested)
      } catch (error) {
        await nested.rollbackToSavepoint('nested').execute()
        throw error
      }
      await nested.releaseSavepoint('nested').execute()
    }
    const cheap = { price: '1.00' }
    return {
      entries: {
        products: () => cached(db.selectFrom('products').selectAll(), options).execute(),
        'product 1': one(1),
        'product 2': one(2),
        reviewed: () =>
          cached(
            db
              .selectFrom('products')
              .leftJoin('reviews', 'reviews.productId', 'products.id')
              .select(['products.title', 'reviews.body']),
            options,
          ).execute(),
        tags: () => cached(db.selectFrom('tags').selectAll(), options).execute(),
      },
      writes: {
        'an update of one row': {
          write: () => db.updateTable('products').set(cheap).where('id', '=', 1).execute(),
          dies: ['products', 'product 1', 'reviewed'],
        },
        'an update of many rows': {
          write: () => db.updateTable('products').set(cheap).execute(),
          dies: ['products', 'product 1', 'product 2', 'reviewed'],
        },
        'an insert': {
          write: () => db.insertInto('products').values(tea).execute(),
          dies: ['products', 'reviewed'],
        },
        'an upsert': {
          write: () =>
            db
              .insertInto('products')
              .values({ ...tea, id: 2 })
              .onConflict((conflict) => conflict.column('id').doUpdateSet(cheap))
              .execute(),
          dies: ['products', 'product 1', 'product 2', 'reviewed'],
        },
        'a delete, with what the database deletes of others': {
          write: () => db.deleteFrom('products').where('id', '=', 2).execute(),
          dies: ['products', 'product 2', 'reviewed'],
        },
        'raw SQL': {
          write: () => sql`insert into tags values ('raw')`.execute(db),
          dies: ['tags'],
        },
        'a transaction': {
          write: () =>
            db.transaction().execute(async (trx) => {
              await trx.insertInto('reviews').values({ body: 'x', productId: 1 }).execute()
            }),
          dies: ['reviewed'],
        },
        'a transaction that is rolled back': {
          write: () =>
            undone(
              db.transaction().execute(async (trx) => {
                await trx.updateTable('products').set(cheap).execute()
                undo()
              }),
            ),
          dies: [],
        },
        'a savepoint that is rolled back, in a transaction that is not': {
          write: async () => {
            const trx = await db.startTransaction().execute()
            await trx.insertInto('tags').values({ name: 'kept' }).execute()
            const nested = await trx.savepoint('nested').execute()
            await nested.updateTable('products').set(cheap).execute()
            await nested.rollbackToSavepoint('nested').execute()
            await trx.commit().execute()
          },
          dies: ['tags'],
        },
      },
      played: {
        readers: [
          {
            name: 'rows',
            read: async (ids) =>
              byId(
                await cached(
                  db.selectFrom('items').selectAll().where('id', 'in', ids),
                  options,
                ).execute(),
              ),
          },
          {
            name: 'a list',
            read: async () =>
              byId(await cached(db.selectFrom('items').selectAll(), options).execute()),
          },
          {
            name: 'raw SQL',
            read: async (ids) => {
              const query = sql<Item>`select id, n from items where id in (${sql.join([...ids])})`
              return byId((await cached(query, options).execute(db)).rows)
            },
          },
        ],
        writers: [
          { name: 'an update', write: (ids) => add(db, ids) },
          ...transactionWriters<ControlledTransaction<Tables>>({ begin, within, add }),
        ],
      },
    }
  },
  WRITES,
)

describe('cached of breakwater/kysely', () => {
  let db: Database
  let cached: CachedKysely

  beforeAll(() => {
    db = open(shop())
    cached = cachedQueries(shop().tracker)
  })

  it('gives rows to plugins on a hit as those of the database', async () => {
    const query = db.selectFrom('products').selectAll().where('id', '=', 1)
    await cached(query, options).execute()

    const hit = await cached(query, options).executeTakeFirstOrThrow()

    expect(hit).toEqual(await query.executeTakeFirst())
    expect(hit.seenAt).toEqual(new Date('2026-01-02T03:04:05.678Z'))
  })

  it('takes no connection for a hit', async () => {
    const read = () => cached(db.selectFrom('items').selectAll(), options).execute()
    await read()
    const taken = await Promise.all(Array.from({ length: 10 }, () => shop().pool.connect()))

    expect(await read()).toHaveLength(5)

    for (const client of taken) client.release()
  })

  it('knows the tables of raw fragments and of common table expressions', async () => {
    const query = db
      .with('named', (cte) => cte.selectFrom('tags').selectAll())
      .selectFrom('named')
      .select(sql<string>`(select count(*) from products)`.as('products'))
    const read = () => cached(query, options).execute()
    await read()

    await db.insertInto('products').values(tea).execute()
    expect(await shop().sending(read)).toHaveLength(1)
    await db.insertInto('tags').values({ name: 'x' }).execute()
    expect(await shop().sending(read)).toHaveLength(1)
  })

  it('neither answers nor stores what is read in a transaction, or on a connection of one’s own', async () => {
    const read = (on: Database = db) =>
      cached(on.selectFrom('items').select('n').where('id', '=', 1), options).execute()
    const seen: unknown[] = []
    await read()

    await undone(
      db.transaction().execute(async (trx) => {
        await trx.updateTable('items').set({ n: 7 }).where('id', '=', 1).execute()
        seen.push(...(await read(trx)))
        undo()
      }),
    )
    await db.connection().execute(async (own) => {
      await sql`begin`.execute(own)
      await own.updateTable('items').set({ n: 8 }).where('id', '=', 1).execute()
      seen.push(...(await read(own)))
      await sql`rollback`.execute(own)
    })

    expect(seen).toEqual([{ n: 7 }, { n: 8 }])
    expect(await read()).toEqual([{ n: 0 }])
  })

  it('leaves queries that nobody asked to cache as they are', async () => {
    const query = db.selectFrom('items').selectAll()
    await cached(query, options).execute()

    expect(await shop().sending(() => query.execute())).toHaveLength(1)
  })

  it.for<[string, () => unknown]>([
    ['what is no query', () => cached({} as never, options)],
    ['no options', () => cached(db.selectFrom('items').selectAll(), undefined as never)],
    [
      'a dialect of another database',
      () => cacheDialect({ createDriver: () => ({}), createAdapter: () => ({}) }),
    ],
    ['no dialect', () => cacheDialect(undefined as never)],
  ])('refuses %s', ([, act]) => {
    expect(act).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
  })
})
