// A shop behind a dashboard: real caches and real pages, a clock that stands still, and numbers that are made up.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Cache, Caches } from '../../src/index.ts'
import { createCaches, memory } from '../../src/index.ts'
import { type Dashboard, dashboard, type DashboardOptions } from '../../src/dashboard/index.ts'
import type { FleetProcess } from '../../src/fleet/index.ts'
import { pageCache, type PageHandler, type PageSigns } from '../../src/http/index.ts'
import { type FakeClock, fakeClock } from '../../src/testing/index.ts'
import { MadeUp, PAGES, SESSIONS, SHOP } from './made-up.ts'

export const START = Date.parse('2026-11-28T12:00:00Z')

type Alias = 'default' | 'pages' | 'sessions'

export interface Stage {
  readonly clock: FakeClock
  readonly caches: Caches<Alias>
  readonly board: Dashboard
  readonly pages: PageHandler & PageSigns<Request>
  readonly shop: MadeUp
  readonly server: Server
  /** With a slash at its end. */
  readonly url: string
  /** What others do meanwhile; charts go on. */
  readonly pass: (seconds: number, times?: number, missing?: number) => void
  close(): Promise<void>
}

export async function openStage(options: Partial<DashboardOptions> = {}): Promise<Stage> {
  const clock = fakeClock(START - 900_000)
  const store = (): ReturnType<typeof memory> => memory({ maxBytes: '32mb' })
  const random = (): number => 0.5
  const caches = createCaches({
    default: { store: store(), clock, random, ttl: '15m', stale: '1h' },
    pages: { store: store(), clock, random, ttl: '1m' },
    sessions: { store: store(), clock, random, ttl: '14d' },
  })
  const pages = pageCache(caches.pages, '60s', { clock, route: (request) => routeOf(request.url) })
  const shop = new MadeUp('default', 'redis', SHOP, START - 7_200_000)
  const site = new MadeUp('pages', 'redis', PAGES, START - 7_200_000, 11)
  const visitors = new MadeUp('sessions', 'redis', SESSIONS, START - 7_200_000, 13)
  const made = [shop, site, visitors]
  for (const each of made) each.pass(6300)
  tell(caches.default, shop)
  tell(caches.pages, site)
  tell(caches.sessions, visitors)
  const board = dashboard({
    caches,
    clock,
    pages: { site: pages },
    title: 'Harbour Goods',
    databaseQueries: () => Math.round(shop.queries()),
    ...options,
  })
  const server = createServer((request, response) => void board.node(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const pass = (seconds: number, times = 1, missing = 1): void => {
    for (let passed = 0; passed < seconds; passed += 2) {
      for (const each of made) each.pass(2, times, missing)
      clock.tick(2000)
    }
  }
  return {
    clock,
    caches,
    board,
    pages,
    shop,
    server,
    url: `http://localhost:${(server.address() as AddressInfo).port}${options.basePath ?? ''}/`,
    pass,
    async close() {
      board.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await caches.close()
    },
  }
}

/** An alias whose counters are those of a shop that is used. */
function tell(cache: Cache, made: MadeUp): void {
  Object.defineProperty(cache, 'measures', { value: () => made.measures() })
}

function routeOf(url: string): string {
  const { pathname } = new URL(url)
  return pathname
    .replace(/\/product\/.+/, '/product/:id')
    .replace(/\/category\/.+/, '/category/:name')
}

/** A quarter of an hour: the launch of a product in the middle of it, and everything that pages have to show. */
export async function playLaunch({ caches, pages, pass, shop }: Stage): Promise<void> {
  pass(300)
  pass(8, 1.6, 4)
  pass(120, 2.6, 1.3)
  pass(240, 3.4)
  const cache = caches.default
  await cache.set(['product', 7], PRODUCT, { tags: ['product:7', 'category:kitchen'], ttl: '15m' })
  for (let id = 8; id < 60; id++) await cache.set(['product', id], { id, name: `Product ${id}` })
  await cache.getOrSet(['product', 7, 'reviews'], () => [{ stars: 5, text: 'Keeps its edge.' }])
  await caches.sessions.set('sess:3f9ab2c4d5e6', { user: 4711, cart: ['knife'] })
  for (const path of ['/', '/product/7', '/product/8', '/category/kitchen', '/account', '/cart'])
    for (let times = 0; times < 6; times++) await visit(pages, path)
  shop.slowLoads = [
    { key: 'export:orders:2026-11', durationMs: 4210, at: START - 512_000, failed: false },
    { key: 'recommendations:7', durationMs: 1932, at: START - 95_000, failed: false },
    { key: 'search:chef knife', durationMs: 1204, at: START - 40_000, failed: true },
    { key: 'product:7:reviews', durationMs: 871, at: START - 303_000, failed: false },
    { key: 'category:kitchen:products', durationMs: 402, at: START - 301_000, failed: false },
  ]
  shop.health = { ...shop.health, loadsRunning: 3, loadsQueued: 0 }
  pass(232, 2.8)
}

const PRODUCT = {
  id: 7,
  name: 'Chef’s knife, 20 cm',
  price: { cents: 8900, currency: 'EUR' },
  description: 'Forged from one piece of steel. Stays sharp for years.',
  sizes: [16, 20, 24],
  supplier: { name: 'Hansen & Søn', apiToken: 'never to be seen' },
  updatedAt: new Date(START - 86_400_000),
}

async function visit(pages: PageHandler, path: string): Promise<void> {
  const response = await pages(new Request(`https://shop.example${path}`), () => {
    if (path === '/account')
      return new Response('yours', { headers: { 'cache-control': 'private' } })
    if (path === '/cart') return new Response('cart', { headers: { 'set-cookie': 'cart=1' } })
    return new Response(`<p>${path}`, { headers: { 'content-type': 'text/html' } })
  })
  await response.text()
}

/** Four processes on two hosts, one of them young. */
export function madeUpFleet(clock: Pick<FakeClock, 'now'>): {
  look(): Promise<FleetProcess[]>
  looks: number
} {
  const processes = [
    { id: 'a1', host: 'web-1', pid: 4012, startedAt: START - 7_200_000 },
    { id: 'a2', host: 'web-1', pid: 4013, startedAt: START - 7_200_000 },
    { id: 'b1', host: 'web-2', pid: 871, startedAt: START - 7_100_000 },
    { id: 'b2', host: 'web-2', pid: 1604, startedAt: START - 140_000 },
  ].map((process, at) => {
    const made = new MadeUp('default', 'redis', SHOP, process.startedAt, 20 + at)
    made.pass((START - 900_000 - process.startedAt) / 1000 > 0 ? 6000 : 20, 0.5)
    return { process, made }
  })
  return {
    looks: 0,
    async look() {
      this.looks++
      return processes.map(({ made, process }) => {
        made.pass(2, 0.6)
        return {
          ...process,
          label: undefined,
          seenAt: clock.now() - 700,
          measures: [made.measures()],
        }
      })
    },
  }
}
