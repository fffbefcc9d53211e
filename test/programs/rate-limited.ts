// One process of several that count hits of the same client. Tells each count that it was given.
import { createCaches } from 'breakwater'
import { rateLimitStore } from 'breakwater/express-rate-limit'
import { redis } from 'breakwater/redis'

const [url = '', hits = '100'] = process.argv.slice(2)
// What is tested is not how fast a busy machine is.
const server = redis(url, { connectTimeout: '20s', commandTimeout: '20s' })
const caches = createCaches({ default: { store: server, prefix: 'limited' } })
const store = rateLimitStore(caches.default)
store.init({ windowMs: 3_600_000 })

const counts: number[] = []
for (let left = Number(hits); left > 0; left -= 10) {
  const given = await Promise.all(Array.from({ length: 10 }, () => store.increment('client')))
  counts.push(...given.map(({ totalHits }) => totalHits))
}
process.stdout.write(JSON.stringify(counts))
await caches.close()
