// What depends on how much there is, and how: `npm run bench scale`.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Cache } from 'breakwater'
import { redisCpuUs } from './harness/commands.ts'
import { type Cost, costInTurn, costOfCallers } from './harness/measuring.ts'
import type { Line, Measure, Place, Question } from './harness/question.ts'
import { RawRedis } from './harness/raw-redis.ts'
import { valueOf } from './harness/values.ts'

const PROCESSES = [1, 2, 4]
const KEYS = [1000, 10_000, 100_000, 1_000_000]
const TAGS = [1, 4, 16, 64]
const FAMILY = 1000
const PROCESS = fileURLToPath(new URL('harness/scale-process.js', import.meta.url))

const byProcesses = (count: number): string => `hit in Redis, ${count} processes`
const byKeys = (count: number): string => `hit in Redis, ${count} keys`
const byTags = (count: number): string => `hit in Redis, ${count} tags`
const byTagsNear = (count: number): string => `hit in memory, ${count} tags`

const line = (label: string, over: string, counts: readonly number[], name: Naming): Line => ({
  label,
  over,
  points: counts.map((at) => ({ at, measure: name(at) })),
})
type Naming = (count: number) => string

const LINES = [
  line('a hit in Redis', 'processes', PROCESSES, byProcesses),
  line('a hit in Redis', 'keys in Redis', KEYS, byKeys),
  line('a hit in Redis', 'tags of each entry', TAGS, byTags),
  line('a hit in memory', 'tags of each entry', TAGS, byTagsNear),
]

export const scale: Question = {
  name: 'scale',
  title: 'What grows with what',
  about: [
    'What a hit costs when there are more processes, more keys in Redis, more tags on each entry. A hit in Redis counts the processor time of all that take part, Redis included: 64 callers in each process. A hit in memory is one call after the other.',
    'The slope is the power by which the cost grows with the number: 0 does not depend on it, 1 is proportional to it.',
  ],
  needsRedis: true,
  isOnOneNode: true,
  rounds: 5,
  seconds: 75,
  packages: ['@redis/client'],
  limit: undefined,
  ours: 'breakwater',
  entrants: [{ label: 'breakwater', contender: 'breakwater', tiers: 'redis' }],
  lines: LINES,
  measures: LINES.flatMap(({ points }) =>
    points.map(({ measure }): Measure => ({ name: measure, unit: 'µs of CPU', better: 'less' })),
  ),
  async start(_, place) {
    const { createCaches, memory } = await import('breakwater')
    const { redis } = await import('breakwater/redis')
    const shared = (prefix: string): Cache =>
      createCaches({ default: { store: redis(place.redisUrl), prefix } }).default
    const server = await RawRedis.connect(place.redisUrl)
    const counts = place.isQuick ? KEYS.slice(0, 2) : KEYS
    const filled = await Promise.all(
      counts.map(async (count) => await fill(shared(`k${count}`), count)),
    )
    const near = createCaches({ default: { store: memory({ maxBytes: Infinity }) } }).default
    const tagged = shared('tags')
    for (const count of TAGS) {
      await fillTagged(near, count)
      await fillTagged(tagged, count)
    }
    const fleet = await fleetOf(place)
    const forMs = place.isQuick ? 50 : 250
    const hits = async (cache: Cache, keys: number, word = 'key'): Promise<number> =>
      await withRedis(server, async () => [
        await costOfCallers(64, forMs, (n) => read(cache, `${word}:${(n * 7919) % keys}`)),
      ])
    return {
      async round() {
        const readings: Record<string, number> = {}
        for (const count of PROCESSES)
          readings[byProcesses(count)] = await withRedis(
            server,
            async () => await Promise.all(fleet.slice(0, count).map(told)),
          )
        for (const [at, cache] of filled.entries())
          readings[byKeys(counts[at] as number)] = await hits(cache, counts[at] as number)
        for (const count of TAGS) {
          readings[byTags(count)] = await hits(tagged, FAMILY, `tagged${count}`)
          const cost = await costInTurn(forMs, (n) => read(near, `tagged${count}:${n % FAMILY}`))
          readings[byTagsNear(count)] = cost.cpuUs
        }
        return readings
      },
      async stop() {
        for (const child of fleet) child.send('stop')
        for (const cache of [...filled, near, tagged]) await cache.close()
        server.close()
      },
    }
  },
}

/** Microseconds of a hit, those that Redis has spent included. */
async function withRedis(server: RawRedis, act: () => Promise<readonly Cost[]>): Promise<number> {
  const [before, began] = [await redisCpuUs(server), performance.now()]
  const costs = await act()
  const [seconds, spent] = [(performance.now() - began) / 1000, (await redisCpuUs(server)) - before]
  const perSecond = costs.reduce((sum, each) => sum + each.perSecond, 0)
  const own = costs.reduce((sum, each) => sum + each.cpuUs * each.perSecond, 0) / perSecond
  return own + spent / (perSecond * seconds)
}

async function read(cache: Cache, key: string): Promise<void> {
  if ((await cache.get(key)) === undefined) throw new Error(`Nothing is under ${key}.`)
}

async function fill(cache: Cache, count: number): Promise<Cache> {
  const slice = Math.min(count, 2000)
  for (let from = 0; from < count; from += slice) {
    const entries = Array.from({ length: slice }, (_, n) => [`key:${from + n}`, { n }] as const)
    await cache.setMany(entries, { ttl: '1h' })
  }
  return cache
}

async function fillTagged(cache: Cache, count: number): Promise<void> {
  const tags = Array.from({ length: count }, (_, n) => `tag:${n}`)
  const keys = Array.from({ length: FAMILY }, (_, n) => `tagged${count}:${n}`)
  await cache.setMany(
    keys.map((key) => [key, valueOf(key)] as const),
    { ttl: '1h', tags },
  )
}

async function fleetOf({ isQuick, redisUrl }: Place): Promise<readonly ChildProcess[]> {
  const args = [redisUrl, 'k1000', '1000', isQuick ? '50' : '250']
  const fleet = Array.from({ length: Math.max(...PROCESSES) }, () => fork(PROCESS, args))
  await Promise.all(fleet.map(async (child) => await once(child, 'message')))
  return fleet
}

async function told(child: ChildProcess): Promise<Cost> {
  child.send('begin')
  return (await once(child, 'message'))[0] as Cost
}
