// examples/sessions/hono.ts
import { createCaches } from 'breakwater'
import { sessionStore } from 'breakwater/sessions'
import { sessions, type SessionVariables } from 'breakwater/sessions/hono'
import { Hono } from 'hono'

const caches = createCaches()
const store = sessionStore(caches.default, { ttl: '14d' })

const app = new Hono<{ Variables: SessionVariables<{ user: string }> }>()
app.use(sessions(store, { secret: 'thirty-two random letters, or more' }))
app.post('/login', async (c) => {
  const session = c.get('session')
  await session.regenerate() // a new id, so that a planted one is worth nothing
  session.set('user', 'Ada')
  return c.text('welcome')
})
app.get('/me', (c) => c.text(c.get('session').get('user') ?? 'nobody'))
app.post('/logout', async (c) => {
  await c.get('session').destroy()
  return c.text('bye')
})

const ask = async (method: string, path: string, cookie = ''): Promise<Response> => {
  const response = await app.request(path, { method, headers: { cookie } })
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

await caches.close()
