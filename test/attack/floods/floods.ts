// Whoever may ask for anything asks for thousands of things. What is kept of them must stay within what was allowed.
import { createCaches, memory } from 'breakwater'
import { PageCache, tag, webExchange } from 'breakwater/http'
import { fakeClock } from 'breakwater/testing'
import { IS_LONG } from '../../setup/long.ts'

/** Far beyond every limit here. */
const ASKED = 1_000
/** Of what strangers send most: in `npm run test:long` as long as a small flood takes. */
const MANY = IS_LONG ? 10_000 : 2_000
export const MOST_BYTES = 1_000_000
export const MOST_ENTRIES = 400

interface Flood {
  readonly name: string
  /** How many are asked for. */
  readonly asked: number
  /** One of many requests, by its number. */
  readonly request: (number: number) => Request
  readonly view?: (request: Request, number: number) => Response
}

const at = (path: string, headers: Record<string, string> = {}): Request => {
  return new Request(`http://site.test${path}`, { headers })
}
const text = (body: string, headers: Record<string, string> = {}): Response => {
  return new Response(body, { headers })
}

export const FLOODS: readonly Flood[] = [
  { name: 'addresses', asked: MANY, request: (n) => at(`/product/${n}`) },
  { name: 'query strings', asked: ASKED, request: (n) => at(`/search?q=${n}`) },
  { name: 'hosts', asked: ASKED, request: (n) => new Request(`http://shop-${n}.test/`) },
  {
    name: 'cookies, which the page names in Vary',
    asked: MANY,
    request: (n) => at('/', { cookie: `sid=${n}` }),
    view: (_, n) => text(`page ${n}`, { vary: 'Cookie' }),
  },
  {
    name: 'languages, which the view reads',
    asked: ASKED,
    request: (n) => at('/', { 'accept-language': `x-${n}` }),
    view: (request) => text(`in ${request.headers.get('accept-language')}`),
  },
  {
    name: 'names of headers, one of which each view reads',
    asked: ASKED,
    request: (n) => at('/', { [`x-${n}`]: '1' }),
    view: (request, n) => text(`has ${request.headers.get(`x-${n}`)}`),
  },
  {
    name: 'tags',
    asked: ASKED,
    request: (n) => at(`/tagged/${n}`),
    view: (_, n) => {
      tag(`product:${n}`, `category:${n}`)
      return text(`page ${n}`)
    },
  },
  {
    name: 'private pages',
    asked: ASKED,
    request: (n) => at(`/private/${n}`),
    view: () => text('mine', { 'cache-control': 'private' }),
  },
  {
    name: 'tokens',
    asked: ASKED,
    request: (n) => at('/', { authorization: `Bearer ${n}` }),
    view: (request) => text(`for ${request.headers.get('authorization')}`),
  },
  {
    name: 'writes',
    asked: ASKED,
    request: (n) => new Request(`http://site.test/written/${n}`, { method: 'POST' }),
  },
]

interface Aftermath {
  readonly bytes: number
  readonly entries: number
  /** What the page cache itself still holds: pages being made, probed and refreshed, variants, timers. */
  readonly making: number
  readonly probing: number
  readonly refreshing: number
  readonly variants: number
  readonly timers: number
  /** How the next two requests for an ordinary page were answered. */
  readonly next: readonly string[]
}

/** What is left after a flood. */
export async function aftermath(flood: Flood): Promise<Aftermath> {
  const clock = fakeClock()
  const store = memory({ maxBytes: MOST_BYTES, maxEntries: MOST_ENTRIES })
  const cache = createCaches({ default: { store, clock, jitter: 0 } }).default
  const pages = new PageCache<Request>(cache, '60s', { clock, cacheStatus: true })
  const ask = async (request: Request, view: (given: Request) => Response): Promise<Response> => {
    return await pages.answer(webExchange(request, view, { incoming: request, once: false }))
  }
  await cache.get('open')
  const timers = clock.pending

  for (let n = 0; n < flood.asked; n++) {
    const view = flood.view ?? ((): Response => text(`page ${n}`))
    const got = await ask(flood.request(n), (given) => view(given, n))
    await got.text()
  }
  const next: string[] = []
  for (let n = 0; n < 2; n++) {
    const got = await ask(at('/ordinary'), () => text('ordinary'))
    await got.text()
    await quiet()
    next.push(String(got.headers.get('cache-status')))
  }
  const { bytes = NaN, entries = NaN } = await cache.stats()
  const { making, probing, refreshing, variants } = pages
  const left = {
    bytes,
    entries,
    making: making.size,
    probing: probing.size,
    refreshing: refreshing.size,
    variants: variants.count,
    timers: clock.pending - timers,
    next,
  }
  await cache.close()
  return left
}

async function quiet(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve))
}
