// What an application leaves in a store, and what it finds there later.
import type { Caches } from '../../src/config/create-caches.ts'
import { createFragments } from '../../src/fragments/index.ts'
import { pageCache } from '../../src/http/index.ts'
import { sessionStore } from '../../src/sessions/index.ts'

/** Golden entries are to be found for years. Not longer: memcached keeps no item that ends after January 2038. */
const LONG = '4000d'
const PAGE = 'https://shop.example/products?page=2'

/** What only who wrote it knows. */
export interface Known {
  readonly sessionId: string
}

export async function fill(caches: Caches): Promise<Known> {
  const cache = caches.default
  await cache.set('plain', { name: 'Pear', since: new Date(0) }, { ttl: LONG })
  await cache.set(['product', 7, 'caf\u00e9'], new Map([['price', 1999]]), {
    ttl: LONG,
    tags: ['products', 'product:7'],
  })
  await cache.set('forever', 'and ever', { ttl: 'forever' })
  await cache.set('version', 'two', { ttl: LONG, version: 2 })
  await cache.namespace('tenant').set('name', 'Tern & Tide', { ttl: LONG })
  await cache.namespace('left').set('name', 'gone', { ttl: LONG })
  await cache.set('count', 41, { ttl: LONG })
  await cache.incr('count')
  await cache.set('tagged', 'gone', { ttl: LONG, tags: ['gone'] })
  await cache.getOrSet('loaded', () => [1, 2n], { ttl: LONG, tags: ['products'] })
  await cache.invalidateTags(['gone'])
  await cache.namespace('left').clear()

  const view = pages(caches, () => page())
  await (await view(new Request(PAGE, { headers: { 'accept-language': 'de' } }))).text()
  await (await view(new Request(PAGE, { headers: { 'accept-language': 'en' } }))).text()
  await fragmentOf(caches, () => '<b>made once</b>')
  const session = await sessionStore(caches.default, { ttl: LONG }).create({ user: 7, cart: ['a'] })
  return { sessionId: session.id }
}

/** What is found of it. Whatever would have to be made anew shows that. */
export async function look(caches: Caches, { sessionId }: Known): Promise<unknown> {
  const cache = caches.default
  const answer = await pages(
    caches,
    () => new Response('made anew'),
  )(new Request(PAGE, { headers: { 'accept-language': 'de' } }))
  const { tags, value } = await cache.lookup(['product', 7, 'caf\u00e9'])
  return {
    plain: await cache.get('plain'),
    product: { value, tags: [...tags] },
    forever: await cache.get('forever'),
    version: await cache.get('version', undefined, { version: 2 }),
    namespace: await cache.namespace('tenant').get('name'),
    cleared: await cache.namespace('left').get('name'),
    count: await cache.incr('count'),
    invalidated: await cache.get('tagged'),
    loaded: await cache.getOrSet('loaded', () => 'loaded anew'),
    page: {
      status: answer.status,
      language: answer.headers.get('content-language'),
      body: await answer.text(),
    },
    fragment: String(await fragmentOf(caches, () => 'made anew')),
    session: (await sessionStore(caches.default).load(sessionId))?.data,
  }
}

/** What {@link look} finds. */
export const FOUND = {
  plain: { name: 'Pear', since: new Date(0) },
  product: { value: new Map([['price', 1999]]), tags: ['products', 'product:7'] },
  forever: 'and ever',
  version: 'two',
  namespace: 'Tern & Tide',
  cleared: undefined,
  count: 43,
  invalidated: undefined,
  loaded: [1, 2n],
  page: { status: 200, language: 'de', body: '<h1>Seite 2</h1>' },
  fragment: '<b>made once</b>',
  session: { user: 7, cart: ['a'] },
}

function page(): Response {
  return new Response('<h1>Seite 2</h1>', {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': 'de',
      vary: 'Accept-Language',
    },
  })
}

function pages(caches: Caches, handler: () => Response): (request: Request) => Promise<Response> {
  const around = pageCache(caches.default, LONG, { tags: ['products'] })
  return async (request) => await around(request, handler)
}

async function fragmentOf(caches: Caches, render: () => string): Promise<unknown> {
  return await createFragments(caches).fragment('sidebar', [7], render, {
    ttl: LONG,
    tags: ['products'],
  })
}
