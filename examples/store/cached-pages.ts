// The pages that are the same for everybody, kept whole. A visitor with a session sees their name and their cart on every
// page, so theirs are made for them, out of what catalogue.ts keeps.
import type { Cache } from 'breakwater'
import { cachePage } from 'breakwater/hono'
import type { Context } from 'hono'
import { hasSession } from './routes/session.ts'
import type { Env } from './shop.ts'

export type CachedPages = ReturnType<typeof cachePages>

export function cachePages(cache: Cache) {
  const forEverybody = { when: (c: Context<Env>) => !hasSession(c), cacheStatus: 'shop' }
  // Parameters that no view reads, such as those that newsletters add, lead to the same page.
  return {
    home: cachePage(cache, '5m', { ...forEverybody, allowQuery: [] }),
    category: cachePage(cache, '15m', { ...forEverybody, allowQuery: ['sort', 'page'] }),
    /** Without its stock, which `freshStock` puts in. */
    product: cachePage(cache, '15m', { ...forEverybody, allowQuery: ['reviews'] }),
    search: cachePage(cache, '5m', { ...forEverybody, allowQuery: ['q', 'page'] }),
  }
}
