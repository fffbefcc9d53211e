// Reads of single keys that are asked for in one turn go out as one.
import { createClient } from '@redis/client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { StoreRecord } from '../../src/base/record.ts'
import type { Answer } from '../../src/base/store.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { type Proxy, startProxy } from '../servers/proxy.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { startProcess, type StoreProcess } from './redis-process.ts'

const NO_MGET = '~shop:* &shop:* +@all -mget'

describe('GatheredReads', () => {
  let server: RedisServer
  let proxy: Proxy
  let one: StoreProcess

  beforeAll(async () => {
    server = await startRedis({ user: { name: 'shop', password: 'pw', rules: NO_MGET } })
    proxy = await startProxy(server.port)
  })
  beforeEach(async () => {
    await asAdmin(['FLUSHALL'])
    one = await open(`redis://127.0.0.1:${proxy.port}`)
  })
  afterEach(async () => await one.store.close())
  afterAll(async () => {
    await proxy.stop()
    await server.stop()
  })

  async function asAdmin(command: readonly string[]): Promise<void> {
    const client = createClient({ url: `redis://127.0.0.1:${server.port}` })
    await client.connect()
    await client.sendCommand(command)
    client.destroy()
  }

  async function open(url: string): Promise<StoreProcess> {
    const process = startProcess(redis(url))
    await process.store.read([], ['*'])
    return process
  }

  const read = async (key: string, field: '*' | 't:t' = '*'): Promise<Found> =>
    await one.store.read([key], [field])

  it('sends many as one, and answers each with what lies under its key', async () => {
    await one.put('shop:1:a', 'A')
    await one.put('shop:1:b', 'B')
    proxy.reset()

    const found = await Promise.all(['a', 'none', 'b', 'a'].map((key) => read(`shop:1:${key}`)))

    expect(found.map(valueOf)).toEqual(['A', undefined, 'B', 'A'])
    expect(Object.fromEntries(proxy.names)).toEqual({ MGET: 1, HMGET: 1 })
  })

  it('gives each of its callers a value of its own', async () => {
    await one.put('shop:1:a', { n: 1 })
    const [first, second] = await Promise.all([read('shop:1:a'), read('shop:1:a')])
    expect(valueOf(first)).toEqual(valueOf(second))
    expect(valueOf(first)).not.toBe(valueOf(second))
  })

  it('reads the generations that each of them needs, after the records', async () => {
    await one.put('shop:1:a', 'A')
    const stamp = await one.store.bump(['t:t'])

    const [, tagged] = await Promise.all([read('shop:1:a'), read('shop:1:b', 't:t')])

    expect(tagged?.generations.bumps.get('t:t')).toBe(stamp)
  })

  it('sends more than 128 keys in more than one command', async () => {
    proxy.reset()
    await Promise.all(Array.from({ length: 200 }, (_, n) => read(`shop:1:${n}`)))
    expect(Object.fromEntries(proxy.names)).toEqual({ MGET: 2, HMGET: 2 })
  })

  it('takes what is no text for absent', async () => {
    await asAdmin(['RPUSH', 'shop:1:list', 'x'])
    await one.put('shop:1:a', 'A')

    const found = await Promise.all([read('shop:1:list'), read('shop:1:a')])

    expect(found.map(valueOf)).toEqual([undefined, 'A'])
  })

  it('asks for each by itself where MGET is refused, and from then on', async () => {
    await one.put('shop:1:a', 'A')
    const other = await open(`redis://shop:pw@127.0.0.1:${proxy.port}`)
    const both = (): Promise<Found[]> =>
      Promise.all([other.store.read(['shop:1:a'], ['*']), other.store.read(['shop:1:b'], ['*'])])

    expect((await both()).map(valueOf)).toEqual(['A', undefined])
    proxy.reset()
    expect((await both()).map(valueOf)).toEqual(['A', undefined])

    expect(Object.fromEntries(proxy.names)).toEqual({ GET: 2, HMGET: 1 })
    await other.store.close()
  })

  it('is waited for by close, and refused after it', async () => {
    await one.put('shop:1:a', 'A')
    const asked = Promise.all([read('shop:1:a'), read('shop:1:a')])
    const closed = one.store.close()
    expect((await asked).map(valueOf)).toEqual(['A', 'A'])
    await closed
    await expect(read('shop:1:a')).rejects.toMatchObject({ code: 'E_CLOSED' })
  })

  it('fails for all of them when the server is away', async () => {
    await server.kill()
    const codes = await Promise.all(
      ['a', 'b'].map((key) =>
        read(`shop:1:${key}`).catch((error: unknown) => (error as { code: string }).code),
      ),
    )
    expect(codes).toEqual(['E_STORE_DOWN', 'E_STORE_DOWN'])
  })
})

type Found = Answer<readonly (StoreRecord | undefined)[]>

function valueOf({ result }: Found): unknown {
  return result[0]?.entry?.value
}
