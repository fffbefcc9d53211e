// The shop as its visitors see it while somebody pulls Redis away under load, and puts it back.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RawRedis } from '../../servers/raw-redis.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { addressOf } from './address-of.ts'

const VISITORS = 8

describe('the shop on Redis', () => {
  let server: RedisServer
  let shop: ChildProcess
  let address: string

  beforeEach(async () => {
    server = await startRedis()
    shop = fork(resolve('.build/examples/store/main.js'), {
      env: { ...process.env, PORT: '0', REDIS_URL: server.url },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    address = await addressOf(shop)
  }, 90_000)
  afterEach(async () => {
    if (shop.exitCode === null && shop.signalCode === null) {
      shop.kill('SIGTERM')
      await once(shop, 'exit')
    }
    await server.stop()
  }, 30_000)

  it('serves every visitor while Redis is killed under load, and uses it again when it is back', async () => {
    const statuses = new Set<number>()
    let visits = 0
    const closing = new AbortController()
    const visitor = async (start: number): Promise<void> => {
      for (let id = start; !closing.signal.aborted; id = (id % 50) + 1) {
        const response = await fetch(`${address}/product/${id}`, { redirect: 'follow' })
        await response.arrayBuffer()
        statuses.add(response.status)
        visits++
      }
    }
    const visitors = Array.from({ length: VISITORS }, (_, index) => visitor(index * 6 + 1))
    const after = async (more: number): Promise<void> => {
      const goal = visits + more
      await expect.poll(() => visits, { timeout: 60_000 }).toBeGreaterThanOrEqual(goal)
    }

    await after(200)
    await server.kill('SIGKILL')
    await after(200)
    // For two seconds, and from this process alone.
    expect(await statusOfSecondVisit()).toContain('hit')
    await server.restart()
    await after(100)
    await expect.poll(keysOnServer, { timeout: 20_000 }).toBeGreaterThan(10)
    expect(await statusOfSecondVisit()).toContain('hit')
    closing.abort()
    await Promise.all(visitors)

    expect([...statuses]).toEqual([200])
    shop.kill('SIGTERM')
    expect((await once(shop, 'exit'))[0]).toBe(0)
  }, 180_000)

  async function keysOnServer(): Promise<number> {
    const raw = await RawRedis.open(server.port)
    const reply = await raw.send(['DBSIZE'])
    raw.close()
    return Number(reply?.slice(1))
  }

  async function statusOfSecondVisit(): Promise<string> {
    await (await fetch(`${address}/product/1`)).arrayBuffer()
    const response = await fetch(`${address}/product/1`)
    await response.arrayBuffer()
    return response.headers.get('cache-status') ?? ''
  }
})
