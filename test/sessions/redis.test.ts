// Sessions on a Redis that is shared, evicts, goes away and comes back.
import { createClient } from '@redis/client'
import { type Cache, createCaches } from 'breakwater'
import { redis } from 'breakwater/redis'
import { sessionStore } from 'breakwater/sessions'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { rejectionOf } from '../cache/barrier.ts'
import { type Proxy, startProxy } from '../servers/proxy.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

let server: RedisServer
let proxy: Proxy
let client: ReturnType<typeof createClient>
const opened: Cache[] = []

beforeAll(async () => {
  server = await startRedis()
  proxy = await startProxy(server.port)
  client = createClient({ url: server.url })
  await client.connect()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((cache) => cache.close()))
})
afterAll(async () => {
  client?.destroy()
  await proxy?.stop()
  await server?.stop()
})

function open(url = server.url): Cache {
  const cache = createCaches({ default: { store: redis(url), near: true } }).default
  opened.push(cache)
  return cache
}

describe('sessions on Redis', () => {
  it('are under no key that tells an id, and go by themselves', async () => {
    const sessions = sessionStore(open(), { ttl: '1h' })
    const { id } = await sessions.create({ n: 1 })

    const keys = await client.keys('*session:*')
    const ttl = await client.pTTL(keys[0] as string)

    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatch(/^default:~vault:session:[\w-]{43}$/)
    expect(keys[0]).not.toContain(id)
    expect(ttl).toBeGreaterThan(3_500_000)
    expect(ttl).toBeLessThanOrEqual(3_600_000)
  })

  it('are found by the check-up, which says that a server that evicts logs people out', async () => {
    const cache = open()
    await sessionStore(cache).create({ n: 1 })
    await client.configSet({ maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru' })

    const advice = await cache.examine()

    const found = advice.find(({ code }) => code === 'sessions-evictable')
    expect(found?.message).toContain('Breakwater')
  })

  it('are counted as one family', async () => {
    const cache = open()
    const sessions = sessionStore(cache)
    for (const n of [1, 2, 3]) await sessions.load((await sessions.create({ n })).id)

    const families = cache.measures().families.map(({ family }) => family)

    expect(families).toEqual(['session:*'])
  })

  it('that were ended while it was away are dead when it is back', async () => {
    const [here, there] = [sessionStore(open(proxy.url)), sessionStore(open())]
    const session = await here.create({ user: 'alice' })
    const other = await there.load(session.id)
    await proxy.refuse()

    for (const act of [here.load(session.id), here.save(session, {}), here.destroy(session.id)])
      expect(await rejectionOf(act)).toMatchObject({
        code: expect.stringMatching(/^E_STORE_(DOWN|TIMEOUT)$/) as string,
      })
    await proxy.heal()

    await expect.poll(() => there.load(session.id)).toBeUndefined()
    expect(await rejectionOf(there.save(other as never, { user: 'eve' }))).toMatchObject({
      code: 'E_SESSION_ENDED',
    })
  })
})
