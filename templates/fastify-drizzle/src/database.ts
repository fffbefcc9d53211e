import { trackChanges } from 'breakwater/data'
import { cachedQueries } from 'breakwater/drizzle'
import { schemaOf, trackedClient } from 'breakwater/pg'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { caches } from './cache.ts'
import { startEmbedded } from './embedded.ts'
import { SCHEMA } from './schema.ts'

export const products = pgTable('products', {
  id: integer().primaryKey(),
  name: text().notNull(),
  cents: integer().notNull(),
})

const embedded = process.env.DATABASE_URL ? undefined : await startEmbedded()
const connectionString = embedded?.url ?? process.env.DATABASE_URL

// Over a connection that nobody tracks: one process more that starts must not empty the cache of the others.
const setup = new pg.Client({ connectionString })
await setup.connect()
await setup.query(SCHEMA)
await setup.end()

// An embedded database begins anew at each start, and a Redis would remember its former life.
if (embedded) await Promise.all([caches.default.clear(), caches.pages.clear()])

// Every change is told to all that keeps something of it, whatever sends it over this pool.
const tracker = trackChanges([caches.default, caches.pages])
const pool = new pg.Pool({
  connectionString,
  Client: trackedClient(pg.Client, tracker),
  // The embedded database has one session, which connections would share.
  ...(embedded ? { max: 1, idleTimeoutMillis: 0 } : { max: 10 }),
})
// A connection that breaks while it is idle must not end the process.
pool.on('error', (error) => console.error(error))
tracker.learn(await schemaOf(pool))

export const db = drizzle(pool)
export const cached = cachedQueries(tracker)

export async function closeDatabase(): Promise<void> {
  await pool.end()
  await embedded?.close()
}
