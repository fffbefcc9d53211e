// examples/metrics/prometheus.ts
import { createCaches } from 'breakwater'
import { prometheusHandler } from 'breakwater/metrics/prometheus'
import { Hono } from 'hono'

const caches = createCaches()
await caches.default.getOrSet('rates', () => 1.08)
await caches.default.getOrSet('rates', () => 1.08)

const metrics = prometheusHandler(caches)
const app = new Hono()
app.get('/metrics', (c) => metrics(c.req.raw))

const response = await app.request('/metrics')
const lines = (await response.text()).split('\n')
console.log(lines.filter((line) => line.startsWith('cache_requests_total')).join('\n'))

await caches.close()
