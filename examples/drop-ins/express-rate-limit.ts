// examples/drop-ins/express-rate-limit.ts
// One limit for all processes of an application.
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import { createCaches } from 'breakwater'
import { rateLimitStore } from 'breakwater/express-rate-limit'

const caches = createCaches()
const limiter = rateLimit({
  windowMs: 60_000,
  limit: 2,
  store: rateLimitStore(caches.default, { prefix: 'search:' }),
})
const app = express().use('/search', limiter)

app.get('/search', (_, response) => void response.send('found'))
const server = app.listen(0)
const address = server.address()
const port = typeof address === 'object' ? address?.port : undefined
for (let visit = 1; visit <= 3; visit++) {
  const { status } = await fetch(`http://127.0.0.1:${port}/search`)
  console.log(`visit ${visit}:`, status)
}
server.closeAllConnections()
server.close()

const hits = await caches.default.incr(['hits', 'search', '127.0.0.1'], 1, {
  initial: 0,
  ttl: '1m',
  onOutage: 'throw',
})
console.log('natively:', hits)

await caches.close()
