// examples/http/fastify.ts
import { createCaches } from 'breakwater'
import { siteCache } from 'breakwater/fastify'
import fastify from 'fastify'

const caches = createCaches()
let views = 0

const app = fastify()
// The whole site, in one line; what a view says of its own answer goes before it.
await app.register(siteCache(caches.default, '60s', { except: ['/admin'] }))
app.get('/lamps', () => {
  views++
  return { lamps: ['desk', 'floor'] }
})
app.get('/admin/orders', () => ({ orders: [] }))

const ask = async (path: string): Promise<string> => {
  const { headers } = await app.inject(path)
  return `${path}: ${String(headers['cache-status']).replace(/ttl=\d+/, 'ttl=…')}`
}
console.log(await ask('/lamps'))
console.log(await ask('/lamps'))
console.log(await ask('/admin/orders'))
console.log(`${views} view for 2 requests`)

await app.close()
await caches.close()
