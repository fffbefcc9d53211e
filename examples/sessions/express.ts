// examples/sessions/express.ts
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCaches } from 'breakwater'
import { sessionStore } from 'breakwater/sessions'
import { expressSessions } from 'breakwater/sessions/express'
import express from 'express'
import session from 'express-session'

declare module 'express-session' {
  interface SessionData {
    user: string
  }
}

const caches = createCaches()
const store = sessionStore(caches.default, { ttl: '14d' })

const app = express()
app.use(
  session({
    store: expressSessions(session, store),
    secret: 'thirty-two random letters, or more',
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { maxAge: 14 * 86_400_000, sameSite: 'lax', secure: 'auto' },
  }),
)
app.post('/login', (request, response, next) => {
  // A new id, so that a planted one is worth nothing.
  request.session.regenerate((error) => {
    if (error) return next(error)
    request.session.user = 'Ada'
    return void response.send('welcome')
  })
})
app.get('/me', (request, response) => {
  response.send(request.session.user ?? 'nobody')
})
app.post('/logout', (request, response, next) => {
  request.session.destroy((error) => (error ? next(error) : void response.send('bye')))
})

const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const ask = async (method: string, path: string, cookie = ''): Promise<Response> => {
  const response = await fetch(site + path, { method, headers: { cookie } })
  console.log(`${method} ${path}: ${await response.clone().text()}`)
  return response
}
await ask('GET', '/me')
const login = await ask('POST', '/login')
const [cookie] = (login.headers.get('set-cookie') ?? '').split(';')
await ask('GET', '/me', cookie)
await ask('POST', '/logout', cookie)
// Whoever has kept the cookie has nothing.
await ask('GET', '/me', cookie)

server.close()
server.closeAllConnections()
await caches.close()
