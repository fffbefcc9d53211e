import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startProxy, type Proxy } from './proxy.ts'
import { RawRedis } from './raw-redis.ts'
import { startRedis, type RedisServer } from './redis.ts'

describe('startProxy', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(async () => {
    await redis.stop()
  })

  it('counts commands by name, and commands sent together as one round trip', async () => {
    await using proxy = await startProxy(redis.port)
    const client = await RawRedis.open(proxy.port)
    await client.send(['SET', 'k', 'a\r\n*1\r\n'])
    client.sendTogether([['GET', 'k'], ['get', 'k'], ['PING']])
    await client.reply()

    expect(proxy.commands).toBe(4)
    expect(Object.fromEntries(proxy.names)).toEqual({ SET: 1, GET: 2, PING: 1 })
    expect(proxy.roundTrips).toBe(2)
    expect(proxy.bytesSent).toBeGreaterThan(0)
    expect(proxy.bytesReceived).toBeGreaterThan(0)

    proxy.reset()
    expect([proxy.commands, proxy.roundTrips, proxy.names.size]).toEqual([0, 0, 0])
    client.close()
  })

  it('cuts open connections and takes new ones', async () => {
    await using proxy = await startProxy(redis.port)
    const client = await RawRedis.open(proxy.port)
    expect(await client.send(['PING'])).toBe('+PONG\r\n')

    proxy.cut()

    expect(await client.send(['PING'], 300)).toBeUndefined()
    expect(client.isOpen).toBe(false)
    expect(await pingThrough(proxy)).toBe('+PONG\r\n')
  })

  it('refuses until it heals, on the same port', async () => {
    await using proxy = await startProxy(redis.port)
    const { port } = proxy

    await proxy.refuse()
    await expect(RawRedis.open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })

    await proxy.heal()
    expect(proxy.port).toBe(port)
    expect(await pingThrough(proxy)).toBe('+PONG\r\n')
  })

  it('delays both ways, in order', async () => {
    await using proxy = await startProxy(redis.port)
    const client = await RawRedis.open(proxy.port)
    proxy.delay(60)

    const start = performance.now()
    await client.send(['PING'])
    expect(performance.now() - start).toBeGreaterThanOrEqual(115)

    client.sendTogether([['ECHO', 'first']])
    proxy.delay(0)
    client.sendTogether([['ECHO', 'second']])
    let replies = ''
    while (!replies.includes('second')) replies += (await client.reply()) ?? 'second, never'
    expect(replies).toBe('$5\r\nfirst\r\n$6\r\nsecond\r\n')
    client.close()
  })

  it('keeps half-open connections open and mute, and breaks them when it heals', async () => {
    await using proxy = await startProxy(redis.port)
    const client = await RawRedis.open(proxy.port)
    await client.send(['PING'])

    proxy.halfOpen()
    expect(await client.send(['PING'], 200)).toBeUndefined()
    expect(client.isOpen).toBe(true)

    await proxy.heal()
    expect(await client.send(['PING'], 300)).toBeUndefined()
    expect(await pingThrough(proxy)).toBe('+PONG\r\n')
  })
})

async function pingThrough(proxy: Proxy): Promise<string | undefined> {
  const client = await RawRedis.open(proxy.port)
  try {
    return await client.send(['PING'])
  } finally {
    client.close()
  }
}
