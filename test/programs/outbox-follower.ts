// One process of a fleet that follows the outbox of a MariaDB, and says when it is the one that reads. To be killed.
import { createCaches } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { followOutbox } from 'breakwater/mysql'
import { redis } from 'breakwater/redis'
import { createPool } from 'mysql2/promise'

const [redisUrl = '', prefix = '', databaseUrl = ''] = process.argv.slice(2)
const cache = createCaches({ default: { store: redis(redisUrl), prefix } }).default
const pool = createPool({ uri: databaseUrl, connectionLimit: 1 })
const following = followOutbox(pool, trackChanges(cache), { interval: '10ms' })
const look = setInterval(() => {
  if (!following.reads) return
  clearInterval(look)
  process.send?.('reads')
}, 10)
