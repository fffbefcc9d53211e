import { Queue } from 'bullmq'
import { afterEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import type { ServerFacts } from '../../src/stores/redis/checkup/facts.ts'
import { judgeServer } from '../../src/stores/redis/checkup/verdict.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import type { BudgetBytes, RedisOptions } from '../../src/stores/redis/options.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { RawRedis } from '../servers/raw-redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

const MB = 1024 ** 2
const FINE: ServerFacts = {
  maxBytes: 100 * MB,
  policy: 'allkeys-lfu',
  isReplica: false,
  persists: false,
  keys: 100,
  expiring: 100,
  evicted: 0,
  queues: [],
  sessions: [],
}

describe('the verdict on a server', () => {
  const queues = ['BullMQ']
  it.each<[string, Partial<ServerFacts>, BudgetBytes, string[]]>([
    ['a cache alone under allkeys-lfu', {}, undefined, []],
    [
      'what it does not tell',
      { maxBytes: undefined, policy: undefined },
      undefined,
      ['warning policy-unknown'],
    ],
    ['a replica', { isReplica: true }, undefined, ['error replica']],
    ['no memory limit', { maxBytes: 0 }, undefined, ['warning no-maxmemory']],
    ['a cache that may not evict', { policy: 'noeviction' }, undefined, ['warning noeviction']],
    ['the same, with a budget', { policy: 'noeviction' }, 50 * MB, []],
    [
      'a queue under allkeys-lru',
      { queues, policy: 'allkeys-lru', persists: true },
      undefined,
      ['error queue-evictable'],
    ],
    [
      'a queue under volatile-lru',
      { queues, policy: 'volatile-lru', persists: true },
      undefined,
      ['error queue-locks-evictable'],
    ],
    [
      'a queue under noeviction beside a cache without a budget',
      { queues, policy: 'noeviction', persists: true },
      undefined,
      ['error queue-starved'],
    ],
    [
      'a queue under noeviction beside a budget',
      { queues, policy: 'noeviction', persists: true },
      70 * MB,
      ['warning queue-shared'],
    ],
    [
      'a queue beside a budget that leaves it too little',
      { queues, policy: 'noeviction', persists: true },
      71 * MB,
      ['error budget-too-large'],
    ],
    [
      'a queue that is not saved',
      { queues, policy: 'noeviction', persists: false },
      10 * MB,
      ['warning queue-shared', 'warning volatile-queue'],
    ],
    [
      'sessions that may be evicted',
      { sessions: ['express-session'], persists: true },
      undefined,
      ['warning sessions-evictable'],
    ],
    [
      'sessions that may be evicted because they have a ttl',
      { sessions: ['express-session'], policy: 'volatile-lru', persists: true },
      undefined,
      ['warning sessions-evictable'],
    ],
    [
      'an alias without a budget on purpose, beside a queue',
      { queues, policy: 'noeviction', persists: true },
      'none',
      [],
    ],
    ['the same, alone', { policy: 'noeviction' }, 'none', []],
    [
      'entries that cannot be evicted',
      { policy: 'volatile-lru', expiring: 80 },
      undefined,
      ['warning unevictable'],
    ],
    ['a cache that is saved', { persists: true }, undefined, ['warning persistent-cache']],
  ])('%s', (_, facts, budget, expected) => {
    const advice = judgeServer({ ...FINE, ...facts }, budget)

    expect(advice.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected)
    for (const { message, remedy } of advice) expect([message, remedy]).not.toContain('')
  })
})

describe('the words of a verdict', () => {
  const queues = ['BullMQ']
  const sessions = ['express-session']
  const say = (facts: Partial<ServerFacts>, code: string, budget?: number): string => {
    const advice = judgeServer({ ...FINE, ...facts }, budget).find((each) => each.code === code)
    return `${advice?.message} ${advice?.remedy}`
  }

  it.each<[string, Partial<ServerFacts>, number | undefined, RegExp]>([
    ['queue-evictable', { queues }, undefined, /will be deleted without an error.*second server/],
    [
      'queue-locks-evictable',
      { queues, policy: 'volatile-ttl' },
      undefined,
      /locks of running jobs.*run twice.*second server/,
    ],
    [
      'queue-starved',
      { queues, policy: 'noeviction' },
      undefined,
      /filled the memory, the queue stops.*budget.*second server/,
    ],
    ['queue-shared', { queues, policy: 'noeviction' }, MB, /evicts its own keys alone/],
    ['sessions-evictable', { sessions }, undefined, /logged out.*server of their own.*database/],
    ['noeviction', { policy: 'noeviction' }, undefined, /writes fail.*allkeys-lfu.*budget/],
    ['no-maxmemory', { maxBytes: 0 }, undefined, /until the operating system kills it/],
    ['unevictable', { policy: 'volatile-lru', expiring: 0 }, undefined, /can never be evicted/],
  ])('say of %s what it leads to, and what to do', (code, facts, budget, words) => {
    expect(say(facts, code, budget)).toMatch(words)
  })

  it('never advise to evict where sessions are', () => {
    expect(say({ sessions, policy: 'noeviction' }, 'noeviction')).not.toContain('allkeys')
  })

  it('say how much has been evicted already', () => {
    expect(say({ queues, evicted: 12 }, 'queue-evictable')).toContain('evicted 12 keys')
    expect(say({ queues }, 'queue-evictable')).not.toContain('It has evicted')
  })

  it('say whose fate is unknown', () => {
    const message = say({ policy: undefined, queues, sessions }, 'policy-unknown')

    expect(message).toContain('queued jobs (BullMQ) and sessions (express-session)')
  })
})

describe('a check-up of a real server', () => {
  const endings: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const end of endings.splice(0).toReversed()) await end()
  })

  async function serve(...args: string[]): Promise<RedisServer> {
    const server = await startRedis({ args })
    endings.push(() => server.stop())
    return server
  }

  function open(server: RedisServer, options: RedisOptions = {}, more: object = {}): Cache {
    const { default: cache } = createCaches({
      default: { store: redis(server.url, options), ...more },
    })
    endings.push(() => cache.close())
    return cache
  }

  async function codes(cache: Cache): Promise<string[]> {
    return (await cache.examine()).map(({ code }) => code)
  }

  it('finds nothing wrong with one that suits a cache', async () => {
    const server = await serve('--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lfu')

    expect(await codes(open(server))).toEqual([])
  })

  it('finds a job queue among many other keys', async () => {
    const server = await serve('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru')
    const queue = new Queue('mails', { connection: { port: server.port } })
    await queue.add('welcome', { to: 'ann' })
    await queue.close()
    const raw = await RawRedis.open(server.port)
    await raw.send(['DEBUG', 'POPULATE', '50000'])
    raw.close()

    expect(await codes(open(server))).toEqual(['queue-evictable', 'volatile-queue'])
  })

  it('finds a job queue in another database, where the server evicts as well', async () => {
    const server = await serve('--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru')
    const queue = new Queue('mails', { connection: { port: server.port, db: 1 } })
    await queue.add('welcome', { to: 'ann' })
    await queue.close()
    const cache = open(server)
    await cache.set('a', 1)

    const [advice] = await cache.examine()
    expect(advice).toMatchObject({ code: 'queue-evictable' })
    expect(advice?.message).toContain('BullMQ in database 1')
    // The connection has stayed where it was.
    expect(await cache.get('a')).toBe(1)
  })

  it('leaves other databases alone where a user may not look', async () => {
    const user = { name: 'app', password: 'pw', rules: '~* &* +@all -select' }
    const args = ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru']
    const server = await startRedis({ user, args })
    endings.push(() => server.stop())
    const raw = await RawRedis.open(server.port)
    await raw.send(['SELECT', '1'])
    await raw.send(['SET', 'bull:mails:meta', 'x'])
    raw.close()

    expect(await codes(open(server))).toEqual([])
  })

  it('asks for no budget where there is none on purpose, also by URL', async () => {
    const server = await serve('--maxmemory', '50mb', '--maxmemory-policy', 'noeviction')
    const raw = await RawRedis.open(server.port)
    await raw.send(['SET', 'bull:mails:meta', 'x'])
    raw.close()
    const { default: byUrl } = createCaches({ default: { store: `${server.url}?budget=none` } })
    endings.push(() => byUrl.close())

    expect(await codes(open(server))).toEqual(['queue-starved', 'volatile-queue'])
    expect(await codes(open(server, { budget: 'none' }))).toEqual(['volatile-queue'])
    expect(await codes(byUrl)).toEqual(['volatile-queue'])
  })

  it('finds sessions, also of others', async () => {
    const server = await serve('--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru')
    const raw = await RawRedis.open(server.port)
    await raw.send(['SET', 'sess:abc', '{}'])
    await raw.send(['SET', ':1:django.contrib.sessions.cachexyz', '{}'])
    raw.close()

    const [advice] = await open(server).examine()
    expect(advice).toMatchObject({ code: 'sessions-evictable' })
    expect(advice?.message).toContain('express-session, Django')
  })

  it('makes do with what a user may ask', async () => {
    const user = { name: 'app', password: 'pw', rules: '~* &* +@all -config' }
    const server = await startRedis({ user, args: ['--maxmemory', '0'] })
    endings.push(() => server.stop())

    expect(await codes(open(server))).toEqual(['no-maxmemory'])
  })

  it('is made soon after the start and hourly, and tells the advice event', async () => {
    const server = await serve('--maxmemory', '0')
    const clock = fakeClock(Date.now())
    const cache = open(server, {}, { clock })
    const told: string[] = []
    cache.on('advice', ({ advice }) => told.push(advice.code))
    await cache.get('a')
    expect(told).toEqual([])
    clock.tick(5_000)
    await expect.poll(() => told).toEqual(['no-maxmemory'])
    await expect.poll(() => clock.pending).toBeGreaterThan(0)
    clock.tick(3_600_000)

    await expect.poll(() => told).toEqual(['no-maxmemory', 'no-maxmemory'])
  })

  it('finds nothing where there is no server', async () => {
    const { default: cache } = createCaches({ default: {} })

    expect(await cache.examine()).toEqual([])
    await cache.close()
  })
})
