// examples/sessions/koa.ts
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCaches } from 'breakwater'
import { sessionStore } from 'breakwater/sessions'
import { koaSessions } from 'breakwater/sessions/koa'
import Koa from 'koa'
import session from 'koa-session'

const caches = createCaches()
const store = sessionStore(caches.default, { ttl: '14d' })

const app = new Koa()
app.keys = ['thirty-two random letters, or more']
app.use(session({ store: koaSessions(store), rolling: true, maxAge: 14 * 86_400_000 }, app))
app.use(async (ctx) => {
  if (ctx.path === '/login') {
    await ctx.session?.regenerate() // a new id, so that a planted one is worth nothing
    Object.assign(ctx.session ?? {}, { user: 'Ada' })
    ctx.body = 'welcome'
  } else if (ctx.path === '/logout') {
    ctx.session = null
    ctx.body = 'bye'
  } else {
    ctx.body = ctx.session?.['user'] ?? 'nobody'
  }
})

const server = createServer((request, response) => void app.callback()(request, response))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const ask = async (method: string, path: string, cookie = ''): Promise<Response> => {
  const response = await fetch(site + path, { method, headers: { cookie } })
  console.log(`${method} ${path}: ${await response.clone().text()}`)
  return response
}
await ask('GET', '/me')
const login = await ask('POST', '/login')
const cookie = login.headers
  .getSetCookie()
  .map((line) => line.split(';')[0])
  .join('; ')
await ask('GET', '/me', cookie)
await ask('POST', '/logout', cookie)
// Whoever has kept the cookie has nothing.
await ask('GET', '/me', cookie)

server.close()
server.closeAllConnections()
await caches.close()
