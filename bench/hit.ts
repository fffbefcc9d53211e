// What a hit costs that this process has in its own memory: against `Map.get` behind an `await`, which is the least that it
// can cost, given the same key. Each contender in its own loop, in rounds that take turns (every second one backwards), by
// processor time, collecting garbage included; medians, and the ratio as the median of the rounds' ratios.
//
// A key that is built for each call (a template string, as applications do) has to be flattened and hashed before any Map can
// find it, so the limit is given one, too. `npm run bench hit`, on the node that runs it; `-- get near` only what is named so.
import { type Cache, createCaches, memory } from 'breakwater'
import { redis } from 'breakwater/redis'
import { startRedis } from '../test/servers/redis.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 25)
/** Of one contender in one round. */
const CALLS = 10_000
const MANY = 100
const MOST_KEYS = 10_000

type KeyOf = (n: number) => string
/** Runs so many calls. */
type Run = (keyOf: KeyOf, calls: number) => Promise<void>

interface Contender {
  readonly name: string
  /** What it is measured against. */
  readonly against: string
  readonly gate: number
  readonly aim: number
  readonly run: Run
}

interface Keys {
  readonly name: string
  readonly of: KeyOf
}

const LIMIT = 'Map.get, awaited'
const names = Array.from({ length: MOST_KEYS }, (_, n) => `product:${n}:reviews`)
const ofConstant = (count: number): Keys => ({
  name: `${count.toLocaleString('en-US')} constant`,
  of: (n) => names[n % count] as string,
})
const ofBuilt = (count: number): Keys => ({
  name: `${count.toLocaleString('en-US')} built per call`,
  of: (n) => `product:${n % count}:reviews`,
})
const KEYS = [
  ofConstant(1),
  ofConstant(500),
  ofConstant(MOST_KEYS),
  ofBuilt(500),
  ofBuilt(MOST_KEYS),
]

const wanted = process.argv.slice(2)
const server = await startRedis()
let failed = false
try {
  const map = new Map(names.map((key) => [key, valueOf(key)]))
  const opened: Cache[] = []
  // Each contender has a cache of its own: what another one has just read lies in the processor's caches.
  const fresh = async (tags: readonly string[] = []): Promise<Cache> => {
    const cache = createCaches({ default: { store: memory({ maxBytes: '256mb' }), ttl: '1h' } })
    opened.push(cache.default)
    await filled(cache.default, tags)
    // Tags are judged in full only where some were invalidated.
    await cache.default.invalidateTags(['others'])
    return cache.default
  }
  const nearRedis = async (): Promise<Cache> => {
    const near = { ttl: '1h', maxStaleness: '1h', maxBytes: '256mb' } as const
    const prefix = `hit${opened.length}`
    const cache = createCaches({ default: { store: redis(server.url), near, ttl: '1h', prefix } })
    opened.push(cache.default)
    await filled(cache.default)
    await nearby(cache.default)
    return cache.default
  }
  const tags = ['products', 'reviews']
  const [first, second, third, fourth, fifth, sixth] = [
    await fresh(),
    await fresh(),
    await fresh(),
    await fresh(),
    await fresh(),
    await fresh(),
  ]
  const [tagged, taggedToo, many1] = [await fresh(tags), await fresh(tags), await fresh()]
  const [near, nearToo, many2] = [await nearRedis(), await nearRedis(), await nearRedis()]
  const product = fifth.define({ key: (key: string) => key, load: missing })

  const ofMany = `Map.get of ${MANY}, awaited`
  const contenders: readonly Contender[] = [
    { name: LIMIT, against: LIMIT, gate: Infinity, aim: 1, run: limit(map) },
    ours('get', LIMIT, 3, 1.6, (key) => first.get(key)),
    ours('getOrSet', LIMIT, 3, 1.6, (key) => second.getOrSet(key, missing)),
    ours("getOrSet, '5m'", LIMIT, 3, 1.6, (key) => third.getOrSet(key, missing, '5m')),
    ours('getOrSet, { ttl, tags }', 'getOrSet', 1.5, 1.2, (key) =>
      fourth.getOrSet(key, missing, { ttl: '5m', tags: ['products', 'reviews'] }),
    ),
    ours('get of a tagged value', 'get', 1.3, 1.1, (key) => tagged.get(key)),
    ours('getOrSet of a tagged value', 'getOrSet', 1.3, 1.1, (key) =>
      taggedToo.getOrSet(key, missing),
    ),
    ours('define(…).get', LIMIT, 4, 2, (key) => product.get(key)),
    ours('has', LIMIT, 3, 1.6, (key) => sixth.has(key)),
    ours('get, near Redis', LIMIT, 3, 1.6, (key) => near.get(key)),
    ours('getOrSet, near Redis', LIMIT, 3, 1.6, (key) => nearToo.getOrSet(key, missing)),
    { name: ofMany, against: LIMIT, gate: Infinity, aim: MANY, run: limitOfMany(map) },
    { name: `getMany of ${MANY}`, against: ofMany, gate: 5, aim: 2.9, run: many(many1) },
    {
      name: `getMany of ${MANY}, near Redis`,
      against: ofMany,
      gate: 5,
      aim: 2.9,
      run: many(many2),
    },
  ]
  const asked = contenders.filter(
    ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
  )
  const needed = new Set(asked.flatMap(({ name, against }) => [name, against, LIMIT]))
  process.stdout.write(
    `Node ${process.versions.node}, ${ROUNDS} rounds of ${CALLS} hits, µs of processor time per call\n`,
  )
  for (const keys of KEYS) {
    process.stdout.write(`\n${keys.name} ${keys.name.startsWith('1 ') ? 'key' : 'keys'}\n`)
    report(
      await measured(
        contenders.filter(({ name }) => needed.has(name)),
        keys,
      ),
    )
  }
  await Promise.all(opened.map((cache) => cache.close()))
} finally {
  await server.stop()
}
process.exitCode = failed ? 1 : 0

function valueOf(key: string): object {
  return { key, price: 1990, stars: [5, 4, 5] }
}

async function filled(cache: Cache, tags: readonly string[] = []): Promise<Cache> {
  for (const key of names) await cache.getOrSet(key, () => valueOf(key), { tags })
  return cache
}

/** Copies are made some time after the first announcement. */
async function nearby(cache: Cache): Promise<void> {
  for (;;) {
    await cache.getMany(names)
    if ((cache.measures().near?.entries ?? 0) >= MOST_KEYS) return
    await new Promise((resolve) => void setTimeout(resolve, 200))
  }
}

function missing(): never {
  throw new Error('A value is missing.')
}

function limit(map: ReadonlyMap<string, unknown>): Run {
  return async (keyOf, calls) => {
    for (let n = 0; n < calls; n++) if ((await map.get(keyOf(n))) === undefined) missing()
  }
}

function ours(
  name: string,
  against: string,
  gate: number,
  aim: number,
  call: (key: string) => Promise<unknown>,
): Contender {
  const run: Run = async (keyOf, calls) => {
    for (let n = 0; n < calls; n++) if ((await call(keyOf(n))) === undefined) missing()
  }
  return { name, against, gate, aim, run }
}

function keysFrom(keyOf: KeyOf, first: number): string[] {
  return Array.from({ length: MANY }, (_, at) => keyOf(first + at))
}

function limitOfMany(map: ReadonlyMap<string, unknown>): Run {
  return async (keyOf, calls) => {
    for (let n = 0; n < calls; n += MANY) {
      const found = new Map<string, unknown>()
      for (const key of keysFrom(keyOf, n)) found.set(key, map.get(key))
      if ((await Promise.resolve(found)).size === 0) missing()
    }
  }
}

function many(cache: Cache): Run {
  return async (keyOf, calls) => {
    for (let n = 0; n < calls; n += MANY)
      if ((await cache.getMany(keysFrom(keyOf, n))).size === 0) missing()
  }
}

type Costs = ReadonlyMap<Contender, readonly number[]>

async function measured(contenders: readonly Contender[], { of }: Keys): Promise<Costs> {
  const costs = new Map(contenders.map((each): [Contender, number[]] => [each, []]))
  // The first ones warm up.
  for (let round = -5; round < ROUNDS; round++) {
    for (const each of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const before = process.cpuUsage()
      await each.run(of, CALLS)
      const { system, user } = process.cpuUsage(before)
      const calls = each.name.includes(`of ${MANY}`) ? CALLS / MANY : CALLS
      if (round >= 0) costs.get(each)?.push((user + system) / calls)
    }
  }
  return costs
}

function report(costs: Costs): void {
  const byName = new Map([...costs].map(([{ name }, list]) => [name, list]))
  process.stdout.write('| call | µs | spread | against | ratio | gate | aim |  |\n')
  process.stdout.write('| --- | --- | --- | --- | --- | --- | --- | --- |\n')
  for (const [{ aim, against, gate, name }, list] of costs) {
    const base = byName.get(against) as readonly number[]
    const ratio = median(list.map((cost, round) => cost / (base[round] as number)))
    const fails = ratio > gate
    if (fails) failed = true
    const spread = `${quantile(list, 0.25).toFixed(3)}–${quantile(list, 0.75).toFixed(3)}`
    const goals =
      gate === Infinity ? ['', '', ''] : [`${gate} x`, `${aim} x`, mark(ratio, gate, aim)]
    const cells = [
      name,
      median(list).toFixed(3),
      spread,
      against,
      `${ratio.toFixed(2)} x`,
      ...goals,
    ]
    process.stdout.write(`| ${cells.join(' | ')} |\n`)
  }
}

function mark(ratio: number, gate: number, aim: number): string {
  if (ratio > gate) return '✗'
  return ratio > aim ? '✓' : '✓✓'
}

function quantile(list: readonly number[], share: number): number {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number
}

function median(list: readonly number[]): number {
  return quantile(list, 0.5)
}
