import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { ALL_WAIT, type PolicyReport, RELEASE } from './policy-messages.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { Fleet } from './fleet.ts'

describe('a fleet on Redis', () => {
  let server: RedisServer
  let own: Cache

  beforeAll(async () => {
    server = await startRedis()
    own = createCaches({ default: { store: redis(server.url), prefix: 'policies' } }).default
  })
  afterAll(async () => {
    await own.close()
    await server.stop()
  })

  function start(
    loadMs: number | 'held',
    works: 'works' | 'fails',
    options: object,
  ): Promise<Fleet> {
    const args = [server.url, 'policies', '64', String(loadMs), works, JSON.stringify(options)]
    return Fleet.start(4, 'policy-callers.js', args)
  }
  const sum = (reports: readonly PolicyReport[], of: 'loads' | 'unhandled'): number =>
    reports.reduce((total, report) => total + report[of], 0)
  const outcomes = (reports: readonly PolicyReport[]): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (const report of reports)
      for (const outcome of report.outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1
    return counts
  }
  async function storeStale(key: string): Promise<void> {
    await own.set(key, 'old', { ttl: '1ms', stale: '1m' })
    await expect.poll(() => own.lookup(key)).toMatchObject({ stale: true })
  }

  /** All four processes ask, and the load goes on when every caller waits for it. */
  async function stampede(fleet: Fleet, key: string): Promise<PolicyReport[]> {
    const reports = fleet.stampede<PolicyReport>(key)
    await fleet.allSaid(ALL_WAIT)
    fleet.tell(RELEASE)
    return await reports
  }

  it('256 callers of a stale value are served while one load refreshes it', async () => {
    await storeStale('stale')
    const fleet = await start('held', 'works', { stale: '1m' })
    const first = await fleet.stampede<PolicyReport>('stale')

    expect(outcomes(first)).toEqual({ old: 256 })
    expect(sum(first, 'loads')).toBe(1)
    fleet.tell(RELEASE)
    await expect.poll(() => own.get('stale')).toBe('new')
    const second = await fleet.stampede<PolicyReport>('stale')
    await fleet.stop()
    expect(outcomes(second)).toEqual({ new: 256 })
    expect(sum(second, 'loads')).toBe(1)
  })

  it('256 callers within softTimeout wait for the one refresh, wherever it runs', async () => {
    await storeStale('soft')
    const fleet = await start('held', 'works', { stale: '1m', softTimeout: '1m' })
    const reports = await stampede(fleet, 'soft')
    await fleet.stop()

    expect(outcomes(reports)).toEqual({ new: 256 })
    expect(sum(reports, 'loads')).toBe(1)
  })

  it('256 callers of a failing load make one attempt, and all hear of it', async () => {
    const fleet = await start('held', 'fails', {})
    const reports = await stampede(fleet, 'failing')
    await fleet.stop()

    expect(sum(reports, 'loads')).toBe(1)
    expect(outcomes(reports)).toEqual({ 'the database is down': 64, E_LOAD_FAILED: 192 })
    expect(sum(reports, 'unhandled')).toBe(0)
  })

  it('256 more within failureTtl make none', async () => {
    const fleet = await start('held', 'fails', { failureTtl: '1m' })
    await stampede(fleet, 'failing for a while')
    const again = await fleet.stampede<PolicyReport>('failing for a while')
    await fleet.stop()

    expect(sum(again, 'loads')).toBe(1)
    expect(outcomes(again)).toEqual({ E_LOAD_FAILED: 256 })
  })

  it('a refresh that fails is tried once by each process at most, and nothing is left unhandled', async () => {
    await storeStale('stale and failing')
    const fleet = await start(50, 'fails', { stale: '1m', failureTtl: '20s' })
    const reports: PolicyReport[][] = []
    for (let round = 0; round < 3; round++)
      reports.push(await fleet.stampede<PolicyReport>('stale and failing'))
    await fleet.stop()
    const last = reports.at(-1) as PolicyReport[]

    for (const round of reports) expect(outcomes(round)).toEqual({ old: 256 })
    expect(Math.max(...last.map(({ loads }) => loads))).toBe(1)
    expect(sum(last, 'unhandled')).toBe(0)
  })
})
