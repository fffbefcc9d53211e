import { createClient } from '@redis/client'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../servers/port.ts'
import { startProxy } from '../servers/proxy.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import type { StoreDefinition } from '../../src/base/store.ts'
import { redis, TESTED_WITH } from '../../src/stores/redis/index.ts'
import { directClient, startProcess, type StoreProcess, subscribed } from './redis-process.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

async function server(options?: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
  const started = await startRedis(options)
  endings.push(async () => await started.stop())
  return started
}
function start(definition: StoreDefinition): StoreProcess {
  const started = startProcess(definition)
  endings.push(async () => await started.store.close())
  return started
}
async function direct(url: string) {
  const client = await directClient(url)
  endings.push(() => client.destroy())
  return client
}

/** A round through everything a client must be able to do: bytes, scripts, errors, messages. */
async function expectItWorks(one: StoreProcess, two: StoreProcess, url: string): Promise<void> {
  const client = await direct(url)
  await subscribed(client, one)
  await subscribed(client, two)
  await client.sendCommand(['SCRIPT', 'FLUSH'])
  const bytes = Buffer.from([0, 255, 128, 10, 13, 36])
  const text = 'ünïcode \u{1f9ca} \r\n'

  const held = one.acquire('shop:1:ü')
  expect(await held).toEqual({ outcome: 'lease', stolen: false })
  expect(await two.acquire('shop:1:ü')).toMatchObject({ outcome: 'busy', holder: held.token })
  const entry = one.entry({ bytes, text }, { tags: ['ü'] })
  expect(await one.store.commit('shop:1:ü', held.token, entry)).toBe(true)
  await two.letters.has('wake shop:1:ü')
  const { result } = await two.store.read(['shop:1:ü', 'shop:1:none'], ['*'])
  expect(result[0]?.entry?.value).toEqual({ bytes, text })
  expect(result[0]?.entry?.rev).toBe(entry.rev)
  expect(result[1]).toBe(undefined)

  await two.put('shop:1:n', 2 ** 53 - 1)
  const increment = await one.store.increment('shop:1:n', 1, [])
  expect(increment.result).toMatchObject({ value: 2n ** 53n })
  await client.rPush('shop:1:list', 'x')
  const foreign = await two.store.read(['shop:1:list'], [])
  expect(foreign.result[0]?.undecodable?.code).toBe('E_DECODE')

  const keys: string[] = []
  for await (const batch of one.store.scan('shop:1:')) keys.push(...batch)
  expect(new Set(keys)).toEqual(new Set(['shop:1:ü', 'shop:1:n', 'shop:1:list']))
  expect((await two.store.stats()).bytes).toBeGreaterThan(100_000)
}

describe('redis(url)', () => {
  it('connects with TLS, to a certificate it is told to trust', async () => {
    const live = await server({ tls: true })
    const tls = { ca: live.ca as string }
    expect(live.url).toMatch(/^rediss:/)
    const [one, two] = [start(redis(live.url, { tls })), start(redis(live.url, { tls }))]
    await one.put('shop:1:a', 'secret')
    expect((await two.store.read(['shop:1:a'], [])).result[0]?.entry?.value).toBe('secret')
    const held = one.acquire('shop:1:b')
    await held
    await two.acquire('shop:1:b')
    await one.store.release('shop:1:b', held.token)
    await two.letters.has('wake shop:1:b')
  })

  it('refuses a certificate that nobody vouches for', async () => {
    const live = await server({ tls: true })
    const one = start(redis(live.url))
    await expect(one.store.read([], [])).rejects.toMatchObject({
      code: 'E_STORE_DOWN',
      message: expect.stringContaining('certificate'),
    })
  })

  it('logs in as the user of the URL, with signs in its password', async () => {
    const live = await server({ user: { name: 'shop', password: 'p@s:s/w?r#d' } })
    expect(live.url).toContain('p%40s')
    const one = start(redis(live.url))
    await one.store.bump(['*'])
    const by = { username: 'shop', password: 'p@s:s/w?r#d' }
    await start(redis(`redis://127.0.0.1:${live.port}`, by)).store.bump(['*'])
  })

  it('needs no more rights than its messages name', async () => {
    const rules =
      '~shop:* &shop:* +@read +@write +@scripting +@connection +@pubsub +info +scan +time -@dangerous +info'
    const live = await server({ user: { name: 'tight', password: 'pw', rules } })
    const [one, two] = [start(redis(live.url)), start(redis(live.url))]
    await one.store.read(['shop:1:x'], ['*'])
    const held = one.acquire('shop:1:a')
    await held
    expect(await two.acquire('shop:1:a')).toMatchObject({ outcome: 'busy' })
    await one.store.commit('shop:1:a', held.token, one.entry(1))
    await two.letters.has('wake shop:1:a')
    await one.store.increment('shop:1:a', 1, ['*'])
    await one.store.stats()
    for await (const batch of one.store.scan('shop:')) expect(batch).toEqual(['shop:1:a'])
    expect(one.events.map(({ kind }) => kind)).toEqual(['connected'])
  })

  it('uses the database, the name and the number of connections it is given', async () => {
    const live = await server()
    const client = await direct(live.url)
    const one = start(redis(`${live.url}/3?name=web-7`, { connections: 2 }))
    await subscribed(client, one)
    await one.event('connected')
    await one.put('shop:1:a', 1)
    const list = await client.sendCommand<string>(['CLIENT', 'LIST'])
    const ours = list.split('\n').filter((row) => row.includes(' name=web-7 '))
    expect(ours).toHaveLength(3)
    expect(ours.every((row) => row.includes(' db=3 ') && row.includes(' resp=3'))).toBe(true)
    expect(await client.exists('shop:1:a')).toBe(0)
  })

  it('connects to a socket by its path', async () => {
    const live = await server({ args: ['--unixsocket', './redis.sock'] })
    const one = start(redis(`unix://${live.dir}/redis.sock?db=1`))
    const two = start(redis(`redis+unix://${live.dir}/redis.sock?database=1`))
    await one.put('shop:1:a', 1)
    expect((await two.store.read(['shop:1:a'], [])).result[0]?.entry?.value).toBe(1)
  })

  it('does everything, with one connection and with several', async () => {
    const live = await server()
    const [one, two] = [start(redis(live.url)), start(redis(live.url, { connections: 4 }))]
    await expectItWorks(one, two, live.url)
  })

  it('makes one round trip of a hit, a write, an acquire and a commit', async () => {
    const live = await server()
    const proxy = await startProxy(live.port)
    endings.push(async () => await proxy.stop())
    const one = startProcess(redis(proxy.url), { listens: false })
    endings.push(async () => await one.store.close())
    const round = async () => {
      const rev = await one.put('shop:1:a', 1)
      await one.store.read(['shop:1:a'], ['*', 't:x'])
      const held = one.acquire('shop:1:a', { seen: rev })
      await held
      await one.store.commit('shop:1:a', held.token, one.entry(1))
    }
    await round()
    proxy.reset()
    await round()
    expect(proxy.roundTrips).toBe(4)
    expect(Object.fromEntries(proxy.names)).toEqual({ EVALSHA: 3, HMGET: 2, GET: 1 })
  })

  it('reads the generations after the act, so that an invalidation before it is always seen', async () => {
    const live = await server()
    const proxy = await startProxy(live.port)
    endings.push(async () => await proxy.stop())
    const one = startProcess(redis(proxy.url), { listens: false })
    endings.push(async () => await one.store.close())
    const acts = [
      async () => await one.put('shop:1:a', 1),
      async () => await one.store.read(['shop:1:a'], ['*']),
      async () => await one.store.increment('shop:1:a', 1, ['*']),
      async () => await one.store.remove(['shop:1:a'], ['*']),
    ]
    for (const act of acts) await act()
    for (const act of acts) {
      proxy.reset()
      await act()
      const names = [...proxy.names.keys()]
      expect(names).toHaveLength(2)
      expect(names.at(-1)).toBe('HMGET')
    }
  })
})

describe('redis({ client })', () => {
  it('does everything with a client of node-redis, and leaves it open', async () => {
    const live = await server()
    const client = createClient({ url: live.url })
    await client.connect()
    endings.push(() => client.destroy())
    const resp2 = createClient({ url: live.url, RESP: 2 })
    await resp2.connect()
    endings.push(() => resp2.destroy())
    const [one, two] = [start(redis({ client })), start(redis({ client: resp2 }))]

    await expectItWorks(one, two, live.url)

    await one.store.close()
    expect(await client.ping()).toBe('PONG')
    await expect(one.store.read([], [])).rejects.toMatchObject({ code: 'E_CLOSED' })
  })

  it('waits for a client that is still being connected', async () => {
    const live = await server()
    const client = createClient({ url: live.url })
    const one = start(redis({ client }))
    const act = one.put('shop:1:a', 1)
    await client.connect()
    endings.push(() => client.destroy())
    await act
    expect(await client.exists('shop:1:a')).toBe(1)
  })

  it('says so when nobody connects it', async () => {
    const one = start(redis({ client: createClient(), connectTimeout: '50ms' }))
    await expect(one.store.read([], [])).rejects.toMatchObject({
      code: 'E_STORE_DOWN',
      message: expect.stringContaining('connect()'),
    })
  })

  it('refuses what is no client', () => {
    expect(() => redis({ client: {} as never })).toThrow(/createClient/)
    expect(() => redis({} as never)).toThrow(/E_OPTION|client/)
    expect(() => redis({ client: createClient(), prefix: 'x' } as never)).toThrow(/prefix/)
  })
})

describe('redis({ ioredis })', () => {
  it('does everything with a client of ioredis, and leaves it open', async () => {
    const live = await server()
    const ioredis = new Redis(live.port)
    endings.push(() => ioredis.disconnect())
    const lazy = new Redis(live.port, { lazyConnect: true, protocol: 2 })
    endings.push(() => lazy.disconnect())
    const [one, two] = [start(redis({ ioredis })), start(redis({ ioredis: lazy }))]

    await expectItWorks(one, two, live.url)

    await one.store.close()
    expect(await ioredis.ping()).toBe('PONG')
  })

  it('refuses a client with a prefix of its own', () => {
    const ioredis = new Redis({ lazyConnect: true, keyPrefix: 'app:' })
    expect(() => redis({ ioredis })).toThrow(/keyPrefix/)
  })
})

describe.for(['node-redis', 'ioredis'])('a client of %s that was passed in', (kind) => {
  async function open(port: number) {
    const options = { commandTimeout: '800ms', connectTimeout: '5s' } as const
    if (kind === 'ioredis') {
      const ioredis = new Redis(port, { retryStrategy: () => 20, maxRetriesPerRequest: null })
      ioredis.on('error', () => {})
      endings.push(() => ioredis.disconnect())
      return start(redis({ ioredis, ...options }))
    }
    const socket = { port, reconnectStrategy: () => 20 }
    const client = createClient({ socket })
    client.on('error', () => {})
    endings.push(() => client.destroy())
    void client.connect().catch(() => {})
    return start(redis({ client, ...options }))
  }

  it('fails fast while its server is away, and is used again when it is back', async () => {
    const live = await server()
    const one = await open(live.port)
    await one.put('shop:1:a', 1)
    await live.kill()
    await one.event('disconnected')

    const began = performance.now()
    await expect(one.store.read([], [])).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
    expect(performance.now() - began).toBeLessThan(5_000)

    await live.restart()
    await one.event('connected', 2)
    await one.put('shop:1:a', 2)
    await one.letters.has('lost')
    const client = await direct(live.url)
    await subscribed(client, one)
    await client.publish(`shop:w:${one.tokens.processId}`, 'w heard')
    await one.letters.has('wake heard')
    expect(one.letters.all.filter((letter) => letter === 'wake heard')).toHaveLength(1)
  })

  it('fails fast when its server was never there', async () => {
    const one = await open(await freePort())
    await expect(one.store.read([], [])).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
  })

  it('is not asked again after three silences, until it answers', async () => {
    const live = await server()
    const one = await open(live.port)
    await one.put('shop:1:a', 1)
    await live.pause()
    const codes: string[] = []
    for (let round = 0; round < 4; round++) {
      await one.store.bump([]).catch((error: unknown) => {
        codes.push((error as { code: string }).code)
      })
    }
    expect(codes).toEqual(['E_STORE_TIMEOUT', 'E_STORE_TIMEOUT', 'E_STORE_TIMEOUT', 'E_STORE_DOWN'])
    await live.resume()
    await one.event('connected', 2)
    await one.store.bump([])
  })
})

describe('TESTED_WITH', () => {
  it('names the majors that are installed for these tests', async () => {
    for (const name of ['@redis/client', 'ioredis'] as const) {
      const { default: manifest } = (await import(`${name}/package.json`, {
        with: { type: 'json' },
      })) as { default: { version: string } }
      expect(manifest.version.split('.')[0]).toBe(/\d+/.exec(TESTED_WITH[name])?.[0])
    }
    const client = await direct((await server()).url)
    expect(await client.info('server')).toContain(`redis_version:${TESTED_WITH['redis-server']}.`)
  })
})
