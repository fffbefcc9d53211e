// Measures of a shop that nobody runs: the same numbers in each run, so that its pictures are, too.
import type { FamilyMeasures, Histogram, Measures } from '../../src/base/measures.ts'

/** How a family of keys is used. */
interface Habit {
  readonly family: string
  /** A second. */
  readonly reads: number
  readonly hitRate: number
  readonly loadMs: number
  readonly bytes: number
  readonly ttlMs: number
}

const MINUTE = 60_000
const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000]

export const SHOP: readonly Habit[] = [
  { family: 'product:*', reads: 412, hitRate: 0.986, loadMs: 24, bytes: 1840, ttlMs: 15 * MINUTE },
  {
    family: 'category:*:products',
    reads: 208,
    hitRate: 0.991,
    loadMs: 61,
    bytes: 9200,
    ttlMs: 5 * MINUTE,
  },
  { family: 'price:*', reads: 176, hitRate: 0.942, loadMs: 9, bytes: 96, ttlMs: MINUTE },
  {
    family: 'product:*:reviews',
    reads: 94,
    hitRate: 0.973,
    loadMs: 138,
    bytes: 14_300,
    ttlMs: 60 * MINUTE,
  },
  { family: 'search:*', reads: 71, hitRate: 0.684, loadMs: 212, bytes: 6100, ttlMs: 2 * MINUTE },
  {
    family: 'recommendations:*',
    reads: 58,
    hitRate: 0.934,
    loadMs: 486,
    bytes: 2900,
    ttlMs: 30 * MINUTE,
  },
  { family: 'navigation', reads: 44, hitRate: 0.999, loadMs: 33, bytes: 4100, ttlMs: 60 * MINUTE },
  { family: 'rates:*', reads: 39, hitRate: 0.998, loadMs: 320, bytes: 210, ttlMs: 60 * MINUTE },
  { family: 'cart:*', reads: 18, hitRate: 0.41, loadMs: 12, bytes: 700, ttlMs: 30 * MINUTE },
  {
    family: 'export:*',
    reads: 0.6,
    hitRate: 0.12,
    loadMs: 1840,
    bytes: 412_000,
    ttlMs: 10 * MINUTE,
  },
]

export const PAGES: readonly Habit[] = [
  { family: 'page:*', reads: 236, hitRate: 0.957, loadMs: 84, bytes: 21_000, ttlMs: MINUTE },
]

export const SESSIONS: readonly Habit[] = [
  { family: 'sess:*', reads: 88, hitRate: 1, loadMs: 0, bytes: 420, ttlMs: 14 * 1440 * MINUTE },
]

/** Chance that is the same each time. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

type Growing<T> = { -readonly [Name in keyof T]: T[Name] }

/** One alias that counts. */
export class MadeUp {
  readonly #alias: string
  readonly #store: string
  readonly #habits: readonly Habit[]
  readonly #random: () => number
  readonly #since: number
  readonly #families: Growing<FamilyMeasures>[]
  readonly #latency = BOUNDS.map(() => 0).concat(0)
  readonly #loads = BOUNDS.map(() => 0).concat(0)
  #loadMs = 0
  #at: number
  health: Measures['health'] = {
    state: 'up',
    since: undefined,
    owed: 0,
    loadsRunning: 0,
    loadsQueued: 0,
  }
  slowLoads: Measures['slowLoads'] = []
  waits = 0

  constructor(alias: string, store: string, habits: readonly Habit[], since: number, seed = 7) {
    this.#alias = alias
    this.#store = store
    this.#habits = habits
    this.#random = dice(seed)
    this.#since = since
    this.#at = since
    this.#families = habits.map(({ bytes, family, ttlMs }) => ({
      ...ZERO,
      family,
      ttlMs,
      largestBytes: bytes * 3,
    }))
  }

  /** @param times as much as usual. @param missing as many misses as usual */
  pass(seconds: number, times = 1, missing = 1): void {
    this.#at += seconds * 1000
    for (const [at, habit] of this.#habits.entries()) {
      const family = this.#families[at] as Growing<FamilyMeasures>
      const reads = Math.round(habit.reads * seconds * times * (0.85 + this.#random() * 0.3))
      const misses = Math.min(
        reads,
        Math.round(reads * (1 - habit.hitRate) * missing * (0.7 + this.#random() * 0.6)),
      )
      const hits = reads - misses
      const stale = Math.round(hits * 0.004)
      const joined = Math.round(misses * Math.min(0.75, 0.18 * times))
      const loads = Math.max(0, misses - joined)
      family.hits += hits - stale
      family.stale += stale
      family.misses += misses
      family.joined += joined
      family.loads += loads
      family.stores += loads
      family.sized += loads
      family.bytes += loads * habit.bytes
      family.loadMs += loads * habit.loadMs
      family.savedMs += hits * habit.loadMs
      family.readMs += reads * 0.4
      family.invalidations += Math.round(this.#random() * 0.4)
      if (habit.family === 'search:*' && this.#random() > 0.92) family.loadErrors++
      this.waits += Math.round(misses * 0.12)
      this.#loadMs += loads * habit.loadMs
      count(this.#latency, hits, 0.35 + this.#random() * 0.2, this.#random)
      count(this.#latency, misses, habit.loadMs, this.#random)
      count(this.#loads, loads, habit.loadMs, this.#random)
    }
  }

  /** What its loads ask of the database. */
  queries(): number {
    return this.#families.reduce((all, { loads }) => all + loads * 1.4, 0)
  }

  measures(): Measures {
    const sum = (name: keyof typeof ZERO): number =>
      this.#families.reduce((all, family) => all + (family[name] ?? 0), 0)
    const stores = sum('stores')
    const latency: Histogram = { bounds: BOUNDS, counts: [...this.#latency], sumMs: sum('readMs') }
    const reads = sum('hits') + sum('misses') + sum('stale')
    return {
      alias: this.#alias,
      store: this.#store,
      at: this.#at,
      since: this.#since,
      counts: {
        hits: sum('hits'),
        misses: sum('misses'),
        stale: sum('stale'),
        loads: sum('loads'),
        loadErrors: sum('loadErrors'),
        joined: sum('joined'),
        waits: this.waits,
        stores,
        removes: 0,
        invalidations: sum('invalidations'),
        refusals: 0,
        undecodable: 0,
        outages: 0,
      },
      refusals: {},
      operations: { getOrSet: { calls: reads, errors: 0, latency } },
      families: this.#families.map((family) => ({ ...family })),
      loads: { bounds: BOUNDS, counts: [...this.#loads], sumMs: this.#loadMs },
      savedMs: sum('savedMs'),
      bytesRead: this.#families.reduce(
        (all, { hits }, at) => all + hits * (this.#habits[at] as Habit).bytes * 0.2,
        0,
      ),
      bytesWritten: sum('bytes'),
      evictions: Math.floor(stores / 900),
      near: {
        hits: sum('hits'),
        misses: sum('misses'),
        entries: 18_240,
        bytes: 41_800_000,
        maxBytes: 64_000_000,
      },
      health: this.health,
      slowLoads: this.slowLoads,
    }
  }
}

const ZERO = {
  hits: 0,
  misses: 0,
  stale: 0,
  loads: 0,
  loadErrors: 0,
  joined: 0,
  stores: 0,
  removes: 0,
  invalidations: 0,
  refusals: 0,
  loadMs: 0,
  savedMs: 0,
  readMs: 0,
  bytes: 0,
  sized: 0,
  largestBytes: 0,
}

/** Spread around what is usual, most of them a little below it. */
function count(counts: number[], number: number, usualMs: number, random: () => number): void {
  const shares = [0.28, 0.5, 0.16, 0.05, 0.01]
  const factors = [0.5, 0.9, 1.5, 2.8, 6]
  let left = number
  for (const [at, share] of shares.entries()) {
    const some = at === shares.length - 1 ? left : Math.min(left, Math.round(number * share))
    left -= some
    const ms = usualMs * (factors[at] as number) * (0.9 + random() * 0.2)
    const bucket = BOUNDS.findIndex((bound) => ms <= bound)
    const where = bucket === -1 ? BOUNDS.length : bucket
    counts[where] = (counts[where] as number) + some
  }
}
