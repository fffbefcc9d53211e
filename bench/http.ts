// What a hit costs over a bare handler: one page of 1 kB, in process, in web terms. `npm run bench http`.
import { createCaches, memory } from 'breakwater'
import { createFragments } from 'breakwater/fragments'
import { pageCache } from 'breakwater/http'

const ROUNDS = 7
/** What a hit on a page of 1 kB may cost over the bare handler, in µs. */
const GATE = 8
const FIELDS = [
  ['content-type', 'text/html'],
  ['Date', 'Sat, 28 Nov 2026 08:00:00 GMT'],
  ['ETag', '"AhF5YMEcrdb_RMUkUXErBh"'],
  ['Content-Length', '1024'],
  ['Age', '8'],
] as const
const REQUESTS = 20_000

const cache = createCaches({ default: { store: memory() } }).default
const pages = pageCache(cache, '1h', { cacheStatus: false })
const coding = pageCache(cache, '1h', { cacheStatus: false, compress: true })
const fragments = createFragments(cache, { holes: { who: () => '<b>Ann</b>' } })
const holed = pageCache(cache, '1h', { cacheStatus: false, holes: fragments.inPages() })
const body = 'x'.repeat(1024)
const view = (): Response => new Response(body, { headers: { 'Content-Type': 'text/html' } })
const bytes = Buffer.from(body)
// What a hit sends, made by hand: the platform takes longer for bytes than for text, and for each field.
const sameBytes = (): Response => {
  const response = new Response(bytes)
  for (const [name, value] of FIELDS) response.headers.append(name, value)
  return response
}
// 20 kB: many words, few of them twice in a row.
const row = (at: number): string =>
  `<li><a href="/product/${at}">Product ${at * 7919} of ${at % 13}</a></li>`
const html = Array.from({ length: 400 }, (_, at) => row(at)).join('\n')
const long = (): Response => new Response(html, { headers: { 'Content-Type': 'text/html' } })
const around = async (): Promise<Response> => {
  const text = `${await fragments.hole('who')}${html}`
  return new Response(text, { headers: { 'Content-Type': 'text/html' } })
}
const varied = (request: Request): Response => {
  return new Response(body + (request.headers.get('accept-language') ?? ''))
}

type Handler = (request: Request) => Promise<Response> | Response

const handlers: readonly (readonly [string, Handler])[] = [
  ['a bare handler', () => view()],
  ['the same, of bytes', () => sameBytes()],
  ['a hit', async (request) => await pages(request, view)],
  ['a hit on a variant', async (request) => await pages(request, varied)],
  ['a hit answered 304', async (request) => await pages(request, view)],
  ['a hit on 20 kB', async (request) => await coding(request, long)],
  ['the same with a hole', async (request) => await holed(request, around)],
  ['the same in gzip', async (request) => await coding(request, long)],
  ['the same in brotli', async (request) => await coding(request, long)],
]
const asks: readonly (readonly [string, Record<string, string>])[] = [
  ['/bare', {}],
  ['/bare', {}],
  ['/page', {}],
  ['/variant', { 'accept-language': 'de' }],
  ['/page', { 'if-none-match': '*' }],
  ['/long', {}],
  ['/holed', {}],
  ['/long', { 'accept-encoding': 'gzip' }],
  ['/long', { 'accept-encoding': 'gzip, deflate, br, zstd' }],
]

// The first variant lies under the URL's own key; the second is what a learned URL costs.
await (await pages(new Request('http://site.test/variant'), varied)).text()
const best = new Map<string, number>()
for (let round = 0; round < ROUNDS; round++) {
  for (const [index, [name, handler]] of handlers.entries()) {
    const [path, headers] = asks[index] as (typeof asks)[number]
    const took = await microsecondsEach(handler, `http://site.test${path}`, headers)
    best.set(name, Math.min(best.get(name) ?? Infinity, took))
  }
}
const bare = best.get('a bare handler') as number
process.stdout.write(
  `Node ${process.versions.node}, 1 kB page, best of ${ROUNDS} rounds of ${REQUESTS} requests, one at a time, µs of the processor\n`,
)
for (const [name, took] of best) {
  const more = name === 'a bare handler' ? '' : `   + ${(took - bare).toFixed(1)} µs`
  process.stdout.write(`${name.padEnd(22)}${took.toFixed(1).padStart(7)} µs${more}\n`)
}
const over = (best.get('a hit') as number) - bare
process.stdout.write(`a hit: at most + ${GATE} µs, ${over <= GATE ? 'met' : 'not met'}\n`)
const long20 = best.get('a hit on 20 kB') as number
const hole = ((best.get('the same with a hole') as number) / long20).toFixed(1)
process.stdout.write(`a hit on 20 kB with a hole costs ${hole} times one without\n`)
for (const coded of ['gzip', 'brotli']) {
  const ratio = (best.get(`the same in ${coded}`) as number) / long20
  process.stdout.write(`a hit in ${coded} costs ${ratio.toFixed(2)} of one without a coding\n`)
}
await cache.close()

async function microsecondsEach(
  handler: Handler,
  url: string,
  headers: Record<string, string>,
): Promise<number> {
  // Making requests is the client's cost.
  const requests = Array.from({ length: REQUESTS }, () => new Request(url, { headers }))
  // Of the processor, not of the clock: what else the machine does is not ours.
  const began = process.cpuUsage()
  for (const request of requests) await handler(request)
  const { system, user } = process.cpuUsage(began)
  return (system + user) / REQUESTS
}
