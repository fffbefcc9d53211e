// The libraries that write to PostgreSQL, each as its page says to open it.
import { schemaOf, trackedClient } from 'breakwater/pg'
import pg from 'pg'
import type { Model, ModelStatic } from 'sequelize'
import { ADD, type Opened, type Writer } from './writer.ts'

interface Tracked {
  readonly Client: typeof pg.Client
  readonly pool: pg.Pool
  readonly url: string
}

async function tracked({ setup, tracker }: Opened): Promise<Tracked> {
  const Client = trackedClient(pg.Client, tracker)
  const pool = new pg.Pool({ connectionString: setup.database, Client })
  tracker.learn(await schemaOf(pool))
  return { Client, pool, url: setup.database }
}

export async function openPg(opened: Opened): Promise<Writer> {
  const { pool } = await tracked(opened)
  return {
    add: (ids) => pool.query(ADD, [ids]),
    async transaction(ids, work) {
      const client = await pool.connect()
      try {
        await client.query('begin')
        await client.query(ADD, [ids])
        work()
        await client.query('commit')
      } catch (error) {
        await client.query('rollback')
        throw error
      } finally {
        client.release()
      }
    },
  }
}

export async function openDrizzle(opened: Opened): Promise<Writer> {
  const { pool } = await tracked(opened)
  const { drizzle } = await import('drizzle-orm/node-postgres')
  const { integer, pgTable } = await import('drizzle-orm/pg-core')
  const { inArray, sql } = await import('drizzle-orm')
  const items = pgTable('items', { id: integer().primaryKey(), n: integer().notNull() })
  const db = drizzle(pool)
  const add = (on: Pick<typeof db, 'update'>, ids: readonly number[]): Promise<unknown> =>
    on
      .update(items)
      .set({ n: sql`${items.n} + 1` })
      .where(inArray(items.id, [...ids]))
      .execute()
  return {
    add: (ids) => add(db, ids),
    transaction: (ids, work) =>
      db.transaction(async (tx) => {
        await add(tx, ids)
        work()
      }),
  }
}

export async function openKysely(opened: Opened): Promise<Writer> {
  const { pool } = await tracked(opened)
  const { Kysely, PostgresDialect } = await import('kysely')
  const { cacheDialect } = await import('breakwater/kysely')
  const db = new Kysely<{ items: { id: number; n: number } }>({
    dialect: cacheDialect(new PostgresDialect({ pool })),
  })
  const add = (on: typeof db, ids: readonly number[]): Promise<unknown> =>
    on
      .updateTable('items')
      .set((eb) => ({ n: eb('n', '+', 1) }))
      .where('id', 'in', ids)
      .execute()
  return {
    add: (ids) => add(db, ids),
    transaction: (ids, work) =>
      db.transaction().execute(async (trx) => {
        await add(trx, ids)
        work()
      }),
  }
}

export async function openKnex(opened: Opened): Promise<Writer> {
  const { Client, url } = await tracked(opened)
  const { default: knexOf } = await import('knex')
  const knex = knexOf({ client: 'pg', connection: url })
  Object.assign(knex.client as object, { driver: { ...pg, Client } })
  const add = async (on: typeof knex, ids: readonly number[]): Promise<unknown> =>
    await on('items').whereIn('id', ids).increment('n', 1)
  return {
    add: (ids) => add(knex, ids),
    transaction: (ids, work) =>
      knex.transaction(async (trx) => {
        await add(trx, ids)
        work()
      }),
  }
}

export async function openTypeorm(opened: Opened): Promise<Writer> {
  const { Client, url } = await tracked(opened)
  await import('reflect-metadata')
  const { DataSource, EntitySchema } = await import('typeorm')
  const Item = new EntitySchema({
    name: 'Item',
    tableName: 'items',
    columns: { id: { type: Number, primary: true }, n: { type: Number } },
  })
  const source = new DataSource({ type: 'postgres', url, extra: { Client }, entities: [Item] })
  await source.initialize()
  const add = async (on: typeof source.manager, ids: readonly number[]): Promise<unknown> =>
    await on
      .createQueryBuilder()
      .update('Item')
      .set({ n: () => 'n + 1' })
      .whereInIds(ids)
      .execute()
  return {
    add: (ids) => add(source.manager, ids),
    transaction: (ids, work) =>
      source.transaction(async (manager) => {
        await add(manager, ids)
        work()
      }),
  }
}

export async function openSequelize(opened: Opened): Promise<Writer> {
  const { Client, url } = await tracked(opened)
  const { DataTypes, Op, Sequelize } = await import('sequelize')
  const sequelize = new Sequelize(url, { dialectModule: { ...pg, Client }, logging: false })
  const id = { type: DataTypes.INTEGER, primaryKey: true }
  const options = { tableName: 'items', timestamps: false }
  const Item: ModelStatic<Model> = sequelize.define('Item', { id, n: DataTypes.INTEGER }, options)
  const where = (ids: readonly number[]) => ({ id: { [Op.in]: [...ids] } })
  return {
    add: (ids) => Item.increment('n', { where: where(ids) }),
    transaction: (ids, work) =>
      sequelize.transaction(async (transaction) => {
        await Item.increment('n', { where: where(ids), transaction })
        work()
      }),
  }
}

/** What is used of the client that `prisma generate` has made. */
interface PrismaLike {
  readonly item: { updateMany(args: object): Promise<unknown> }
  $transaction(work: (tx: PrismaLike) => Promise<unknown>): Promise<unknown>
}

export async function openPrisma(opened: Opened): Promise<Writer> {
  const { pool } = await tracked(opened)
  const { PrismaPg } = await import('@prisma/adapter-pg')
  const { createRequire } = await import('node:module')
  const require = createRequire(import.meta.url)
  const { PrismaClient } = require(opened.setup.client ?? '') as {
    PrismaClient: new (options: object) => PrismaLike
  }
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  const add = (on: PrismaLike, ids: readonly number[]): Promise<unknown> =>
    on.item.updateMany({ where: { id: { in: ids } }, data: { n: { increment: 1 } } })
  return {
    add: (ids) => add(prisma, ids),
    transaction: (ids, work) =>
      prisma.$transaction(async (tx) => {
        await add(tx, ids)
        work()
      }),
  }
}
