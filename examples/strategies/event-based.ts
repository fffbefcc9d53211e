// Event-based: the database's driver says what was changed, and what was read of it is invalid when that is committed. Who
// changes a price knows nothing of the cache.
import { createCaches } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { schemaOf, trackSqlite } from 'breakwater/sqlite'
import Database from 'better-sqlite3'
import { type Product, say } from './shop.ts'

const database = new Database(':memory:')
database.exec(`
  create table products (id integer primary key, category text not null, price integer not null);
  insert into products values (1, 'shoes', 100), (2, 'hats', 100), (3, 'shoes', 100)`)

const caches = createCaches({ default: { ttl: '1h' } })
const tracker = trackChanges(caches.default)
tracker.learn(await schemaOf(database))
const tracked = trackSqlite(database, tracker)

let queries = 0
caches.default.on('load', () => queries++)

async function priceOf(id: number): Promise<number> {
  const [row] = await tracked.cached<Product>('select * from products where id = ?', [id])
  return row?.price ?? 0
}

async function priceInList(id: number): Promise<number> {
  const sql = 'select * from products where category = ?'
  const rows = await tracked.cached<Product>(sql, ['shoes'])
  return rows.find((row) => row.id === id)?.price ?? 0
}

const changePrice = database.prepare('update products set price = ? where id = ?')

say('a product, and the list that shows it', [await priceOf(3), await priceInList(3)])
await priceOf(1)
queries = 0
say('again: nothing is asked', [await priceOf(3), await priceInList(3)])
say('queries for that', queries)
await tracked.transaction(() => changePrice.run(90, 3))
say('after the change both show it at once', [await priceOf(3), await priceInList(3)])
say('another product is still a hit', await priceOf(1))
say('queries for these three', queries)

queries = 0
const failing = tracked.transaction(() => {
  changePrice.run(10, 1)
  throw new Error('not for so little')
})
await failing.catch((error: unknown) => say('a change that is rolled back', error))
say('it was never seen, and has cost nothing', [await priceOf(1), await priceInList(1)])
say('queries for that', queries)

await caches.close()
database.close()
