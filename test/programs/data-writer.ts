// Writes rows of `items` on tracked connections, in a process of its own: told which by messages, and how.
// `die`: it is killed between COMMIT and its invalidation.
import { createCaches } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { schemaOf, trackedClient } from 'breakwater/pg'
import { redis } from 'breakwater/redis'
import pg from 'pg'

const [redisUrl = '', prefix = '', databaseUrl = '', timeout = ''] = process.argv.slice(2)
const cache = createCaches({ default: { store: redis(redisUrl), prefix } }).default
const tracker = trackChanges(cache, { timeout: timeout as '2s' })

let dies = false
/** Dies with the answer to a COMMIT in its hands. */
class Mortal extends pg.Client {}
const query = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown
Object.defineProperty(Mortal.prototype, 'query', {
  value(this: pg.Client, ...args: unknown[]) {
    const [asked] = args as [{ text?: string; handleReadyForQuery?: unknown }]
    if (dies && asked.text === 'commit') {
      asked.handleReadyForQuery = () => {
        process.kill(process.pid, 'SIGKILL')
      }
    }
    return query.apply(this, args)
  },
})

const pool = new pg.Pool({ connectionString: databaseUrl, Client: trackedClient(Mortal, tracker) })
tracker.learn(await schemaOf(pool))

process.on('message', (message: { ids: number[]; die: boolean }) => {
  const work = async (): Promise<void> => {
    dies = message.die
    const client = await pool.connect()
    await client.query('begin')
    await client.query('update items set n = n + 1 where id = any($1)', [message.ids])
    await client.query('commit')
    client.release()
    process.send?.('done')
  }
  void work()
})
process.send?.('ready')
