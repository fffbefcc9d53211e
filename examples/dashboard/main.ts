// A dashboard over caches that are really used, by visitors that are made up. `npm run build && npm run build:programs`, then
// `node .build/examples/dashboard/main.js`, and open what it prints.
import { createServer } from 'node:http'
import { env } from 'node:process'
import { createCaches, memory } from 'breakwater'
import { dashboard } from 'breakwater/dashboard'
import { joinFleet } from 'breakwater/fleet'
import { pageCache } from 'breakwater/http'

const caches = createCaches({
  default: { store: env['REDIS_URL'] ?? memory({ maxBytes: '32mb' }), ttl: '30s', stale: '1m' },
  pages: { store: memory({ maxBytes: '16mb' }), ttl: '20s' },
  sessions: { store: memory(), ttl: '14d' },
})
const cache = caches.default
const pages = pageCache(caches.pages, '20s', { route: ({ url }) => routeOf(url) })
const fleet = joinFleet(caches)

let queries = 0
const board = dashboard({
  caches,
  fleet,
  pages: { site: pages },
  title: 'Made-up shop',
  basePath: '/cache',
  databaseQueries: () => queries,
})

/** What a database would answer, and how long that would take. */
async function query<T>(ms: number, answer: T): Promise<T> {
  queries++
  await new Promise((resolve) => setTimeout(resolve, ms * (0.5 + Math.random())))
  return answer
}

function routeOf(url: string): string {
  return new URL(url).pathname.replace(/\/product\/\d+/, '/product/:id')
}

/** Few things are asked for often and most of them seldom, as everywhere. */
function popular(most: number): number {
  return Math.floor(most ** Math.random())
}

async function visit(): Promise<void> {
  const id = popular(2000)
  const visitor = popular(300)
  await caches.sessions.getOrSet(['sess', `v${visitor}`], () => ({ visitor, cart: [] }))
  const page = await pages(new Request(`http://shop.example/product/${id}`), async () => {
    const product = await cache.getOrSet(['product', id], async ({ tag }) => {
      tag(`product:${id}`)
      return await query(18, { id, name: `Thing ${id}`, price: id * 7, supplierToken: 'secret' })
    })
    const reviews = await cache.getOrSet(['product', id, 'reviews'], () => query(60, [5, 4, 5]))
    return new Response(JSON.stringify({ product, reviews }), {
      headers: { 'content-type': 'application/json' },
    })
  })
  await page.text()
  if (Math.random() < 0.2)
    await cache.getOrSet(['search', `word ${popular(400)}`], () => query(150, [1, 2, 3]))
  if (Math.random() < 0.02) await cache.invalidateTags([`product:${id}`])
}

let waves = 0
const traffic = setInterval(() => {
  const visitors = 6 + 5 * Math.sin(waves++ / 60)
  for (let each = 0; each < visitors; each++) void visit()
}, 50)

const server = createServer((request, response) => void board.node(request, response))
server.listen(Number(env['PORT'] ?? 3010), () => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  process.stdout.write(`http://localhost:${port}/cache/\n`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clearInterval(traffic)
    board.close()
    server.closeAllConnections()
    server.close(() => void fleet.leave().then(() => caches.close()))
  })
}
