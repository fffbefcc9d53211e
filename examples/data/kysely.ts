// examples/data/kysely.ts
import { createCaches } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { cachedQueries, cacheDialect } from 'breakwater/kysely'
import { schemaOf, trackedClient } from 'breakwater/pg'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

const caches = createCaches()
const tracker = trackChanges(caches.default)
const pool = new pg.Pool({
  connectionString: process.env['DATABASE_URL'],
  Client: trackedClient(pg.Client, tracker),
})
await pool.query(`drop table if exists products; create table products (id int primary key, price int);
  insert into products values (7, 1990), (8, 500)`)
tracker.learn(await schemaOf(pool))

const db = new Kysely<{ products: { id: number; price: number } }>({
  dialect: cacheDialect(new PostgresDialect({ pool })),
})
const cached = cachedQueries(tracker)

async function show(): Promise<void> {
  const { hits } = caches.default.measures().counts
  const price = (id: number) =>
    cached(db.selectFrom('products').select('price').where('id', '=', id), {
      ttl: '1h',
    }).executeTakeFirst()
  const shown = JSON.stringify([await price(7), await price(8)])
  console.log(`${shown}: ${caches.default.measures().counts.hits - hits} hits`)
}
await show()
await show()
await db.updateTable('products').set({ price: 1790 }).where('id', '=', 7).execute()
await show() // 7 is asked for anew, 8 is still a hit

await db.destroy()
await caches.close()
