// examples/data/sqlite.ts
import Database from 'better-sqlite3'
import { createCaches } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { schemaOf, trackSqlite } from 'breakwater/sqlite'

const database = new Database(':memory:')
database.exec(`create table products (id integer primary key, price integer);
  insert into products values (7, 1990), (8, 500)`)

const caches = createCaches()
const tracker = trackChanges(caches.default)
tracker.learn(await schemaOf(database))
const tracked = trackSqlite(database, tracker)

async function show(): Promise<void> {
  const { hits } = caches.default.measures().counts
  const price = (id: number) =>
    tracked.cached('select price from products where id = ?', [id], { ttl: '1h' })
  const shown = JSON.stringify([await price(7), await price(8)])
  console.log(`${shown}: ${caches.default.measures().counts.hits - hits} hits`)
}
await show()
await show()
await tracked.write(() => database.prepare('update products set price = 1790 where id = 7').run())
await show() // 7 is asked for anew, 8 is still a hit

database.close()
await caches.close()
