// examples/stores/sql.ts
import { createCaches } from 'breakwater'
import { sql } from 'breakwater/sql'
import Database from 'better-sqlite3'

const db = new Database(':memory:')
const caches = createCaches({ default: { store: sql({ sqlite: db }), ttl: '1h' } })
const cache = caches.default

await cache.set(['report', 2026], { sales: 1200 }, { tags: ['sales'] })
console.log(await cache.get(['report', 2026]))
console.log(db.prepare('select count(*) as rows from breakwater_entry').get())
await cache.invalidateTags(['sales'])
console.log(await cache.get(['report', 2026], 'invalidated'))

await caches.close()
db.close()
