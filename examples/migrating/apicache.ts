// examples/migrating/apicache.ts
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createCaches } from 'breakwater'
import { cachePage } from 'breakwater/express'
import { purge } from 'breakwater/http'
// @ts-expect-error It has no types.
import apicache from 'apicache'
import express from 'express'

const caches = createCaches()
let views = 0

const app = express()
app.get(
  '/before',
  apicache.middleware('5 minutes'),
  (_, response) => void response.json({ views: ++views }),
)
app.get('/after', cachePage(caches.default, '5m', { tags: ['lamps'] }), (_, response) => {
  response.json({ views: ++views })
})

const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const ask = async (path: string): Promise<string> => await (await fetch(site + path)).text()

console.log(await ask('/before'), await ask('/before'))
apicache.clear('/before')
console.log(await ask('/before'))

views = 0
console.log(await ask('/after'), await ask('/after'))
await purge(caches.default, { url: `${site}/after` }) // or { tag: 'lamps' }, or { route: '/after' }
console.log(await ask('/after'))

apicache.clear('/before')
server.close()
server.closeAllConnections()
await caches.close()
