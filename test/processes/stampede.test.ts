import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MemcachedServer, startMemcached } from '../servers/memcached.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { Fleet } from './fleet.ts'

describe.each<readonly [string, () => Promise<RedisServer | MemcachedServer>]>([
  ['Redis', startRedis],
  ['Memcached, which wakes nobody', startMemcached],
])('a stampede on %s', (_, start) => {
  let server: RedisServer | MemcachedServer

  beforeAll(async () => {
    server = await start()
  })
  afterAll(async () => {
    await server.stop()
  })

  it('4 processes with 64 callers each make one load, and all get its value', async () => {
    const fleet = await Fleet.start(4, 'callers.js', [server.url, 'stampede', '64', '50'])
    const reports = await fleet.stampede('key')
    await fleet.stop()

    expect(reports.reduce((sum, { loads }) => sum + loads, 0)).toBe(1)
    expect(new Set(reports.flatMap(({ values }) => values)).size).toBe(1)
    expect(reports.flatMap(({ returnedAt }) => returnedAt)).toHaveLength(256)
  })
})

describe('a crowd on Redis', () => {
  let server: RedisServer

  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => {
    await server.stop()
  })

  it.each([1, 4])('10,000 callers of one key in %i processes make one load', async (processes) => {
    const callers = String(10_000 / processes)
    const prefix = `crowd${processes}`
    const fleet = await Fleet.start(processes, 'callers.js', [server.url, prefix, callers, '50'])
    const reports = await fleet.stampede('key')
    await fleet.stop()

    expect(reports.reduce((sum, { loads }) => sum + loads, 0)).toBe(1)
    expect(reports.flatMap(({ returnedAt }) => returnedAt)).toHaveLength(10_000)
    expect(new Set(reports.flatMap(({ values }) => values)).size).toBe(1)
  })
})
