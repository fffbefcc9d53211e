import knexOf, { type Knex } from 'knex'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CachedKnex, cachedQueries } from '../../../src/data/adapters/knex/index.ts'
import { byId, type Item } from './items.ts'
import { ormContract } from './orm-contract.ts'
import { type Shop, useShop } from './shop.ts'
import { transactionWriters } from './transaction-writers.ts'
import { undo, undone } from './undone.ts'

const options = { ttl: '5m' } as const
const tea = { id: 3, title: 'tea', price: '9.00' }
const shop = useShop()

function open({ server, Client }: Shop): Knex {
  const knex = knexOf({ client: 'pg', connection: server.url })
  Object.assign(knex.client as object, { driver: { ...pg, Client } })
  return knex
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
  'a nested transaction that is rolled back, in one that is not',
] as const

ormContract(
  'Knex',
  shop,
  async (opened) => {
    const knex = open(opened)
    const cached = cachedQueries(opened.tracker)
    const one = (id: number) => () => cached(knex('products').where({ id }).first(), options)
    const cheap = { price: '1.00' }
    const add = async (on: Knex, ids: readonly number[]): Promise<void> => {
      await on('items').whereIn('id', ids).increment('n', 1)
    }
    return {
      close: () => knex.destroy(),
      entries: {
        products: () => cached(knex('products').select(), options),
        'product 1': one(1),
        'product 2': one(2),
        reviewed: () =>
          cached(
            knex('products as p')
              .leftJoin('reviews as r', 'r.product_id', 'p.id')
              .select('p.id', 'r.body'),
            options,
          ),
        tags: () => cached(knex('tags').pluck('name'), options),
      },
      writes: {
        'an update of one row': {
          write: async () => await knex('products').where({ id: 1 }).update(cheap),
          dies: ['products', 'product 1', 'reviewed'],
        },
        'an update of many rows': {
          write: async () => await knex('products').update(cheap),
          dies: ['products', 'product 1', 'product 2', 'reviewed'],
        },
        'an insert': {
          write: async () => await knex('products').insert(tea),
          dies: ['products', 'reviewed'],
        },
        'an upsert': {
          write: async () =>
            await knex('products')
              .insert({ ...tea, id: 2 })
              .onConflict('id')
              .merge(),
          dies: ['products', 'product 1', 'product 2', 'reviewed'],
        },
        'a delete, with what the database deletes of others': {
          write: async () => await knex('products').where({ id: 2 }).delete(),
          dies: ['products', 'product 2', 'reviewed'],
        },
        'raw SQL': {
          write: async () => await knex.raw("insert into tags values ('raw')"),
          dies: ['tags'],
        },
        'a transaction': {
          write: () => knex.transaction(async (trx) => await trx('tags').insert({ name: 'kept' })),
          dies: ['tags'],
        },
        'a transaction that is rolled back': {
          write: () =>
            undone(
              knex.transaction(async (trx) => {
                await trx('products').update(cheap)
                undo()
              }),
            ),
          dies: [],
        },
        'a nested transaction that is rolled back, in one that is not': {
          write: () =>
            knex.transaction(async (trx) => {
              await trx('tags').insert({ name: 'kept' })
              await undone(
                trx.transaction(async (nested) => {
                  await nested('products').update(cheap)
                  undo()
                }),
              )
            }),
          dies: ['tags'],
        },
      },
      played: {
        readers: [
          {
            name: 'rows',
            read: async (ids) =>
              byId(await cached(knex<Item>('items').whereIn('id', ids).select(), options)),
          },
          {
            name: 'a list',
            read: async () => byId(await cached(knex<Item>('items').select(), options)),
          },
        ],
        writers: [
          { name: 'an increment', write: (ids) => add(knex, ids) },
          ...transactionWriters<Knex>({
            begin: (work) => knex.transaction(work),
            within: (trx, work) => trx.transaction(work),
            add,
          }),
        ],
      },
    }
  },
  WRITES,
)

describe('cached of breakwater/knex', () => {
  let knex: Knex
  let cached: CachedKnex

  beforeAll(() => {
    knex = open(shop())
    cached = cachedQueries(shop().tracker)
  })
  afterAll(() => knex.destroy())

  it.for<[string, () => Promise<unknown>]>([
    ['a row', () => cached(knex('products').where({ id: 1 }).first(), options)],
    ['that there is no row', () => cached(knex('products').where({ id: 99 }).first(), options)],
    ['a count', () => cached(knex('products').count(), options)],
  ])('answers %s as Knex does', async ([, read]) => {
    const loaded = await read()
    let hit: unknown

    const sent = await shop().sending(async () => (hit = await read()))

    expect(sent).toEqual([])
    expect(hit).toEqual(loaded)
  })

  it('keeps rows and their number of knex.raw', async () => {
    type Result = { rows: unknown[]; rowCount: number }
    const read = () => cached<Result>(knex.raw('select n from items where id = ?', [1]), options)
    await read()

    expect(await read()).toEqual({ rows: [{ n: 0 }], rowCount: 1 })
  })

  it('neither answers nor stores what is read in a transaction', async () => {
    const query = (on: Knex) => on<Item>('items').where({ id: 1 }).select('n')
    const seen: unknown[] = []
    await cached(query(knex), options)

    await undone(
      knex.transaction(async (trx) => {
        await trx('items').where({ id: 1 }).update({ n: 7 })
        seen.push(...(await cached(query(trx), options)))
        seen.push(...(await cached(query(knex).transacting(trx), options)))
        undo()
      }),
    )

    expect(seen).toEqual([{ n: 7 }, { n: 7 }])
    expect(await cached(query(knex), options)).toEqual([{ n: 0 }])
  })

  it('stores nothing that is made for the context of one query', async () => {
    const postProcessResponse = (_rows: unknown, context: unknown) => [context]
    const own = knexOf({ client: 'pg', connection: shop().server.url, postProcessResponse })
    const read = (user: string) => cached(own('items').select().queryContext({ user }), options)

    const seen = [await read('alice'), await read('bob')]

    await own.destroy()
    expect(seen).toEqual([[{ user: 'alice' }], [{ user: 'bob' }]])
  })

  it('refuses what is no query of Knex, and a database whose SQL it cannot read', async () => {
    const oracle = { client: { dialect: 'oracle' }, toSQL: () => ({}) } as never
    await expect(cached({} as never, options)).rejects.toMatchObject({ code: 'E_OPTION' })
    await expect(cached(oracle, options)).rejects.toMatchObject({ code: 'E_UNSUPPORTED' })
  })
})
