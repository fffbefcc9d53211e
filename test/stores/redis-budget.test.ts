// One Redis that evicts nothing, shared by a cache with a budget, a job queue and sessions.
import { Queue, Worker } from 'bullmq'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { RawRedis } from '../servers/raw-redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

const MB = 1024 ** 2
const BUDGET = 4 * MB

describe('a cache with a budget', () => {
  let server: RedisServer
  let raw: RawRedis
  let cache: Cache
  const endings: (() => Promise<unknown>)[] = []

  beforeEach(async () => {
    server = await startRedis({ args: ['--maxmemory', '40mb', '--maxmemory-policy', 'noeviction'] })
    raw = await RawRedis.open(server.port)
    cache = createCaches({
      default: { store: redis(server.url, { budget: '4mb' }), prefix: 'shop' },
    }).default
  })
  afterEach(async () => {
    for (const end of endings.splice(0).toReversed()) await end()
    await cache.close()
    raw.close()
    await server.stop()
  })

  const blob = (n: number): string => `${n} `.padEnd(2000, 'x')

  async function used(): Promise<number> {
    let bytes = 0
    let cursor = '0'
    do {
      const reply = (await raw.send(['SCAN', cursor, 'MATCH', 'shop:*', 'COUNT', '1000'])) ?? ''
      const [next = '0', ...keys] = [...reply.matchAll(/\r\n([^*$:\r\n][^\r\n]*)/g)].map(
        ([, word]) => word,
      )
      for (const key of keys) {
        const usage = await raw.send(['MEMORY', 'USAGE', key as string])
        bytes += Number(usage?.slice(1)) || 0
      }
      cursor = next
    } while (cursor !== '0')
    return bytes
  }

  async function fill(count: number, from = 0): Promise<void> {
    for (let n = from; n < from + count; n += 100) {
      const entries = Array.from({ length: 100 }, (_, at) => [`k${n + at}`, blob(n + at)] as const)
      await cache.setMany(entries)
    }
  }

  it('stays within it, and says what it uses', async () => {
    await fill(5000)
    await expect.poll(used, { timeout: 15_000 }).toBeLessThanOrEqual(BUDGET)

    const { detail } = await cache.stats()
    expect(detail['budgetBytes']).toBe(BUDGET)
    expect(detail['budgetEvicted']).toBeGreaterThan(1000)
    expect(await used()).toBeGreaterThan(BUDGET / 2)
  }, 40_000)

  it('leaves the keys of others, its locks and the stamps of its tags alone', async () => {
    for (let n = 0; n < 1000; n++) await raw.send(['SET', `sess:${n}`, 'x'.repeat(1000)])
    await cache.invalidateTags(['t'])
    const lock = await cache.lock('important', { ttl: '1m' })
    expect(await raw.send(['EXISTS', 'shop:~lock:important'])).toBe(':1\r\n')
    await fill(5000)
    await expect.poll(used, { timeout: 15_000 }).toBeLessThanOrEqual(BUDGET)

    let left = 0
    for (let n = 0; n < 1000; n++)
      if ((await raw.send(['EXISTS', `sess:${n}`])) === ':1\r\n') left++
    expect(left).toBe(1000)
    expect(await raw.send(['HEXISTS', 'shop:{g0}:gen', 't:t'])).toBe(':1\r\n')
    expect(await raw.send(['EXISTS', 'shop:~lock:important'])).toBe(':1\r\n')
    await lock?.release()
  }, 40_000)

  it('removes what was used longest ago first', async () => {
    await fill(1000)
    await new Promise((resolve) => setTimeout(resolve, 3000))
    const hot = Array.from({ length: 200 }, (_, n) => `k${n}`)
    await cache.getMany(hot)
    await fill(1500, 1000)
    await expect.poll(used, { timeout: 15_000 }).toBeLessThanOrEqual(BUDGET)

    const kept = await cache.getMany(hot)
    const cold = await cache.getMany(Array.from({ length: 800 }, (_, n) => `k${n + 200}`))
    expect(kept.size / 200).toBeGreaterThan(2 * (cold.size / 800))
  }, 40_000)

  it('harms no job queue, and a queue does not harm it', async () => {
    const connection = { port: server.port }
    const queue = new Queue('mails', { connection })
    const done: string[] = []
    const worker = new Worker('mails', async (job) => void done.push(job.id as string), {
      connection: { ...connection, maxRetriesPerRequest: null },
      concurrency: 5,
    })
    endings.push(() => queue.close())
    endings.push(() => worker.close())
    await queue.addBulk(Array.from({ length: 200 }, (_, n) => ({ name: 'mail', data: { n } })))
    await fill(4000)
    await queue.addBulk(Array.from({ length: 200 }, (_, n) => ({ name: 'mail', data: { n } })))
    await cache.clear()

    await expect.poll(() => done.length, { timeout: 20_000 }).toBe(400)
    expect(new Set(done).size).toBe(400)
    expect(await cache.set('a', 1)).toBe(true)
    expect((await cache.examine()).map(({ code }) => code)).toEqual([
      'queue-shared',
      'volatile-queue',
    ])
  }, 60_000)

  it('is refused with a cluster, and where it is no amount', () => {
    const both = { cluster: true, budget: '1mb' } as const
    expect(() => redis(server.url, both)).toThrow(/'budget'.*'maxmemory' of its nodes/)
    expect(() => redis(server.url, { budget: 'a lot' as '1mb' })).toThrow(/budget/)
  })
})
