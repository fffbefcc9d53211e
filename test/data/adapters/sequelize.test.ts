import pg from 'pg'
import {
  DataTypes,
  type Model,
  type ModelStatic,
  Op,
  Sequelize,
  type Transaction,
  type TransactionOptions,
} from 'sequelize'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  cachedQueries,
  type CachedSequelize,
  cacheSequelize,
} from '../../../src/data/adapters/sequelize/index.ts'
import { byId, type Item } from './items.ts'
import { ormContract } from './orm-contract.ts'
import { type Shop, useShop } from './shop.ts'
import { transactionWriters } from './transaction-writers.ts'
import { undo, undone } from './undone.ts'

const options = { ttl: '5m' } as const
const tea = { id: 3, name: 'tea', price: '9.00' }
const shop = useShop()

interface Opened {
  readonly sequelize: Sequelize
  readonly Product: ModelStatic<Model>
  readonly Review: ModelStatic<Model>
  readonly Item: ModelStatic<Model>
  readonly Tag: ModelStatic<Model>
}

function open({ server, Client }: Shop): Opened {
  const dialectModule = { ...pg, Client }
  const sequelize = cacheSequelize(new Sequelize(server.url, { dialectModule, logging: false }))
  const id = { type: DataTypes.INTEGER, primaryKey: true }
  const plain = { timestamps: false }
  const Product = sequelize.define(
    'Product',
    {
      id,
      name: { type: DataTypes.STRING, field: 'title' },
      price: DataTypes.DECIMAL,
      seenAt: { type: DataTypes.DATE, field: 'seen_at', defaultValue: DataTypes.NOW },
    },
    { ...plain, tableName: 'products' },
  )
  const Review = sequelize.define(
    'Review',
    { id: { ...id, autoIncrement: true }, body: DataTypes.STRING },
    { ...plain, tableName: 'reviews' },
  )
  Product.hasMany(Review, { foreignKey: 'product_id' })
  const Item = sequelize.define(
    'Item',
    { id, n: DataTypes.INTEGER },
    { ...plain, tableName: 'items' },
  )
  const name = { type: DataTypes.STRING, primaryKey: true }
  const Tag = sequelize.define('Tag', { name }, { ...plain, tableName: 'tags' })
  return { sequelize, Product, Review, Item, Tag }
}

const WRITES = [
  'an update of one row',
  'an update of many rows',
  'an increment, which fires no hook of the model',
  'an insert',
  'an insert of many rows',
  'a nested insert',
  'an upsert',
  'a delete, with what the database deletes of others',
  'raw SQL',
  'a transaction',
  'a transaction that is rolled back',
  'a nested transaction that is rolled back, in one that is not',
] as const

ormContract(
  'Sequelize',
  shop,
  async (opened) => {
    const { sequelize, Product, Review, Item, Tag } = open(opened)
    const cached = cachedQueries(opened.tracker)
    const one = (id: number) => () => cached(() => Product.findByPk(id, { raw: true }), options)
    const cheap = { price: '1.00' }
    const add = async (ids: readonly number[], transaction?: Transaction): Promise<void> => {
      await Item.increment('n', {
        where: { id: { [Op.in]: [...ids] } },
        transaction: transaction ?? null,
      })
    }
    const rows = async (read: Promise<unknown>): Promise<Map<number, number>> =>
      byId((await read) as Item[])
    return {
      close: () => sequelize.close(),
      entries: {
        products: () => cached(() => Product.findAll({ raw: true }), options),
        'product 1': one(1),
        'product 2': one(2),
        reviewed: () =>
          cached(
            async () => (await Product.findAll({ include: Review })).map((each) => each.toJSON()),
            options,
          ),
        tags: () => cached(() => Tag.findAll({ raw: true }), options),
      },
      writes: {
        'an update of one row': {
          write: () => Product.update(cheap, { where: { id: 1 } }),
          dies: ['products', 'product 1', 'reviewed'],
        },
        'an update of many rows': {
          write: () => Product.update(cheap, { where: {} }),
          dies: ['products', 'product 1', 'product 2', 'reviewed'],
        },
        'an increment, which fires no hook of the model': {
          write: () => Product.increment('price', { where: { id: 1 } }),
          dies: ['products', 'product 1', 'reviewed'],
        },
        'an insert': { write: () => Product.create(tea), dies: ['products', 'reviewed'] },
        'an insert of many rows': {
          write: () => Tag.bulkCreate([{ name: 'x' }, { name: 'y' }]),
          dies: ['tags'],
        },
        'a nested insert': {
          write: () =>
            Product.create({ ...tea, Reviews: [{ body: 'nested' }] }, { include: Review }),
          dies: ['products', 'reviewed'],
        },
        'an upsert': {
          // It asks for the row back, which tells its id.
          write: () => Product.upsert({ ...tea, id: 2 }),
          dies: ['products', 'product 2', 'reviewed'],
        },
        'a delete, with what the database deletes of others': {
          write: () => Product.destroy({ where: { id: 2 } }),
          dies: ['products', 'product 2', 'reviewed'],
        },
        'raw SQL': {
          write: () => sequelize.query("insert into tags values ('raw')"),
          dies: ['tags'],
        },
        'a transaction': {
          write: () =>
            sequelize.transaction(async (transaction) => {
              await Tag.create({ name: 'kept' }, { transaction })
            }),
          dies: ['tags'],
        },
        'a transaction that is rolled back': {
          write: () =>
            undone(
              sequelize.transaction(async (transaction) => {
                await Product.update(cheap, { where: {}, transaction })
                undo()
              }),
            ),
          dies: [],
        },
        'a nested transaction that is rolled back, in one that is not': {
          write: () =>
            sequelize.transaction(async (outer) => {
              await Tag.create({ name: 'kept' }, { transaction: outer })
              await undone(
                sequelize.transaction({ transaction: outer }, async (transaction) => {
                  await Product.update(cheap, { where: {}, transaction })
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
            read: (ids) =>
              rows(cached(() => Item.findAll({ where: { id: [...ids] }, raw: true }), options)),
          },
          { name: 'a list', read: () => rows(cached(() => Item.findAll({ raw: true }), options)) },
        ],
        writers: [
          { name: 'an increment', write: (ids) => add(ids) },
          ...transactionWriters<Transaction>({
            begin: (work) => sequelize.transaction(work),
            within: (transaction, work) => sequelize.transaction({ transaction }, work),
            add: (transaction, ids) => add(ids, transaction),
          }),
        ],
      },
    }
  },
  WRITES,
)

describe('cached of breakwater/sequelize', () => {
  let models: Opened
  let cached: CachedSequelize

  beforeAll(() => {
    models = open(shop())
    cached = cachedQueries(shop().tracker)
  })
  afterAll(() => models.sequelize.close())

  it('makes instances anew on each hit, with what they include, and their changes are their own', async () => {
    const { Product, Review } = models
    const read = () => cached(() => Product.findByPk(1, { include: Review }), options)
    const loaded = await read()
    loaded?.set('name', 'changed by its reader')

    const hit = await read()

    expect(hit).toBeInstanceOf(Product)
    expect(hit).not.toBe(loaded)
    expect(hit?.get('name')).toBe('one')
    expect(hit?.get('seenAt')).toEqual(new Date('2026-01-02T03:04:05.678Z'))
    expect(hit?.get('Reviews')).toHaveLength(2)
  })

  it('gives instances that may be changed and saved', async () => {
    const read = () => cached(() => models.Product.findByPk(1), options)
    await read()

    await (await read())?.update({ name: 'renamed' })

    expect((await read())?.get('name')).toBe('renamed')
  })

  it('gives plain rows that are their reader’s own', async () => {
    const read = () => cached(() => models.Item.findByPk(1, { raw: true }), options)
    await read()

    Object.assign((await read()) as object, { n: 9 })

    expect(await read()).toEqual({ id: 1, n: 0 })
  })

  it.for<[string, () => Promise<unknown>]>([
    ['count', () => models.Product.count()],
    ['findAndCountAll', () => models.Product.findAndCountAll({ raw: true })],
    ['max', () => models.Product.max('id')],
    ['findOne of nothing', () => models.Product.findOne({ where: { id: 99 } })],
    [
      'raw SQL that is said to select',
      () => models.sequelize.query('select * from items', { type: 'SELECT', raw: true }),
    ],
  ])('answers %s', async ([, find]) => {
    const read = () => cached(find, options)
    const loaded = await read()
    let hit: unknown

    const sent = await shop().sending(async () => (hit = await read()))

    expect(sent).toEqual([])
    expect(hit).toEqual(loaded)
  })

  it('neither answers nor stores what is read in a transaction', async () => {
    const { Item, sequelize } = models
    const read = (transaction: Transaction | null = null) =>
      cached(() => Item.findByPk(1, { raw: true, transaction }), options)
    let seen: unknown
    await read()

    await undone(
      sequelize.transaction(async (transaction) => {
        await Item.update({ n: 7 }, { where: { id: 1 }, transaction })
        seen = await read(transaction)
        undo()
      }),
    )
    const began = await cached(
      () =>
        sequelize.transaction({ readOnly: true } as TransactionOptions, (transaction) =>
          Item.findByPk(1, { raw: true, transaction }),
        ),
      options,
    )

    expect(seen).toEqual({ id: 1, n: 7 })
    expect(await read()).toEqual({ id: 1, n: 0 })
    expect(began).toEqual({ id: 1, n: 0 })
    const open = "select from pg_stat_activity where state like 'idle in transaction%'"
    expect((await shop().pool.query(open)).rowCount).toBe(0)
  })

  it('hands on what the database refuses, and the connection is free again', async () => {
    const { sequelize } = models
    const read = () => cached(() => sequelize.query('select 1/0', { type: 'SELECT' }), options)

    for (let turn = 0; turn < 10; turn++) await expect(read()).rejects.toThrow('division by zero')

    expect(await models.Item.count()).toBe(5)
  })

  it('sends writes, and leaves reads that nobody asked to cache as they are', async () => {
    const { Item } = models
    await cached(() => Item.create({ id: 9, n: 1 }), options)
    await cached(() => Item.count(), options)

    expect(await shop().sending(() => Item.count())).toHaveLength(1)
    expect(await Item.count()).toBe(6)
  })

  it('refuses an instance that is none, another database, and what does not read', async () => {
    const sqlite = { getDialect: () => 'sqlite', connectionManager: { getConnection: () => {} } }
    expect(() => cacheSequelize({} as never)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(() => cacheSequelize(sqlite)).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED' }))
    await expect(cached(Promise.resolve(1) as never, options)).rejects.toMatchObject({
      code: 'E_OPTION',
    })
  })
})
