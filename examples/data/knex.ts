// examples/data/knex.ts
import { createCaches } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { cachedQueries } from 'breakwater/knex'
import { schemaOf, trackedClient } from 'breakwater/pg'
import knexOf from 'knex'
import pg from 'pg'

const caches = createCaches()
const tracker = trackChanges(caches.default)
const knex = knexOf({ client: 'pg', connection: process.env['DATABASE_URL'] ?? '' })
Object.assign(knex.client, { driver: { ...pg, Client: trackedClient(pg.Client, tracker) } })
await knex.raw(`drop table if exists products; create table products (id int primary key, price int);
  insert into products values (7, 1990), (8, 500)`)
tracker.learn(await schemaOf({ query: async (sql) => await knex.raw(sql) }))
const cached = cachedQueries(tracker)

async function show(): Promise<void> {
  const { hits } = caches.default.measures().counts
  const price = (id: number) => cached(knex('products').where({ id }).first('price'), { ttl: '1h' })
  const shown = JSON.stringify([await price(7), await price(8)])
  console.log(`${shown}: ${caches.default.measures().counts.hits - hits} hits`)
}
await show()
await show()
await knex('products').where({ id: 7 }).update({ price: 1790 })
await show() // 7 is asked for anew, 8 is still a hit

await knex.destroy()
await caches.close()
