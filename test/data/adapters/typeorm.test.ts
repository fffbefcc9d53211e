import 'reflect-metadata'
import { DataSource, type EntityManager, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CachedTypeorm,
  cachedQueries,
  queryResultCache,
} from '../../../src/data/adapters/typeorm/index.ts'
import { byId, type Item } from './items.ts'
import { ormContract } from './orm-contract.ts'
import { type Shop, useShop } from './shop.ts'
import { transactionWriters } from './transaction-writers.ts'
import { undo, undone } from './undone.ts'

class Product {
  id!: number
  name!: string
  price!: string
  seenAt!: Date
  reviews!: Review[]
  get label(): string {
    return `<${this.name}>`
  }
}
class Review {
  id!: number
  body!: string
  product!: Product
}
const ProductSchema = new EntitySchema<Product>({
  name: 'Product',
  target: Product,
  tableName: 'products',
  columns: {
    id: { type: Number, primary: true },
    name: { type: String, name: 'title' },
    price: { type: 'numeric' },
    seenAt: { type: 'timestamptz', name: 'seen_at', default: () => 'now()' },
  },
  relations: {
    reviews: { type: 'one-to-many', target: 'Review', inverseSide: 'product', cascade: true },
  },
})
const ReviewSchema = new EntitySchema<Review>({
  name: 'Review',
  target: Review,
  tableName: 'reviews',
  columns: { id: { type: Number, primary: true, generated: true }, body: { type: String } },
  relations: {
    product: {
      type: 'many-to-one',
      target: 'Product',
      joinColumn: { name: 'product_id' },
      inverseSide: 'reviews',
    },
  },
})
const ItemSchema = new EntitySchema<Item>({
  name: 'Item',
  tableName: 'items',
  columns: { id: { type: Number, primary: true }, n: { type: Number, default: 0 } },
})
const TagSchema = new EntitySchema<{ name: string }>({
  name: 'Tag',
  tableName: 'tags',
  columns: { name: { type: String, primary: true } },
})

const options = { ttl: '5m' } as const
const tea = { id: 3, name: 'tea', price: '9.00' }
const shop = useShop()

async function open({ server, Client, tracker }: Shop): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    url: server.url,
    extra: { Client },
    entities: [ProductSchema, ReviewSchema, ItemSchema, TagSchema],
    cache: { provider: queryResultCache(tracker), duration: 300_000 },
  })
  return await source.initialize()
}

const WRITES = [
  'an update of one row',
  'an update of many rows',
  'an insert',
  'an upsert',
  'a save of a changed entity',
  'a save that cascades',
  'a removal, with what the database deletes of others',
  'raw SQL',
  'a transaction',
  'a transaction that is rolled back',
  'a nested transaction that is rolled back, in one that is not',
] as const

ormContract(
  'TypeORM',
  shop,
  async (opened) => {
    const source = await open(opened)
    const cached = cachedQueries(opened.tracker)
    const products = source.getRepository(Product)
    const builder = () => products.createQueryBuilder('p')
    const one = (id: number) => () =>
      cached(builder().where('p.id = :id', { id }), options).getOne()
    const add = async (on: EntityManager, ids: readonly number[]): Promise<void> => {
      await on
        .createQueryBuilder()
        .update('Item')
        .set({ n: () => 'n + 1' })
        .whereInIds(ids)
        .execute()
    }
    const items = source.getRepository<Item>('Item')
    return {
      close: () => source.destroy(),
      entries: {
        products: () => cached(builder(), options).getMany(),
        'product 1': one(1),
        'product 2': one(2),
        reviewed: () => cached(builder().leftJoinAndSelect('p.reviews', 'r'), options).getMany(),
        tags: () => cached(source.getRepository('Tag').createQueryBuilder('t'), options).getMany(),
      },
      writes: {
        'an update of one row': {
          write: () => products.update({ id: 1 }, { price: '1.00' }),
          dies: ['products', 'product 1', 'reviewed'],
        },
        'an update of many rows': {
          write: () => builder().update().set({ price: '1.00' }).execute(),
          dies: ['products', 'product 1', 'product 2', 'reviewed'],
        },
        'an insert': { write: () => products.insert(tea), dies: ['products', 'reviewed'] },
        'an upsert': {
          write: () => products.upsert({ ...tea, id: 2 }, ['id']),
          dies: ['products', 'product 1', 'product 2', 'reviewed'],
        },
        'a save of a changed entity': {
          write: async () => {
            const product = await products.findOneByOrFail({ id: 2 })
            product.name = 'new'
            await products.save(product)
          },
          dies: ['products', 'product 2', 'reviewed'],
        },
        'a save that cascades': {
          write: async () => {
            const product = await products.findOneOrFail({
              where: { id: 1 },
              relations: { reviews: true },
            })
            product.reviews.push(Object.assign(new Review(), { body: 'cascaded' }))
            await products.save(product)
          },
          dies: ['reviewed'],
        },
        'a removal, with what the database deletes of others': {
          write: async () => await products.remove(await products.findOneByOrFail({ id: 2 })),
          dies: ['products', 'product 2', 'reviewed'],
        },
        'raw SQL': {
          write: () => source.query("insert into tags values ('raw')"),
          dies: ['tags'],
        },
        'a transaction': {
          write: () =>
            source.transaction(async (manager) => {
              await manager.insert('Tag', { name: 'kept' })
            }),
          dies: ['tags'],
        },
        'a transaction that is rolled back': {
          write: () =>
            undone(
              source.transaction(async (manager) => {
                await manager.update(Product, { id: 1 }, { price: '1.00' })
                undo()
              }),
            ),
          dies: [],
        },
        'a nested transaction that is rolled back, in one that is not': {
          write: () =>
            source.transaction(async (manager) => {
              await manager.insert('Tag', { name: 'kept' })
              await undone(
                manager.transaction(async (nested) => {
                  await nested.update(Product, { id: 1 }, { price: '1.00' })
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
            read: async (ids) => {
              const query = items.createQueryBuilder('i').whereInIds(ids)
              return byId(await cached(query, options).getMany())
            },
          },
          {
            name: 'a list',
            read: async () => byId(await cached(items.createQueryBuilder('i'), options).getMany()),
          },
          {
            name: 'the result cache',
            read: async () => byId(await items.find({ cache: true })),
          },
        ],
        writers: [
          { name: 'an update', write: (ids) => add(source.manager, ids) },
          ...transactionWriters<EntityManager>({
            begin: (work) => source.transaction(work),
            within: (manager, work) => manager.transaction(work),
            add,
            beforeRollback: (manager) => manager.find('Item', { cache: true }),
          }),
        ],
      },
    }
  },
  WRITES,
)

describe('breakwater/typeorm', () => {
  let source: DataSource
  let cached: CachedTypeorm

  beforeAll(async () => {
    source = await open(shop())
    cached = cachedQueries(shop().tracker)
  })
  afterAll(() => source.destroy())

  const products = () => source.getRepository(Product).createQueryBuilder('p')

  describe('cached', () => {
    it('makes entities anew on each hit, with their relations, dates and methods', async () => {
      const read = () =>
        cached(
          products().innerJoinAndSelect('p.reviews', 'r').where('p.id = 1'),
          options,
        ).getOneOrFail()
      const loaded = await read()

      const hit = await read()

      expect(hit).toEqual(loaded)
      expect(hit).not.toBe(loaded)
      expect(hit).toBeInstanceOf(Product)
      expect(hit.label).toBe('<one>')
      expect(hit.seenAt).toEqual(new Date('2026-01-02T03:04:05.678Z'))
      expect(hit.reviews).toHaveLength(2)
    })

    it.for<[string, () => Promise<unknown>]>([
      [
        'pages of joined entities',
        () => cached(products().leftJoinAndSelect('p.reviews', 'r').take(1), options).getMany(),
      ],
      ['getManyAndCount', () => cached(products().take(1), options).getManyAndCount()],
      ['getCount', () => cached(products(), options).getCount()],
      ['getExists', () => cached(products(), options).getExists()],
      ['getRawMany', () => cached(products().select('count(*)', 'n'), options).getRawMany()],
      ['getOne of nothing', () => cached(products().where('p.id = 99'), options).getOne()],
    ])('answers %s', async ([, read]) => {
      const loaded = await read()
      let hit: unknown

      const sent = await shop().sending(async () => (hit = await read()))

      expect(sent).toEqual([])
      expect(hit).toEqual(loaded)
    })

    it('neither answers nor stores what is read in a transaction', async () => {
      const read = (on: EntityManager = source.manager) =>
        cached(
          on.getRepository<Item>('Item').createQueryBuilder('i').where('i.id = 1'),
          options,
        ).getOne()
      let seen: unknown
      await read()

      await undone(
        source.transaction(async (manager) => {
          await manager.update('Item', { id: 1 }, { n: 7 })
          seen = await read(manager)
          undo()
        }),
      )

      expect(seen).toEqual({ id: 1, n: 7 })
      expect(await read()).toEqual({ id: 1, n: 0 })
    })

    it('leaves the builder as it was', async () => {
      const builder = products()
      await cached(builder, options).getMany()

      expect(await shop().sending(() => builder.getMany())).toHaveLength(1)
    })

    it('refuses what does not select, and to stream', async () => {
      expect(() => cached(products().delete() as never, options)).toThrow(
        expect.objectContaining({ code: 'E_OPTION' }),
      )
      await expect(cached(products(), options).stream()).rejects.toMatchObject({
        code: 'E_UNSUPPORTED',
      })
    })
  })

  describe('queryResultCache', () => {
    const items = () => source.getRepository<Item>('Item')
    const find = () => items().find({ where: { id: 1 }, cache: true })

    it('answers find({ cache: true }) until its table is changed', async () => {
      expect(await find()).toEqual([{ id: 1, n: 0 }])
      expect(await shop().sending(find)).toEqual([])
      await source.getRepository('Tag').insert({ name: 'x' })
      expect(await shop().sending(find)).toEqual([])

      await shop().pool.query('update items set n = 7 where id = 1')

      expect(await find()).toEqual([{ id: 1, n: 7 }])
    })

    // TypeORM's own caches store these rows under the key that everybody reads.
    it('never stores what a transaction has not committed, nor answers it', async () => {
      await find()
      let seen: unknown

      await undone(
        source.transaction(async (manager) => {
          await manager.update('Item', { id: 1 }, { n: 7 })
          seen = await manager.find('Item', { where: { id: 1 }, cache: true })
          undo()
        }),
      )

      expect(seen).toEqual([{ id: 1, n: 7 }])
      expect(await find()).toEqual([{ id: 1, n: 0 }])
    })

    it('stores nothing of a transaction that was begun by hand', async () => {
      const runner = source.createQueryRunner()
      await runner.query('begin')
      await runner.query('update items set n = 7 where id = 1')
      const builder = items().createQueryBuilder('i', runner).where('i.id = 1').cache(true)
      const seen = await builder.getMany()
      await runner.query('rollback')
      await runner.release()

      expect(seen).toEqual([{ id: 1, n: 7 }])
      expect(await items().createQueryBuilder('i').where('i.id = 1').cache(true).getMany()).toEqual(
        [{ id: 1, n: 0 }],
      )
    })

    it('tells queries under one id apart by their parameters, and removes them together', async () => {
      const cache = { id: 'item', milliseconds: 60_000 }
      const read = (id: number) => items().find({ where: { id }, cache })
      expect(await read(1)).toEqual([{ id: 1, n: 0 }])
      expect(await read(2)).toEqual([{ id: 2, n: 0 }])
      expect(await shop().sending(() => Promise.all([read(1), read(2)]))).toEqual([])

      await source.queryResultCache?.remove(['item'])

      expect(await shop().sending(() => Promise.all([read(1), read(2)]))).toHaveLength(2)
    })

    it('is emptied as a whole, and nothing else with it', async () => {
      const read = () => cached(items().createQueryBuilder('i'), options).getMany()
      await Promise.all([read(), find()])

      await source.queryResultCache?.clear()

      expect(await shop().sending(read)).toEqual([])
      expect(await shop().sending(find)).toHaveLength(1)
    })
  })
})
