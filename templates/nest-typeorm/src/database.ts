import { trackChanges } from 'breakwater/data'
import { schemaOf, trackedClient } from 'breakwater/pg'
import { cachedQueries } from 'breakwater/typeorm'
import pg from 'pg'
import { DataSource } from 'typeorm'
import { caches } from './cache.ts'
import { startEmbedded } from './embedded.ts'
import { Product } from './product.ts'
import { SCHEMA } from './schema.ts'

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
const source = new DataSource({
  type: 'postgres',
  ...(connectionString && { url: connectionString }),
  entities: [Product],
  extra: {
    Client: trackedClient(pg.Client, tracker),
    // The embedded database has one session, which connections would share.
    ...(embedded ? { max: 1, idleTimeoutMillis: 0 } : { max: 10 }),
  },
  // A connection that breaks while it is idle must not end the process.
  poolErrorHandler: (error: unknown) => console.error(error),
})
await source.initialize()
tracker.learn(await schemaOf({ query: async (sql) => ({ rows: await source.query(sql) }) }))

export const repository = source.getRepository(Product)
export const cached = cachedQueries(tracker)

export async function closeDatabase(): Promise<void> {
  await source.destroy()
  await embedded?.close()
}
