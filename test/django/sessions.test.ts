// Part A9: sessions in the cache, and the signed ones of databases and cookies.
import { createClient } from '@redis/client'
import {
  COOKIE_SESSION_SALT,
  djangoCache,
  djangoSessionKey,
  djangoSessions,
  type DjangoSessions,
  SESSION_SALT,
  signDjango,
  unsignDjango,
} from 'breakwater/django'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { type Django, startDjango } from './django.ts'

const SECRET = 'the key of today'

let redis: RedisServer
let django: Django
let client: ReturnType<typeof createClient>
let sessions: DjangoSessions

beforeAll(async () => {
  redis = await startRedis()
  django = await startDjango({ redis: redis.url })
  client = createClient({ url: redis.url })
  await client.connect()
  sessions = djangoSessions(djangoCache({ client }))
})

afterAll(async () => {
  client?.destroy()
  await django?.stop()
  await redis?.stop()
})

describe('a session in the cache', () => {
  it('that Django made is read, changed and ended by Node', async () => {
    await django.run("s = CacheSession(); s['cart'] = [1, 'é']; s['_auth_user_id'] = '7'; s.save()")
    const key = String(await django.run('s.session_key'))

    expect(await sessions.load(key)).toEqual({ cart: [1, 'é'], _auth_user_id: '7' })
    expect(await sessions.save(key, { cart: [], _auth_user_id: '7' })).toBe(true)
    expect(await django.run(`CacheSession('${key}')['cart']`)).toEqual([])
    expect(await client.ttl(`:1:${djangoSessionKey(key)}`)).toBeGreaterThan(1_209_000)
    expect(await sessions.delete(key)).toBe(true)
    expect(await django.run(`CacheSession('${key}').exists('${key}')`)).toBe(false)
  })

  it('that Node made is read, changed and ended by Django', async () => {
    const key = await sessions.create({ name: 'Ada', when: null })

    expect(key).toMatch(/^[a-z\d]{32}$/)
    expect(await django.run(`dict(CacheSession('${key}').items())`)).toEqual({
      name: 'Ada',
      when: null,
    })
    await django.run(`s = CacheSession('${key}'); s['n'] = 1; s.save()`)
    expect(await sessions.load(key)).toEqual({ name: 'Ada', when: null, n: 1 })
    await django.run(`CacheSession('${key}').delete()`)
    expect(await sessions.load(key)).toBeUndefined()
  })

  it('that was ended meanwhile is not revived', async () => {
    const key = await sessions.create({ n: 1 })
    await django.run(`CacheSession('${key}').delete()`)

    expect(await sessions.save(key, { n: 2 })).toBe(false)
    expect(await sessions.load(key)).toBeUndefined()
  })

  it('lives as long as it says of itself', async () => {
    await django.run("s = CacheSession(); s['a'] = 1; s.set_expiry(100); s.save()")
    const key = String(await django.run('s.session_key'))
    const wire = `:1:${djangoSessionKey(key)}`
    const data = (await sessions.load(key)) as Record<string, unknown>
    expect(data['_session_expiry']).toBe(100)
    await client.persist(wire)
    await sessions.save(key, data)
    expect(await client.ttl(wire)).toBeLessThanOrEqual(100)

    await django.run(
      's.set_expiry(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=50)); s.save()',
    )
    const dated = (await sessions.load(key)) as Record<string, unknown>
    await sessions.save(key, dated)
    expect(await client.ttl(wire)).toBeLessThanOrEqual(50)
    expect(await client.ttl(wire)).toBeGreaterThan(40)

    const later = new Date(Date.now() + 30_000).toISOString()
    await sessions.save(key, { ...dated, _session_expiry: later })
    expect(await client.ttl(wire)).toBeLessThanOrEqual(30)
  })

  it('of cached_db is read from the cache', async () => {
    await django.run("s = CachedSession(); s['a'] = 1; s.save()")
    const key = String(await django.run('s.session_key'))

    expect(await djangoCache({ client }).get(djangoSessionKey(key, 'cached_db'))).toEqual({ a: 1 })
  })

  it('is none when something else lies there', async () => {
    await djangoCache({ client }).set(djangoSessionKey('abcdefgh'), [1])
    await client.set(`:1:${djangoSessionKey('abcdefgi')}`, 'broken')

    expect(await sessions.load('abcdefgh')).toBeUndefined()
    expect(await sessions.load('abcdefgi')).toBeUndefined()
    await expect(sessions.load('../x')).rejects.toMatchObject({ code: 'E_KEY' })
  })

  it('is refused where the cache is away, rather than lost', async () => {
    const away = createClient({ url: 'redis://127.0.0.1:1', disableOfflineQueue: true })
    const broken = djangoSessions(djangoCache({ client: away }))

    await expect(broken.create({ a: 1 })).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
    expect(await broken.load('abcdefgh')).toBeUndefined()
  })
})

describe('a signed session', () => {
  const large = { text: 'é😀'.repeat(200), list: [1, 2.5, null, true] }

  it.each([
    ['of a database', 'DbSession', SESSION_SALT],
    ['of a database behind a cache', 'CachedSession', SESSION_SALT],
  ])('%s is read and written', async (_, store, salt) => {
    for (const value of [{ a: 1 }, large]) {
      const theirs = await django.run(
        `${store}().encode(json.loads(${JSON.stringify(JSON.stringify(value))}))`,
      )
      expect(unsignDjango(String(theirs), { secretKey: SECRET, salt })).toEqual(value)
      const ours = signDjango(value, { secretKey: SECRET, salt })
      expect(await django.run(`${store}().decode('${ours}')`)).toEqual(value)
      expect(ours.startsWith('.')).toBe(value === large)
    }
  })

  it('in the table is the same text', async () => {
    await django.run("s = DbSession(); s['a'] = 1; s.save()")
    const row = await django.run(
      '[str(x) for x in s.model.objects.values_list("session_data", flat=True)][-1]',
    )

    expect(unsignDjango(String(row), { secretKey: SECRET, salt: SESSION_SALT })).toEqual({ a: 1 })
  })

  it('in a cookie is read and written', async () => {
    await django.run("s = CookieSession(); s['é'] = 'ü'; s.save()")
    const cookie = String(await django.run('s.session_key'))
    const options = { secretKey: SECRET, salt: COOKIE_SESSION_SALT }

    expect(unsignDjango(cookie, { ...options, maxAge: '14d' })).toEqual({ é: 'ü' })
    const ours = signDjango({ é: 'ö' }, options)
    expect(await django.run(`CookieSession('${ours}').load()`)).toEqual({ é: 'ö' })
  })

  it('is read with a fallback, and never written with one', async () => {
    const old = await django.run("signing.dumps({'a': 1}, key='the key of old', salt='x')")
    const options = { secretKey: SECRET, fallbacks: ['older', 'the key of old'], salt: 'x' }

    expect(unsignDjango(String(old), options)).toEqual({ a: 1 })
    expect(() => unsignDjango(String(old), { secretKey: SECRET, salt: 'x' })).toThrow(
      /signature is wrong/,
    )
    expect(unsignDjango(signDjango(1, options), { secretKey: SECRET, salt: 'x' })).toBe(1)
  })

  it('has the very bytes that Django makes at the same moment', async () => {
    const now = Math.floor(Date.now() / 1000) * 1000
    await django.run('import time; real = time.time')
    await django.run(`time.time = lambda: ${now / 1000}`)
    const theirs = await django.run(
      `signing.dumps({'a': 'é'}, key='${SECRET}', salt='x', compress=True)`,
    )
    await django.run('time.time = real')

    expect(signDjango({ a: 'é' }, { secretKey: SECRET, salt: 'x' }, now)).toBe(theirs)
  })

  it.each([
    ['nothing', ''],
    ['no signature', 'abc'],
    ['a wrong signature', `${signDjango({ a: 1 }, { secretKey: SECRET, salt: 'x' })}a`],
    ['another purpose', signDjango({ a: 1 }, { secretKey: SECRET, salt: 'y' })],
    ['a changed text', `x${signDjango({ a: 1 }, { secretKey: SECRET, salt: 'x' })}`],
    ['an old one', signDjango({ a: 1 }, { secretKey: SECRET, salt: 'x' }, Date.now() - 61_000)],
  ])('is refused with %s', (_, text) => {
    expect(() => unsignDjango(text, { secretKey: SECRET, salt: 'x', maxAge: '60s' })).toThrow(
      expect.objectContaining({ code: 'E_DECODE' }) as Error,
    )
  })

  it('needs a key', () => {
    expect(() => signDjango(1, { secretKey: '', salt: 'x' })).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }) as Error,
    )
  })
})
