// Writers of one process, each with connections of its own to one database, who add to one number.
import { createCaches } from 'breakwater'
import { sql } from 'breakwater/sql'

const [url = '', prefix = 'count', writers = '1', times = '1'] = process.argv.slice(2)

await Promise.all(
  Array.from({ length: Number(writers) }, async () => {
    const store = sql(url, { timeout: '60s' })
    const cache = createCaches({ default: { store, prefix, onOutage: 'throw' } }).default
    for (let time = 0; time < Number(times); time++) await cache.incr('total', 1, { initial: 0 })
    await cache.close()
  }),
)
