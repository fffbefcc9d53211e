// The code of docs/data.md and docs/data/*.md runs as it stands there, on real databases.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DocPage } from '../docs/doc-page.ts'
import { outboxSql } from '../../src/data/adapters/pg/outbox-sql.ts'
import { type MariadbServer, startMariadb } from '../servers/mariadb.ts'
import { type MongoStub, startMongoStub } from '../servers/mongo-stub.ts'
import { type PostgresServer, startPostgres } from '../servers/postgres.ts'

let postgres: PostgresServer
let mysql: MariadbServer
let mongo: MongoStub
let scratch: string

const TABLES = [
  'create table products (id integer primary key, price numeric not null)',
  'create table reviews (id integer primary key, product_id integer not null references products (id))',
  'insert into products values (7, 1), (8, 1)',
  'insert into reviews values (1, 7)',
]

beforeAll(async () => {
  ;[postgres, mysql, mongo] = await Promise.all([startPostgres(), startMariadb(), startMongoStub()])
  const client = new pg.Client(postgres.url)
  await client.connect()
  for (const statement of [...TABLES, ...outboxSql({ tables: ['products'] })])
    await client.query(statement)
  await client.end()
  const connection = await createConnection(mysql.url)
  for (const statement of TABLES) await connection.query(statement)
  await connection.end()
  mongo.collections.replace('shop.products', [{ _id: 7, price: 1, category: 1 }])
  mongo.collections.replace('shop.categories', [{ _id: 1, name: 'a' }])
  scratch = await mkdtemp(join(tmpdir(), 'breakwater-pages-'))
  new Database(join(scratch, 'shop.db')).exec(TABLES.join(';')).close()
  process.env['MONGODB_URL'] = mongo.url
  process.env['LIBSQL_URL'] = `file:${join(scratch, 'shop.db')}`
})
afterAll(async () => {
  await Promise.all([postgres.stop(), mysql.stop(), mongo.stop()])
  await rm(scratch, { recursive: true, force: true })
})

/** What a page leaves to its reader. */
interface Around {
  /** Which of its blocks run, in one module. Default: the first two. */
  readonly blocks?: readonly number[]
  readonly before?: string
  readonly between?: string
  /** What is looked at, and what is closed. */
  readonly after: string
  readonly url?: () => string
}

const CACHES =
  "import { createCaches } from 'breakwater'\nconst caches = createCaches()\nconst id = 7\n"
const connectionString = 'const connectionString = process.env.DATABASE_URL\n'
const endPool = 'export const close = () => pool.end()\n'
const PRODUCTS = [
  { id: 7, price: '1' },
  { id: 8, price: '1' },
]

/** Nobody has asked for an order. */
function byId(rows: unknown): unknown[] {
  return (rows as { id: number }[]).toSorted((a, b) => a.id - b.id)
}

async function run(page: string, around: Around): Promise<Record<string, unknown>> {
  const { blocks = [0, 1], before = CACHES, url = () => postgres.url, ...more } = around
  process.env['DATABASE_URL'] = url()
  const edit = (code: string): string => code.replaceAll("'shop.db'", 'shop')
  return await new DocPage(page).run(blocks, { before, edit, ...more })
}

describe('the code of the page', { timeout: 120_000 }, () => {
  it('on data changes caches a query until its row is changed', async () => {
    const after = `
      const again = await cached({ text: 'select * from products where id = $1', values: [7] }, { ttl: '1h' })
      await pool.query('update products set price = 1')
      export const seen = [rows[0].price, again.rows[0].price]
      ${endPool}`

    const { seen } = await run('data.md', { blocks: [0], before: '', after })

    expect(seen).toEqual(['1', '2'])
  })

  it('on data changes has rules that compile and run', async () => {
    const before = `${CACHES}import { trackChanges } from 'breakwater/data'\nconst loadProduct = (id: string) => ({ id })\n`
    const after = `
      await product.get('7')
      await caches.default.set('home', 1)
      const { applied } = await tracker.changed({ entity: 'products', operation: 'update', ids: ['7'] })
      export const seen = [applied, await caches.default.get('home')]`

    expect((await run('data.md', { blocks: [1], before, after }))['seen']).toEqual([
      true,
      undefined,
    ])
  })

  it('on PostgreSQL, and on PGlite', async () => {
    const before = `${CACHES}${connectionString}`
    const { rows } = await run('data/pg.md', {
      blocks: [0],
      before,
      after: `export { rows }\n${endPool}`,
    })
    expect(rows).toEqual([PRODUCTS[0]])

    const tracker = `${CACHES}import { trackChanges } from 'breakwater/data'\nimport { schemaOf } from 'breakwater/pg'\nconst tracker = trackChanges(caches.default)\n`
    const after =
      'export const seen = (await database.query("select 1 as n")).rows\nexport const close = () => database.close()'
    expect((await run('data/pg.md', { blocks: [1], before: tracker, after }))['seen']).toEqual([
      { n: 1 },
    ])
  })

  it('on MySQL', async () => {
    const { rows } = await run('data/mysql.md', {
      after: `export { rows }\n${endPool}`,
      url: () => mysql.url,
    })

    expect(rows).toMatchObject([{ id: 7 }])
  })

  it('on SQLite, and on libsql', async () => {
    const before = `${CACHES}const shop = ${JSON.stringify(join(scratch, 'shop.db'))}\n`
    const after = 'export { rows }\nexport const close = () => (tracked.close(), database.close())'
    expect((await run('data/sqlite.md', { blocks: [0], before, after }))['rows']).toMatchObject([
      { id: 7 },
    ])

    const tracker = `${CACHES}import { trackChanges } from 'breakwater/data'\nconst tracker = trackChanges(caches.default)\n`
    const libsql =
      'export const seen = (await client.execute("select id from products")).rows.length\nexport const close = () => client.close()'
    expect(
      (await run('data/sqlite.md', { blocks: [1], before: tracker, after: libsql }))['seen'],
    ).toBe(2)
  })

  it('on Drizzle', async () => {
    const before = `${CACHES}${connectionString}
      import { eq, relations, sql } from 'drizzle-orm'
      import { integer, numeric, pgTable } from 'drizzle-orm/pg-core'
      const products = pgTable('products', { id: integer().primaryKey(), price: numeric() })
      const reviews = pgTable('reviews', { id: integer().primaryKey(), productId: integer('product_id') })
      const schema = {
        products,
        reviews,
        ofProducts: relations(products, ({ many }) => ({ reviews: many(reviews) })),
        ofReviews: relations(reviews, ({ one }) => ({ p: one(products, { fields: [reviews.productId], references: [products.id] }) })),
      }
      `
    const seen = await run('data/drizzle.md', {
      before,
      after: `export { count, deep, list, one, rows }\n${endPool}`,
    })

    expect(byId(seen['list'])).toEqual(PRODUCTS)
    expect(seen['one']).toEqual(PRODUCTS[0])
    expect(byId(seen['deep'])).toMatchObject([{ reviews: [{ id: 1 }] }, { reviews: [] }])
    expect([seen['count'], byId(seen['rows'])]).toEqual([2, [{ id: 7 }, { id: 8 }]])
  })

  it('on Kysely', async () => {
    const before = `${CACHES}${connectionString}
      import { sql } from 'kysely'
      interface Row { id: number }
      interface Tables { products: { id: number; price: string } }\n`
    const seen = await run('data/kysely.md', {
      before,
      after: `export { list, one, rows }\n${endPool}`,
    })

    expect([byId(seen['list']), seen['one']]).toEqual([PRODUCTS, PRODUCTS[0]])
    expect(seen['rows']).toHaveLength(2)
  })

  it('on Knex', async () => {
    const before = `${CACHES}const connection = process.env.DATABASE_URL\n`
    const after = 'export { list, one, rows }\nexport const close = () => knex.destroy()'
    const seen = await run('data/knex.md', { before, after })

    expect([byId(seen['list']), seen['one']]).toEqual([PRODUCTS, PRODUCTS[0]])
    expect(seen['rows']).toHaveLength(2)
  })

  it('on Sequelize', async () => {
    const before = `${CACHES}const url = process.env.DATABASE_URL\n`
    const between = `
      import { DataTypes } from 'sequelize'
      const key = { id: { type: DataTypes.INTEGER, primaryKey: true } }
      const Product = sequelize.define('products', key, { timestamps: false })
      const Review = sequelize.define('reviews', key, { timestamps: false })
      Product.hasMany(Review, { foreignKey: 'product_id' })\n`
    const after = 'export { count, list, one, raw }\nexport const close = () => sequelize.close()'
    const seen = await run('data/sequelize.md', { before, between, after })

    expect(seen['count']).toBe(2)
    expect(byId(seen['raw'])).toEqual([{ id: 7 }, { id: 8 }])
    expect(seen['list']).toHaveLength(2)
    expect(seen['one']).toMatchObject({ id: 7 })
  })

  it('on TypeORM', async () => {
    const before = `${CACHES}import 'reflect-metadata'
      import { EntitySchema } from 'typeorm'
      const url = process.env.DATABASE_URL
      const columns = { id: { type: Number, primary: true } }
      const product = { type: 'many-to-one', target: 'products', joinColumn: { name: 'product_id' } }
      const reviews = { type: 'one-to-many', target: 'reviews', inverseSide: 'product' }
      const entities = [
        new EntitySchema({ name: 'products', columns, relations: { reviews } }),
        new EntitySchema({ name: 'reviews', columns, relations: { product } }),
      ]\n`
    const between = "const products = source.getRepository('products')"
    const after = 'export { found, list, one }\nexport const close = () => source.destroy()'
    const seen = await run('data/typeorm.md', { before, between, after })

    expect(seen['list']).toHaveLength(2)
    expect([seen['one'], seen['found']]).toMatchObject([{ id: 7 }, [{ id: 7 }]])
  })

  it('on MongoDB', async () => {
    const after =
      'export const seen = await cached.findOne({ _id: id })\nexport const close = () => client.close()'

    const { seen } = await run('data/mongodb.md', { blocks: [0], after })

    expect(seen).toMatchObject({ _id: 7, price: 4 })
  })

  it('on Mongoose', async () => {
    const before = `${CACHES}
      import { Schema } from 'mongoose'
      const models = () => {
        mongoose.model('Category', new Schema({ _id: Number, name: String }))
        return mongoose.model('Product', new Schema({ _id: Number, price: Number, category: { type: Number, ref: 'Category' } }))
      }
      const Product = models()\n`
    const after = 'export { prices, product }\nexport const close = () => mongoose.disconnect()'

    const { prices, product } = await run('data/mongoose.md', { blocks: [0], before, after })

    expect(product).toMatchObject({ _id: 7, category: { name: 'a' } })
    expect(prices).toHaveLength(1)
  })

  it('on the outbox', async () => {
    const before = `${CACHES}${connectionString}`
    const after = 'export const close = () => reading.close()\nexport { reading }'

    const { reading } = await run('data/outbox.md', { blocks: [0], before, after })

    expect(reading).toHaveProperty('wake')
  })
})
