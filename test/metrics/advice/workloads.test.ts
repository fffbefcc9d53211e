import { setTimeout as later } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../../../examples/store/database/random.ts'
import { createCaches } from '../../../src/config/create-caches.ts'
import { adviser, type Finding } from '../../../src/metrics/advice/index.ts'
import { redis } from '../../../src/stores/redis/index.ts'
import { FreshCaches } from '../../cache/fresh-caches.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { good, REMOTE_WORKLOADS, remoteGood, type Workload, WORKLOADS } from './workloads.ts'

/** What is said after a workload in this process's memory, on a fake clock. */
async function saidOf({ options = {}, play }: Workload): Promise<readonly Finding[]> {
  const caches = new FreshCaches()
  const { clock } = caches
  const cache = caches.open({ jitter: 0, early: 0, ...options })
  const advice = adviser([cache], { clock })
  await play({
    cache,
    random: seededRandom(7),
    pass: async (ms) => await clock.advance(ms),
    slow: (value, ms) => caches.slow(value, ms),
  })
  const findings = await advice.findings()
  advice.close()
  await caches.close()
  return findings
}

/** Without how many were dropped: a memory store gives up by prints of keys that are seeded anew in each process. */
function settled(finding: Finding): Finding {
  return { ...finding, evidence: finding.evidence.replace(/^[\d,]+ (?=values were dropped)/, '') }
}

describe('adviser, in memory', () => {
  it.each(Object.entries(WORKLOADS))(
    'says %s of its workload, and nothing else',
    async (code, workload) => {
      const findings = await saidOf(workload)

      expect(findings.map((finding) => finding.code)).toEqual([code])
      expect(findings.map(settled)).toMatchSnapshot()
    },
  )

  it('says nothing of a good one', async () => {
    expect(await saidOf(good)).toEqual([])
  })
})

describe('adviser, over a server', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis({
      args: ['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lfu'],
    })
  })
  afterAll(async () => {
    await server.stop()
  })

  async function saidOfRemote({ options = {}, play }: Workload): Promise<readonly Finding[]> {
    await using caches = createCaches({
      default: { store: redis(server.url), early: 0, ...options },
    })
    await caches.default.clear()
    const advice = adviser([caches.default])
    await play({
      cache: caches.default,
      random: seededRandom(7),
      pass: async (ms) => await later(ms),
      slow: (value, ms) => async () => await later(ms, value),
    })
    return await advice.findings()
  }

  it.each(Object.entries(REMOTE_WORKLOADS))(
    'says %s of its workload, and nothing else',
    async (code, workload) => {
      const findings = await saidOfRemote(workload)

      expect(findings.map((finding) => finding.code)).toEqual([code])
    },
  )

  it('says nothing of a good one', async () => {
    expect(await saidOfRemote(remoteGood)).toEqual([])
  })

  it('says nothing of a hot key where a near cache takes it', async () => {
    const { 'hot-key': hot } = REMOTE_WORKLOADS
    expect(await saidOfRemote({ ...(hot as Workload), options: { near: true } })).toEqual([])
  })
})
