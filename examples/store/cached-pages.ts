// The pages that are the same for everybody, kept whole. A visitor with a session sees their name and their cart on every
// page: lists are kept around that for all of them, and a product, which also recommends to each what they have not bought, is
// made for them, out of what catalogue.ts keeps.
import type { Cache } from 'breakwater'
import { cachePage } from 'breakwater/hono'
import type { Context } from 'hono'
import type { Parts } from './parts.ts'
import { hasSession } from './routes/session.ts'
import type { Env } from './shop.ts'

export type CachedPages = ReturnType<typeof cachePages>

export function cachePages(cache: Cache, parts: Parts) {
  const forEverybody = { when: (c: Context<Env>) => !hasSession(c), cacheStatus: 'shop' }
  const forTheKnown = { when: hasSession, holes: parts.holes, prefix: 'known', cacheStatus: 'shop' }
  const both = (ttl: '5m' | '15m', allowQuery: readonly string[]) => {
    return [
      cachePage(cache, ttl, { ...forEverybody, allowQuery }),
      cachePage(cache, ttl, { ...forTheKnown, allowQuery }),
    ] as const
  }
  // Parameters that no view reads, such as those that newsletters add, lead to the same page.
  return {
    home: both('5m', []),
    category: both('15m', ['sort', 'page']),
    /** Without its stock, which `freshStock` puts in. */
    product: cachePage(cache, '15m', { ...forEverybody, allowQuery: ['reviews'] }),
    search: both('5m', ['q', 'page']),
  }
}
