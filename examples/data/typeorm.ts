// examples/data/typeorm.ts
import { createCaches } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { schemaOf, trackedClient } from 'breakwater/pg'
import { cachedQueries } from 'breakwater/typeorm'
import pg from 'pg'
import { DataSource, EntitySchema } from 'typeorm'

const caches = createCaches()
const tracker = trackChanges(caches.default)
const Product = new EntitySchema<{ id: number; price: number }>({
  name: 'Product',
  tableName: 'products',
  columns: { id: { type: 'int', primary: true }, price: { type: 'int' } },
})
const source = new DataSource({
  type: 'postgres',
  url: process.env['DATABASE_URL'] ?? '',
  entities: [Product],
  extra: { Client: trackedClient(pg.Client, tracker) },
  dropSchema: true,
  synchronize: true,
})
await source.initialize()
const products = source.getRepository(Product)
await products.save([
  { id: 7, price: 1990 },
  { id: 8, price: 500 },
])
tracker.learn(await schemaOf({ query: async (sql) => ({ rows: await source.query(sql) }) }))
const cached = cachedQueries(tracker)

async function show(): Promise<void> {
  const { hits } = caches.default.measures().counts
  const price = (id: number) =>
    cached(products.createQueryBuilder('p').where('p.id = :id', { id }), { ttl: '1h' }).getOne()
  const shown = JSON.stringify([await price(7), await price(8)])
  console.log(`${shown}: ${caches.default.measures().counts.hits - hits} hits`)
}
await show()
await show()
await products.update(7, { price: 1790 })
await show() // 7 is asked for anew, 8 is still a hit

await source.destroy()
await caches.close()
