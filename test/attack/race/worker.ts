// One process of a site. Its pages show a version that another process knows; each view stops until it is told.
import { createCaches, memory } from 'breakwater'
import { pageCache, purge, tag } from 'breakwater/http'
import { redis } from 'breakwater/redis'
import type { Order, Report, Way } from './messages.ts'

const { prefix, url } = JSON.parse(process.argv[2] ?? '{}') as { prefix: string; url?: string }
const { default: cache } = createCaches({
  default: { store: url === undefined ? memory() : redis(url), prefix, jitter: 0 },
})
const store = cache.namespace('pages')
const pages = pageCache(store, '10m', { cacheStatus: true })

const waiting = new Map<number, (version: number) => void>()
let views = 0

function tell(report: Report): void {
  process.send?.(report)
}

async function view(request: Request): Promise<Response> {
  tag('product:7')
  const version = await new Promise<number>((resolve) => {
    const number = ++views
    waiting.set(number, resolve)
    tell({ kind: 'view', view: number })
  })
  const language = request.headers.get('accept-language')
  return new Response(`version ${version} in ${language}`, {
    headers: { 'cache-groups': '"prices"', vary: 'Accept-Language' },
  })
}

async function get(path: string, language: string): Promise<string> {
  const headers = { 'accept-language': language }
  const got = await pages(new Request(`http://site.test${path}`, { headers }), view)
  return `${await got.text()}; ${got.headers.get('cache-status')}`
}

/** Resolves when it is promised that the old page is served no more. */
async function invalidate(way: Way, path: string): Promise<void> {
  const write = async (at: string, headers: Record<string, string> = {}): Promise<void> => {
    const request = new Request(`http://site.test${at}`, { method: 'POST' })
    await pages(request, () => new Response('written', { headers }))
  }
  switch (way) {
    case 'purge by url':
      return await purge(store, { url: `http://site.test${path}` })
    case 'purge by tag':
      return await purge(store, { tag: 'product:7' })
    case 'Cache-Group-Invalidation':
      return await write('/elsewhere', { 'cache-group-invalidation': '"prices"' })
    case 'a write at its address':
      return await write(path)
    case 'Location of another write':
      return await write('/elsewhere', { location: path })
    case 'clear of its namespace':
      return void (await store.clear())
    case 'clear':
      return void (await cache.clear())
  }
}

async function obey(order: Order): Promise<string> {
  switch (order.kind) {
    case 'get':
      return await get(order.path, order.language)
    case 'invalidate':
      await invalidate(order.way, order.path)
      return ''
    case 'waits':
      return String((await cache.stats()).waits)
    case 'version':
      waiting.get(order.view)?.(order.version)
      waiting.delete(order.view)
      return ''
    case 'close':
      await cache.close()
      return ''
  }
}

process.on('message', (order: Order) => {
  void obey(order).then((value) => tell({ kind: 'done', id: order.id, value }))
})
process.on('disconnect', () => process.exit(0))
tell({ kind: 'ready' })
