// examples/data/drizzle.ts
import { PGlite } from '@electric-sql/pglite'
import { createCaches } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { cachedQueries } from 'breakwater/drizzle'
import { schemaOf } from 'breakwater/pg'
import { trackPglite } from 'breakwater/pglite'
import { eq } from 'drizzle-orm'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'

const caches = createCaches()
const tracker = trackChanges(caches.default)
const client = trackPglite(await PGlite.create(), tracker)
await client.exec(`create table products (id int primary key, price int);
  insert into products values (7, 1990), (8, 500)`)
tracker.learn(await schemaOf(client))

const products = pgTable('products', { id: integer().primaryKey(), price: integer() })
const db = drizzle(client)
const cached = cachedQueries(tracker)

async function show(): Promise<void> {
  const { hits } = caches.default.measures().counts
  const price = (id: number) =>
    cached(db.select().from(products).where(eq(products.id, id)), { ttl: '1h' })
  const shown = JSON.stringify([...(await price(7)), ...(await price(8))])
  console.log(`${shown}: ${caches.default.measures().counts.hits - hits} hits`)
}
await show()
await show()
await db.update(products).set({ price: 1790 }).where(eq(products.id, 7))
await show() // 7 is asked for anew, 8 is still a hit

await client.close()
await caches.close()
