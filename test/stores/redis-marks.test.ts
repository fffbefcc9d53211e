import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Mark, StoreRecord } from '../../src/base/record.ts'
import { redis } from '../../src/stores/redis/index.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { directClient, startProcess, type StoreProcess, subscribed } from './redis-process.ts'

const KEY = 'shop:1:a'
const HOUR = 3_600_000

let server: RedisServer
let client: Awaited<ReturnType<typeof directClient>>
let one: StoreProcess
/** Its clock is an hour ahead of the server's. */
let ahead: StoreProcess

beforeAll(async () => {
  server = await startRedis()
  client = await directClient(server.url)
})
beforeEach(async () => {
  await client.flushAll()
  one = startProcess(redis(server.url))
  ahead = startProcess(redis(server.url), { aheadMs: HOUR })
  for (const each of [one, ahead]) await subscribed(client, each)
  return async () => {
    for (const each of [one, ahead]) await each.store.close()
  }
})
afterAll(async () => {
  client.destroy()
  await server.stop()
})

async function markSeenBy(process: StoreProcess): Promise<Mark | undefined> {
  return (await process.store.read([KEY], [])).result[0]?.mark
}

async function fail(by: StoreProcess, forMs: number, text = 'no'): Promise<string> {
  const lease = by.acquire(KEY)
  await lease
  const mark = { kind: 'failed', stamp: 7, text, forMs } as const
  await by.store.release(KEY, lease.token, { mark })
  return lease.token
}

describe('a mark on Redis', () => {
  it("stands for as long as was said by the server's clock, whoever left it", async () => {
    await fail(ahead, 20_000)

    const ttl = await client.pTTL(KEY)
    expect(ttl).toBeGreaterThan(10_000)
    expect(ttl).toBeLessThanOrEqual(20_000)
    const seen = [(await markSeenBy(one))?.until ?? 0, (await markSeenBy(ahead))?.until ?? 0]
    expect(Math.abs((seen[0] as number) - (one.clock.now() + 20_000))).toBeLessThan(5_000)
    expect(Math.abs((seen[1] as number) - (ahead.clock.now() + 20_000))).toBeLessThan(5_000)
  })

  it('that is to stand for ever has no end on the server either', async () => {
    await fail(one, Infinity)

    expect(await client.pTTL(KEY)).toBe(-1)
    expect((await markSeenBy(one))?.until).toBe(Infinity)
  })

  it('travels with the wake', async () => {
    const woken: (StoreRecord | undefined)[] = []
    const waiter = startProcess(redis(server.url), { listens: false })
    waiter.store.listen({ wake: (_, record) => woken.push(record), doom() {}, lost() {} })
    await subscribed(client, waiter)
    const lease = one.acquire(KEY)
    await lease
    await waiter.acquire(KEY)

    const mark = { kind: 'failed', stamp: 7, text: 'ü'.repeat(9_000), forMs: 20_000 } as const
    await one.store.release(KEY, lease.token, { mark })
    await expect.poll(() => woken.length).toBe(1)

    expect(woken[0]).toEqual({
      entry: undefined,
      lease: undefined,
      mark: {
        kind: 'failed',
        stamp: 7,
        text: 'ü'.repeat(500),
        token: lease.token,
        until: expect.any(Number),
      },
      undecodable: undefined,
    })
    await waiter.store.close()
  })

  it('of an older layout than ours is nothing, and in nobody’s way', async () => {
    await client.set(KEY, Buffer.concat([Buffer.from('F\x02\0\0'), Buffer.alloc(92)]))

    expect(await one.acquire(KEY)).toMatchObject({ outcome: 'lease' })
  })
})
