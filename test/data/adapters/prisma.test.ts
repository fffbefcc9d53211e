import { PrismaPg } from '@prisma/adapter-pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CachedPrisma,
  cachedQueries,
  prismaCache,
} from '../../../src/data/adapters/prisma/index.ts'
import { byId, type Item } from './items.ts'
import { ormContract } from './orm-contract.ts'
import { type Client, type Generated, generatePrisma } from './prisma-client.ts'
import { type Shop, useShop } from './shop.ts'
import { undo, undone } from './undone.ts'

const options = { ttl: '5m' } as const
const tea = { id: 3, name: 'tea', price: '9.00' }
const shop = useShop()
let generated: Generated

beforeAll(async () => {
  generated = await generatePrisma()
})
afterAll(() => generated.remove())

function open({ pool }: Shop): Client {
  const { PrismaClient, Prisma } = generated
  const client = new PrismaClient({ adapter: new PrismaPg(pool) })
  return client.$extends(prismaCache({ Decimal: Prisma.Decimal }))
}

const WRITES = [
  'an update of one row',
  'an update of many rows',
  'an insert',
  'a nested write',
  'a nested write into a many-to-many relation',
  'an upsert',
  'a delete, with what the database deletes of others',
  'raw SQL',
  'a list of writes in a transaction',
  'a transaction that is rolled back',
] as const

ormContract(
  'Prisma',
  shop,
  async (opened) => {
    const prisma = open(opened)
    const cached = cachedQueries(opened.tracker)
    const one = (id: number) => () => cached(prisma.product.findUnique({ where: { id } }), options)
    const add = async (on: Client, ids: readonly number[]): Promise<void> => {
      await on.item.updateMany({ where: { id: { in: ids } }, data: { n: { increment: 1 } } })
    }
    const data = { price: '1.00' }
    return {
      client: generated.folder,
      entries: {
        products: () => cached(prisma.product.findMany(), options),
        'product 1': one(1),
        'product 2': one(2),
        reviewed: () => cached(prisma.product.findMany({ include: { reviews: true } }), options),
        tags: () => cached(prisma.tag.findMany(), options),
      },
      writes: {
        'an update of one row': {
          write: async () => await prisma.product.update({ where: { id: 1 }, data }),
          dies: ['products', 'product 1', 'reviewed'],
        },
        'an update of many rows': {
          write: async () => await prisma.product.updateMany({ data }),
          dies: ['products', 'product 1', 'product 2', 'reviewed'],
        },
        'an insert': {
          write: async () => await prisma.product.create({ data: tea }),
          dies: ['products', 'reviewed'],
        },
        // `$allOperations` of an extension sees `Review` alone.
        'a nested write': {
          write: async () =>
            await prisma.review.update({ where: { id: 3 }, data: { product: { update: data } } }),
          dies: ['products', 'product 2', 'reviewed'],
        },
        'a nested write into a many-to-many relation': {
          write: async () =>
            await prisma.product.update({
              where: { id: 2 },
              data: { tags: { create: { name: 'nested' } } },
            }),
          dies: ['tags'],
        },
        'an upsert': {
          write: async () =>
            await prisma.product.upsert({
              where: { id: 2 },
              create: { ...tea, id: 2 },
              update: data,
            }),
          dies: ['products', 'product 1', 'product 2', 'reviewed'],
        },
        'a delete, with what the database deletes of others': {
          write: async () => await prisma.product.delete({ where: { id: 2 } }),
          dies: ['products', 'product 2', 'reviewed'],
        },
        'raw SQL': {
          write: async () => await prisma.$executeRaw`insert into tags values (${'raw'})`,
          dies: ['tags'],
        },
        'a list of writes in a transaction': {
          write: () =>
            prisma.$transaction([
              prisma.tag.create({ data: { name: 'listed' } }),
              prisma.review.create({ data: { body: 'x', productId: 1 } }),
            ]),
          dies: ['reviewed', 'tags'],
        },
        'a transaction that is rolled back': {
          write: () =>
            undone(
              prisma.$transaction(async (tx) => {
                await tx.product.updateMany({ data })
                undo()
              }),
            ),
          dies: [],
        },
      },
      played: {
        readers: [
          {
            name: 'rows',
            read: async (ids) =>
              byId(
                await items(cached(prisma.item.findMany({ where: { id: { in: ids } } }), options)),
              ),
          },
          {
            name: 'a row',
            read: async (ids) => {
              const read = (id: number) =>
                cached(prisma.item.findUniqueOrThrow({ where: { id } }), options)
              return byId(await items(Promise.all(ids.map(read))))
            },
          },
          {
            name: 'a list',
            read: async () => byId(await items(cached(prisma.item.findMany(), options))),
          },
          {
            name: 'raw SQL',
            read: async () => {
              const query = prisma.$queryRaw<Item[]>`select id, n from items`
              return byId(await cached(query, options))
            },
          },
        ],
        writers: [
          { name: 'an update', write: (ids) => add(prisma, ids) },
          { name: 'a transaction', write: (ids) => prisma.$transaction((tx) => add(tx, ids)) },
          {
            name: 'a list in a transaction',
            write: async (ids) => {
              const data = { n: { increment: 1 } }
              await prisma.$transaction(
                ids.map((id) => prisma.item.update({ where: { id }, data })),
              )
            },
          },
          {
            name: 'a transaction that is rolled back',
            keeps: () => [],
            write: (ids) =>
              undone(
                prisma.$transaction(async (tx) => {
                  await add(tx, ids)
                  undo()
                }),
              ),
          },
        ],
      },
    }
  },
  WRITES,
)

async function items(rows: Promise<unknown[]>): Promise<Item[]> {
  return (await rows) as Item[]
}

describe('cached of breakwater/prisma', () => {
  let prisma: Client
  let cached: CachedPrisma

  beforeAll(() => {
    prisma = open(shop())
    cached = cachedQueries(shop().tracker)
  })

  it.for<[string, () => PromiseLike<unknown>]>([
    ['findUnique', () => prisma.product.findUnique({ where: { id: 1 } })],
    ['findFirst of nothing', () => prisma.product.findFirst({ where: { id: 99 } })],
    ['findMany', () => prisma.product.findMany({ include: { reviews: true, tags: true } })],
    ['count', () => prisma.product.count()],
    ['aggregate', () => prisma.product.aggregate({ _sum: { price: true } })],
    [
      'groupBy',
      () =>
        prisma.review.groupBy({ by: ['productId'], _count: true, orderBy: { productId: 'asc' } }),
    ],
    ['$queryRaw', () => prisma.$queryRaw`select * from products where id = ${1}`],
    ['$queryRawUnsafe', () => prisma.$queryRawUnsafe('select * from products where id = $1', 1)],
  ])(
    'answers %s as the database does: decimals, big integers and dates included',
    async ([, query]) => {
      const fromDatabase = await query()
      await cached(query(), options)
      let hit: unknown

      const sent = await shop().sending(async () => (hit = await cached(query(), options)))

      expect(sent).toEqual([])
      expect(hit).toStrictEqual(fromDatabase)
    },
  )

  it('computes fields of other extensions on a hit, methods too', async () => {
    const product = {
      label: {
        needs: { name: true },
        compute:
          ({ name }: { name: string }) =>
          () =>
            `<${name}>`,
      },
    }
    const extended = prisma.$extends({ result: { product } })
    await cached(extended.product.findMany(), options)

    const [hit] = await cached(extended.product.findMany(), options)

    const label = hit?.['label'] as (() => string) | undefined
    expect(label?.()).toBe('<one>')
  })

  it('never gives one tenant what another asked for, whichever extension came first', async () => {
    const only = (id: number) => ({
      query: {
        product: {
          findMany: ({ query }: { query: (args: object) => unknown }) => query({ where: { id } }),
        },
      },
    })
    const before = (id: number): Client => {
      const { PrismaClient, Prisma } = generated
      const client = new PrismaClient({ adapter: new PrismaPg(shop().pool) })
      return client.$extends(only(id)).$extends(prismaCache({ Decimal: Prisma.Decimal }))
    }
    const names: unknown[] = []

    for (const client of [1, 2].flatMap((id) => [prisma.$extends(only(id)), before(id)]))
      names.push(...(await cached(client.product.findMany(), options)).map((each) => each['name']))

    expect(names).toEqual(['one', 'one', 'two', 'two'])
  })

  it.for<[string, () => PromiseLike<unknown>, string]>([
    ['an include', () => prisma.product.findMany({ include: { reviews: true } }), 'reviews'],
    [
      'a select',
      () => prisma.product.findMany({ select: { reviews: { select: { id: true } } } }),
      'reviews',
    ],
    [
      'a filter',
      () => prisma.product.findMany({ where: { NOT: { reviews: { some: {} } } } }),
      'reviews',
    ],
    [
      'an order',
      () => prisma.review.findMany({ orderBy: { product: { name: 'asc' } } }),
      'products',
    ],
    [
      'a count of a relation',
      () => prisma.product.findMany({ include: { _count: { select: { reviews: true } } } }),
      'reviews',
    ],
    [
      'counts of all relations',
      () => prisma.product.findMany({ include: { _count: true } }),
      '_ProductToTag',
    ],
    [
      'a many-to-many relation',
      () => prisma.product.findMany({ select: { tags: true } }),
      '_ProductToTag',
    ],
    [
      'raw SQL',
      () => prisma.$queryRaw`select (select count(*) from reviews) as n from products`,
      'reviews',
    ],
  ])('knows the tables of %s', async ([, query, entity]) => {
    const read = () => cached(query(), options)
    await read()
    expect(await shop().sending(read)).toEqual([])

    await shop().tracker.changed({ entity, operation: 'unknown' })

    expect(await shop().sending(read)).not.toEqual([])
  })

  it('neither answers nor stores what is read in a transaction of either kind', async () => {
    const read = (on: Client = prisma) => cached(on.item.findUnique({ where: { id: 1 } }), options)
    const seen: unknown[] = []
    await read()

    await undone(
      prisma.$transaction(async (tx) => {
        await tx.item.update({ where: { id: 1 }, data: { n: 7 } })
        seen.push(
          await read(tx),
          await cached(tx.$queryRaw`select id, n from items where id = 1`, options),
        )
        undo()
      }),
    )
    const sent = await shop().sending(() =>
      prisma.$transaction([prisma.item.count(), prisma.item.count()]),
    )

    expect(seen).toEqual([{ id: 1, n: 7 }, [{ id: 1, n: 7 }]])
    expect(await read()).toEqual({ id: 1, n: 0 })
    expect(sent.filter((text) => /count/i.test(text))).toHaveLength(2)
  })

  it('tells arguments apart that have no text of their own', async () => {
    const { DbNull } = generated.Prisma
    const read = (big: unknown) => cached(prisma.product.count({ where: { big } }), options)

    expect(await read({ equals: 9_007_199_254_740_993n })).toBe(1)
    expect(await read({ not: 9_007_199_254_740_993n })).toBe(0)
    expect(await read(null)).toBe(1)
    // Refused by Prisma itself, and not by the key.
    await expect(read(DbNull)).rejects.toThrow('Argument `big`')
  })

  it('says what to give where a result has decimals and their class is not known', async () => {
    const { PrismaClient } = generated
    const plain = new PrismaClient({ adapter: new PrismaPg(shop().pool) }).$extends(prismaCache())

    await expect(cached(plain.product.findMany(), options)).rejects.toThrow(
      'prismaCache({ Decimal: Prisma.Decimal })',
    )
    expect(await cached(plain.item.count(), options)).toBe(5)
  })

  it.for<[string, () => unknown]>([
    ['a write', () => cached(prisma.item.create({ data: { id: 9 } }), options)],
    ['what is no query of Prisma', () => cached(Promise.resolve(1), options)],
    [
      'a client without the extension',
      () =>
        cached(
          new generated.PrismaClient({ adapter: new PrismaPg(shop().pool) }).item.count(),
          options,
        ),
    ],
    ['unknown options', async () => prismaCache({ decimal: 1 } as never)],
  ])('refuses %s', async ([, act]) => {
    await expect(act()).rejects.toMatchObject({ code: 'E_OPTION' })
  })
})
