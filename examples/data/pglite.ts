// examples/data/pglite.ts
import { PGlite } from '@electric-sql/pglite'
import { createCaches } from 'breakwater'
import { cachedQuery, trackChanges } from 'breakwater/data'
import { schemaOf } from 'breakwater/pg'
import { trackPglite } from 'breakwater/pglite'

const caches = createCaches()
const tracker = trackChanges(caches.default)
const database = trackPglite(await PGlite.create(), tracker)
await database.exec(`create table products (id int primary key, price int);
  insert into products values (7, 1990), (8, 500)`)
tracker.learn(await schemaOf(database))

async function show(): Promise<void> {
  const { hits } = caches.default.measures().counts
  const sql = 'select price from products where id = $1'
  const price = (id: number) =>
    cachedQuery(caches.default, {
      tracker,
      dialect: 'postgres',
      sql,
      params: [id],
      run: async () => (await database.query(sql, [id])).rows[0],
      ttl: '1h',
    })
  const shown = JSON.stringify([await price(7), await price(8)])
  console.log(`${shown}: ${caches.default.measures().counts.hits - hits} hits`)
}
await show()
await show()
await database.query('update products set price = 1790 where id = $1', [7])
await show() // 7 is asked for anew, 8 is still a hit

await database.close()
await caches.close()
