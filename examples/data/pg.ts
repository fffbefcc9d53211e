// examples/data/pg.ts
import { createCaches } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { cachedQueries, schemaOf, trackedClient } from 'breakwater/pg'
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
const cached = cachedQueries(tracker, pool)

async function show(): Promise<void> {
  const { hits } = caches.default.measures().counts
  const price = async (id: number) =>
    (
      await cached(
        { text: 'select price from products where id = $1', values: [id] },
        { ttl: '1h' },
      )
    ).rows[0]
  const shown = JSON.stringify([await price(7), await price(8)])
  console.log(`${shown}: ${caches.default.measures().counts.hits - hits} hits`)
}
await show()
await show()
await pool.query('update products set price = 1790 where id = $1', [7])
await show() // 7 is asked for anew, 8 is still a hit

await pool.end()
await caches.close()
