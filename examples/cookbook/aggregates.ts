// examples/cookbook/aggregates.ts
import { createCaches } from 'breakwater'
import Database from 'better-sqlite3'

const db = new Database(':memory:')
db.exec('create table sales (day text, amount integer)')
const insert = db.prepare('insert into sales values (?, ?)')
for (let day = 1; day <= 28; day++) insert.run(`2026-11-${String(day).padStart(2, '0')}`, day * 10)

const caches = createCaches()
let queries = 0

/** Dear to make, and nobody minds if it is a minute old: served while it is made anew, by one process of the fleet. */
const salesOf = caches.default.define({
  key: (month: string) => ['sales', month],
  load: (month) => {
    queries++
    return db
      .prepare('select sum(amount) as total from sales where day like ?')
      .get(`${month}-%`) as {
      total: number
    }
  },
  ttl: '1m',
  stale: '1h',
})

console.log(await salesOf.get('2026-11'))
const many = await Promise.all(Array.from({ length: 100 }, () => salesOf.get('2026-11')))
console.log(`${many.length} more readers, ${queries} query`)

// The one sale that must be seen at once: added to what is cached, as it is to the table.
insert.run('2026-11-29', 600)
await salesOf.set('2026-11', { total: (await salesOf.get('2026-11')).total + 600 })
console.log(await salesOf.get('2026-11'), `${queries} query`)

await caches.close()
db.close()
