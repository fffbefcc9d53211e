// Raises a price in PostgreSQL, and stops between COMMIT and the invalidation, to be killed there.
import { createCaches } from 'breakwater'
import { redis } from 'breakwater/redis'
import pg from 'pg'

const [redisUrl = '', prefix = '', databaseUrl = '', how = '', timeout = ''] = process.argv.slice(2)
const cache = createCaches({ default: { store: redis(redisUrl), prefix } }).default
const client = new pg.Client({ connectionString: databaseUrl })
await client.connect()

async function inTransaction<R>(work: (trx: pg.Client) => Promise<R>): Promise<R> {
  await client.query('begin')
  const result = await work(client)
  await client.query('commit')
  process.send?.('committed')
  await new Promise(() => {})
  return result
}

const raise = async (trx: pg.Client): Promise<unknown> =>
  await trx.query('update product set price = 2')

if (how === 'transaction') {
  await cache.transaction(
    inTransaction,
    async (trx, changes) => {
      await raise(trx)
      await changes.invalidate('price')
      await changes.invalidateTags(['products'])
    },
    { timeout: timeout as '2s' },
  )
} else {
  await inTransaction(raise)
  await cache.invalidate('price')
  await cache.invalidateTags(['products'])
}
