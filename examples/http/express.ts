// examples/http/express.ts
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCaches } from 'breakwater'
import { cachePage, neverCache } from 'breakwater/express'
import express from 'express'

const caches = createCaches()
let views = 0

const app = express()
app.get('/lamps', cachePage(caches.default, '60s', { tags: ['lamps'] }), (request, response) => {
  views++
  // What a view reads selects its page: one for each language, and none of a visitor's own.
  response.send(`<h1>${request.get('Accept-Language') === 'de' ? 'Lampen' : 'Lamps'}</h1>`)
})
app.get('/checkout', neverCache(), (_, response) => {
  response.send('<h1>Your cart</h1>')
})

const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

async function show(path: string, language: string): Promise<void> {
  const response = await fetch(site + path, { headers: { 'Accept-Language': language } })
  const [how] =
    /hit|uri-miss|vary-miss|no-store/.exec(response.headers.get('cache-status') ?? '') ?? []
  console.log(`${language}  ${path.padEnd(10)} ${how ?? 'not cached'}: ${await response.text()}`)
}
await show('/lamps', 'en')
await show('/lamps', 'en')
await show('/lamps', 'de')
await show('/lamps', 'de')
await show('/checkout', 'en')
console.log(`${views} views for 4 requests`)

server.close()
server.closeAllConnections()
await caches.close()
