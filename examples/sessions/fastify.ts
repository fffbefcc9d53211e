// examples/sessions/fastify.ts
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { createCaches } from 'breakwater'
import { sessionStore } from 'breakwater/sessions'
import { fastifySessions } from 'breakwater/sessions/fastify'
import fastify from 'fastify'

const caches = createCaches()
const store = sessionStore(caches.default, { ttl: '14d' })

const app = fastify()
app.register(fastifyCookie)
app.register(fastifySession, {
  store: fastifySessions(store),
  secret: 'thirty-two random letters, or more',
  saveUninitialized: false,
  cookie: { maxAge: 14 * 86_400_000, sameSite: 'lax', secure: 'auto' },
})
app.post('/login', (request, reply) => {
  // A new id, so that a planted one is worth nothing.
  request.session.regenerate((error) => {
    Object.assign(request.session, { user: 'Ada' })
    reply.send(error ?? 'welcome')
  })
})
app.get('/me', (request, reply) => {
  const { user = 'nobody' } = request.session as { user?: string }
  reply.send(user)
})
app.post('/logout', (request, reply) => {
  request.session.destroy((error) => void reply.send(error ?? 'bye'))
})

const ask = async (method: 'GET' | 'POST', url: string, cookie = '') => {
  const response = await app.inject({ method, url, headers: { cookie } })
  console.log(`${method} ${url}: ${response.body}`)
  return response
}
await ask('GET', '/me')
const login = await ask('POST', '/login')
const [cookie] = String(login.headers['set-cookie']).split(';')
await ask('GET', '/me', cookie)
await ask('POST', '/logout', cookie)
// Whoever has kept the cookie has nothing.
await ask('GET', '/me', cookie)

await app.close()
await caches.close()
