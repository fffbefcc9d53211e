// What counting costs a hit that this process has in its own memory. The package as it is, against a copy of it whose counters
// do nothing (or against another build: `npm run bench counting -- path/to/dist`), in one process, in rounds that take turns,
// by processor time, collecting garbage included.
// `npm run bench counting`, on the node that runs it.
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as core from 'breakwater'
import type * as redis from 'breakwater/redis'
import { startRedis } from '../test/servers/redis.ts'

const KEYS = Array.from({ length: 500 }, (_, n) => `product:${n}:reviews`)
const ROUNDS = Number(process.env['ROUNDS'] ?? 301)
/** Of those that answer in the same turn ten times as many. */
const READS = 2000
/** Nanoseconds that a hit may pay for being counted; on a busy machine medians differ by most of it. */
const MOST = 100

type Cache = core.Cache
interface Build {
  readonly core: typeof core
  readonly redis: typeof redis
}

/** A read, as often as said. Those that glance ask as pages at hand do. */
const READERS: Readonly<Record<string, (cache: Cache, times: number) => Promise<void> | void>> = {
  async get(cache, times) {
    for (let n = 0; n < times; n++) await cache.get(KEYS[n % KEYS.length] as string)
  },
  async getOrSet(cache, times) {
    for (let n = 0; n < times; n++) await cache.getOrSet(KEYS[n % KEYS.length] as string, missing)
  },
  glance(cache, calls) {
    const times = 10 * calls
    const glancing = cache as unknown as Record<symbol, (key: string) => unknown>
    const glance = Symbol.for('breakwater.glance')
    for (let n = 0; n < times; n++)
      if (glancing[glance]?.(KEYS[n % KEYS.length] as string) === undefined) missing()
  },
}

const here = dirname(fileURLToPath(import.meta.resolve('breakwater')))
const given = process.argv[2]
const other = given === undefined ? withoutCounting() : resolve(given)
const server = await startRedis()
let tooDear = false
try {
  const builds = [await load(here), await load(other)] as const
  process.stdout.write(
    `Node ${process.versions.node}, ${ROUNDS} rounds of ${READS} hits, medians of processor time\n`,
  )
  process.stdout.write('|  | without | with | counting costs |\n| --- | --- | --- | --- |\n')
  for (const where of ['memory', 'near Redis'] as const) {
    const caches = await Promise.all(builds.map((build, at) => open(build, where, at)))
    for (const [name, reader] of Object.entries(READERS)) {
      const [counted, bare, extra] = await compare(caches as [Cache, Cache], reader)
      if (extra > MOST) tooDear = true
      const cells = [bare, counted, extra].map((ns) => `${ns.toFixed(0)} ns`)
      process.stdout.write(`| ${where}, \`${name}\` | ${cells.join(' | ')} |\n`)
    }
    await Promise.all(caches.map((cache) => cache.close()))
  }
} finally {
  await server.stop()
  if (given === undefined) rmSync(dirname(other), { recursive: true })
}
process.stdout.write(`${tooDear ? '✗' : '✓'} A hit pays at most ${MOST} ns for being counted.\n`)
process.exitCode = tooDear ? 1 : 0

/** A copy of the package whose counters count nothing. */
function withoutCounting(): string {
  const copy = join(mkdtempSync(join(here, '../.build/counting-')), 'dist')
  cpSync(here, copy, { recursive: true })
  appendFileSync(
    join(copy, 'cache/tally.js'),
    "for (const name of ['hit', 'stale', 'miss', 'read']) Tally.prototype[name] = () => {}\n",
  )
  appendFileSync(
    join(copy, 'cache/operation-tally.js'),
    [
      'OperationTally.prototype.begin = () => 0',
      "for (const name of ['end', 'answered', 'failed']) OperationTally.prototype[name] = () => {}",
      "Object.defineProperty(OperationTally.prototype, 'next', { get: () => 0 })",
      '',
    ].join('\n'),
  )
  return copy
}

async function load(folder: string): Promise<Build> {
  const of = async (file: string): Promise<unknown> =>
    await import(pathToFileURL(join(folder, file)).href)
  return {
    core: (await of('index.js')) as typeof core,
    redis: (await of('stores/redis/index.js')) as typeof redis,
  }
}

async function open(build: Build, where: 'memory' | 'near Redis', at: number): Promise<Cache> {
  const { createCaches, memory } = build.core
  const settings: core.AliasOptions =
    where === 'memory'
      ? { store: memory() }
      : {
          store: build.redis.redis(server.url),
          near: { ttl: '1h', maxStaleness: '1h' },
          prefix: `counting${at}`,
        }
  const cache = createCaches({ default: { ...settings, ttl: '1h', early: 0 } }).default
  for (const key of KEYS) await cache.getOrSet(key, () => ({ key, price: 1990 }))
  // Until what is near has been read, and every reader is compiled.
  const until = performance.now() + 2000
  while (performance.now() < until) for (const key of KEYS) await cache.get(key)
  return cache
}

async function compare(
  [counted, bare]: readonly [Cache, Cache],
  reader: (cache: Cache, times: number) => Promise<void> | void,
): Promise<readonly [counted: number, bare: number, extra: number]> {
  const times: Record<'counted' | 'bare', number[]> = { counted: [], bare: [] }
  const extras: number[] = []
  for (let round = -3; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? [counted, bare] : [bare, counted]
    const took = new Map<Cache, number>()
    for (const cache of order) took.set(cache, await cost(cache, reader))
    // The first ones warm up.
    if (round < 0) continue
    const [one, two] = [took.get(counted) as number, took.get(bare) as number]
    times.counted.push(one)
    times.bare.push(two)
    extras.push(one - two)
  }
  return [median(times.counted), median(times.bare), median(extras)]
}

/** Nanoseconds of processor time for each read. */
async function cost(
  cache: Cache,
  reader: (cache: Cache, times: number) => Promise<void> | void,
): Promise<number> {
  const before = process.cpuUsage()
  await reader(cache, READS)
  const { system, user } = process.cpuUsage(before)
  return (1000 * (user + system)) / (reader === READERS['glance'] ? 10 * READS : READS)
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] as number
}

function missing(): never {
  throw new Error('A value is missing.')
}
