// What each caching strategy costs and shows: twenty simulated minutes of a shop, the same for all of them. Everything is counted and
// the clock is turned by hand, so the table is the same on every machine: `npm run bench strategies`.
import { type Cache, createCaches } from 'breakwater'
import { fakeClock, type FakeClock } from 'breakwater/testing'
import { type Product, Shop } from '../examples/strategies/shop.ts'

const SECONDS = 1200
const PRODUCTS = 200
const READS_PER_SECOND = 10
/** Prices change every so many seconds. */
const CHANGE_EVERY = 6

/** How a shop reads a product and changes its price under one strategy. */
interface Strategy {
  read(id: number): Promise<Product>
  change(id: number, price: number): Promise<void>
}

interface Row {
  readonly queries: number
  readonly stale: number
  readonly oldest: number
  readonly hitRate: number | undefined
  readonly cacheWrites: number
}

type Opening = (cache: Cache, shop: Shop) => Strategy

const TAGGED = (row: { readonly id: number }): string => `group:${row.id % 10}`

const STRATEGIES: readonly (readonly [string, Opening])[] = [
  [
    'no cache',
    (_, shop) => ({
      read: (id) => shop.product(id),
      change: async (id, price) => void (await shop.changePrice(id, price)),
    }),
  ],
  ['time-based, ttl 10 s', timeBased('10s')],
  ['time-based, ttl 60 s', timeBased('60s')],
  ['time-based, ttl 10 min', timeBased('10m')],
  [
    'event-based: the key',
    (cache, shop) => {
      const product = cache.define({
        key: (id: number) => ['product', id],
        load: (id) => shop.product(id),
        ttl: '1d',
      })
      return {
        read: async (id) => await product.get(id),
        change: async (id, price) => {
          await shop.changePrice(id, price)
          await product.invalidate(id)
        },
      }
    },
  ],
  [
    'tags: one for 20 products',
    (cache, shop) => {
      const product = cache.define({
        key: (id: number) => ['product', id],
        load: (id) => shop.product(id),
        tags: (id) => [TAGGED({ id })],
        ttl: '1d',
      })
      return {
        read: async (id) => await product.get(id),
        change: async (id, price) => {
          await cache.invalidateTags([TAGGED(await shop.changePrice(id, price))])
        },
      }
    },
  ],
  [
    'version-based: row read, rest cached',
    (cache, shop) => {
      const details = cache.define({
        key: (row: Product) => ['product', row.id, { version: row.version }],
        // What is dear about a product: as many queries as anywhere else for all of it.
        load: (row) => shop.product(row.id),
        ttl: '1d',
      })
      return {
        read: async (id) => await details.get(await shop.product(id)),
        change: async (id, price) => void (await shop.changePrice(id, price)),
      }
    },
  ],
  [
    'write-through',
    (cache, shop) => {
      const product = cache.define({
        key: (id: number) => ['product', id],
        load: (id) => shop.product(id),
        revision: (row) => row.version,
        ttl: '1d',
      })
      return {
        read: async (id) => await product.get(id),
        change: async (id, price) =>
          void (await product.set(id, await shop.changePrice(id, price))),
      }
    },
  ],
]

function timeBased(ttl: '10s' | '60s' | '10m'): Opening {
  return (cache, shop) => {
    const product = cache.define({
      key: (id: number) => ['product', id],
      load: (id) => shop.product(id),
      ttl,
    })
    return {
      read: async (id) => await product.get(id),
      change: async (id, price) => void (await shop.changePrice(id, price)),
    }
  }
}

/** Numbers from 0 up to 1, the same in each run (mulberry32). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A product as visitors choose it: the more known, the oftener; the first one in 17 of 100 cases. */
function chosen(random: () => number): number {
  return Math.min(PRODUCTS, Math.floor(PRODUCTS ** random()))
}

async function twentyMinutes(open: Opening): Promise<Row> {
  const clock: FakeClock = fakeClock()
  const random = dice(7)
  const caches = createCaches({ default: { clock, random: dice(11) } })
  const cache = caches.default
  const shop = new Shop(PRODUCTS)
  const strategy = open(cache, shop)
  /** When each product got the versions that it had. */
  const since = new Map<number, number[]>()
  let [stale, oldest, changes] = [0, 0, 0]
  for (let second = 1; second <= SECONDS; second++) {
    await clock.advance(1000)
    if (second % CHANGE_EVERY === 0) {
      const id = chosen(random)
      await strategy.change(id, Math.round(random() * 100))
      since.set(id, [...(since.get(id) ?? []), second])
      changes++
    }
    for (let read = 0; read < READS_PER_SECOND; read++) {
      const { id, version } = await strategy.read(chosen(random))
      const outdated = since.get(id)?.[version - 1]
      if (outdated === undefined) continue
      stale++
      oldest = Math.max(oldest, second - outdated)
    }
  }
  const { hits, invalidations, misses, removes, stores } = await cache.stats()
  await caches.close()
  return {
    queries: shop.queries - changes,
    stale,
    oldest,
    hitRate: hits + misses === 0 ? undefined : hits / (hits + misses),
    cacheWrites: stores + invalidations + removes,
  }
}

function line(cells: readonly string[]): string {
  const [name = '', ...numbers] = cells
  return name.padEnd(38) + numbers.map((each) => each.padStart(13)).join('')
}

const reads = SECONDS * READS_PER_SECOND
const lines = [
  `${reads.toLocaleString('en')} reads of ${PRODUCTS} products, ${SECONDS / CHANGE_EVERY} price changes, twenty minutes`,
  '',
  line(['', 'queries', 'hit rate', 'stale reads', 'oldest', 'cache writes']),
]
const rows = new Map<string, Row>()
for (const [name, open] of STRATEGIES) {
  const row = await twentyMinutes(open)
  rows.set(name, row)
  const { cacheWrites, hitRate, oldest, queries, stale } = row
  lines.push(
    line([
      name,
      queries.toLocaleString('en'),
      hitRate === undefined ? '–' : `${(100 * hitRate).toFixed(1)} %`,
      stale.toLocaleString('en'),
      stale === 0 ? '–' : `${oldest} s`,
      cacheWrites.toLocaleString('en'),
    ]),
  )
}
const exact = [
  'event-based: the key',
  'tags: one for 20 products',
  'version-based: row read, rest cached',
  'write-through',
]
const isExact = exact.every((name) => rows.get(name)?.stale === 0)
lines.push('', `${isExact ? '✓' : '✗'} Where a change is told, no read after it was stale.`, '')
process.stdout.write(lines.join('\n'))
process.exitCode = isExact ? 0 : 1
