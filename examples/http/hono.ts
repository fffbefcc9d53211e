// examples/http/hono.ts
import { createCaches } from 'breakwater'
import { cachePage } from 'breakwater/hono'
import { Hono } from 'hono'

const caches = createCaches()
let views = 0

const app = new Hono()
app.get('/lamp/:id', cachePage(caches.default, '60s', { tags: ['lamps'] }), (c) => {
  views++
  return c.html(`<h1>Lamp ${c.req.param('id')}</h1>`)
})

const ask = async (path: string): Promise<string> => {
  const response = await app.request(path)
  await response.text()
  return `${path}: ${response.headers.get('cache-status')?.includes('hit') ? 'hit' : 'made'}`
}
console.log(await ask('/lamp/7'))
console.log(await ask('/lamp/7'))
await caches.default.invalidateTags(['lamps'])
console.log(await ask('/lamp/7'))
console.log(`${views} views for 3 requests`)

await caches.close()
