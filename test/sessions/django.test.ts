// One login for a Django application and one in Node: Django's sessions, in Django's cache, with Django's cookie.
import { createClient } from '@redis/client'
import { djangoCache, djangoSessions } from 'breakwater/django'
import { sessionStore, type SessionStore } from 'breakwater/sessions'
import { sessions, type SessionVariables } from 'breakwater/sessions/hono'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rejectionOf } from '../cache/barrier.ts'
import { type Django, startDjango } from '../django/django.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

let redis: RedisServer
let django: Django
let client: ReturnType<typeof createClient>
let store: SessionStore

const app = new Hono<{ Variables: SessionVariables }>()

beforeAll(async () => {
  redis = await startRedis()
  django = await startDjango({ redis: redis.url })
  client = createClient({ url: redis.url })
  await client.connect()
  store = sessionStore(djangoSessions(djangoCache({ client, onOutage: 'throw' })))
  app.use(sessions(store, { secret: false, cookie: { name: 'sessionid', maxAge: '14d' } }))
  app.get('/who', (c) => c.json(c.get('session').get('_auth_user_id') ?? null))
  app.post('/login', async (c) => {
    const session = c.get('session')
    await session.regenerate()
    for (const [name, value] of Object.entries(await c.req.json<object>())) session.set(name, value)
    return c.json({})
  })
  app.post('/logout', async (c) => {
    await c.get('session').destroy()
    return c.json({})
  })
  await django.run(
    [
      'from django.contrib.auth import login, get_user, SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY',
      'from django.contrib.auth.models import User',
      "ada = User.objects.create_user('ada', password='x')",
      'request = RequestFactory().get("/")',
      'request.session = CacheSession()',
      'login(request, ada)',
      'request.session.set_expiry(1000)',
      'request.session.save()',
    ].join('\n'),
  )
})

afterAll(async () => {
  client?.destroy()
  await django?.stop()
  await redis?.stop()
})

const cookieOf = (key: unknown): { readonly headers: { readonly cookie: string } } => ({
  headers: { cookie: `sessionid=${String(key)}` },
})

describe('a session that Django and Node share', () => {
  it('is a login of Django, read here', async () => {
    const key = await django.run('request.session.session_key')

    expect(await (await app.request('/who', cookieOf(key))).json()).toBe(
      String(await django.run('ada.pk')),
    )
  })

  it('is changed here, with what Django says of its end', async () => {
    const key = String(await django.run('request.session.session_key'))
    const session = await store.load(key)
    expect(session?.data['_session_expiry']).toBe(1000)

    await store.save(session as never, { ...session?.data, cart: ['pear'] })

    expect(await django.run(`CacheSession('${key}')['cart']`)).toEqual(['pear'])
    expect(await django.run(`CacheSession('${key}').get_expiry_age()`)).toBe(1000)
    const wire = `:1:django.contrib.sessions.cache${key}`
    expect(await client.ttl(wire)).toBeLessThanOrEqual(1000)
  })

  it('is a login here, which Django knows', async () => {
    const names = (await django.run(
      '{SESSION_KEY: str(ada.pk), BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend", HASH_SESSION_KEY: ada.get_session_auth_hash()}',
    )) as object

    const answer = await app.request('/login', { method: 'POST', body: JSON.stringify(names) })

    const [line = ''] = answer.headers.getSetCookie()
    const key = /^sessionid=([a-z\d]{32});/.exec(line)?.[1]
    await django.run(`request.session = CacheSession('${key}')`)
    expect(await django.run('get_user(request).username')).toBe('ada')
    await app.request('/logout', { method: 'POST', ...cookieOf(key) })
    expect(await django.run(`CacheSession('${key}').exists('${key}')`)).toBe(false)
  })

  it('that Django has ended is not brought back by a late save', async () => {
    const { id } = await store.create({ n: 1 })
    const late = await store.load(id)
    await django.run(`CacheSession('${id}').flush()`)

    expect(await rejectionOf(store.save(late as never, { n: 2 }))).toMatchObject({
      code: 'E_SESSION_ENDED',
    })
    expect(await store.load(id)).toBeUndefined()
  })

  it('is never one that a client has made up', async () => {
    expect(await store.load('../../etc/passwd')).toBeUndefined()
    expect(await store.load('a'.repeat(32))).toBeUndefined()
    expect(await store.load('UPPER-CASE-IS-NOT-DJANGO')).toBeUndefined()
  })
})
