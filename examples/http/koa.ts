// examples/http/koa.ts
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createCaches } from 'breakwater'
import { cachePage } from 'breakwater/koa'
import Koa from 'koa'

const caches = createCaches()
let views = 0

const app = new Koa()
app.use(cachePage(caches.default, '60s'))
app.use((context) => {
  views++
  context.type = 'html'
  context.body = `<h1>${context.path}</h1>`
})

const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const ask = async (etag = ''): Promise<Response> => {
  return await fetch(`${site}/lamps`, { headers: { 'If-None-Match': etag } })
}
console.log((await ask()).status, 'made')
const hit = await ask()
console.log(hit.status, 'hit')
// A browser that has the page is told so.
console.log((await ask(hit.headers.get('etag') ?? '')).status, 'not modified')
console.log(`${views} view for 3 requests`)

server.close()
server.closeAllConnections()
await caches.close()
