// examples/http/node.ts
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCaches } from 'breakwater'
import { cachePage } from 'breakwater/node'

const caches = createCaches()
let views = 0

// In front of any handler, of this process or of a framework: a hit costs about what `response.end(buffer)` does.
const pages = cachePage(
  caches.default,
  '60s',
)((request, response) => {
  views++
  response.setHeader('Content-Type', 'text/html')
  response.end(`<h1>${request.url}</h1>`)
})
const server = createServer((request, response) => void pages(request, response))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

for (const path of ['/lamps', '/lamps', '/lamps?page=2']) {
  const response = await fetch(site + path)
  console.log(await response.text(), response.headers.get('age') === null ? 'made' : 'hit')
}
console.log(`${views} views for 3 requests`)

server.close()
server.closeAllConnections()
await caches.close()
