import type { Hono } from 'hono'
import type { JobNumbers } from '../jobs/jobs.ts'
import { renderCacheStats } from '../pages/cache-stats.ts'
import { sendPage } from '../shop.ts'
import type { Env, Shop } from '../shop.ts'

/** Running totals: the page takes the difference of two answers and divides it by the time between them. */
export interface StoreNumbers {
  readonly atMs: number
  readonly requests: number
  readonly databaseQueries: number
  readonly partsRendered: number
  readonly ratesRequests: number
  readonly cache: CacheNumbers
  readonly jobs: JobNumbers
}

/** The part of a cache's `stats()` that the page shows. `undefined` is what a store cannot know. */
interface CacheNumbers {
  readonly store: string
  readonly hits: number
  readonly stale: number
  readonly misses: number
  readonly loads: number
  readonly hitRate: number | undefined
  readonly bytes: number | undefined
  readonly entries: number | undefined
  readonly clients: number | undefined
  /** Of a Redis with a budget among others `budgetBytes`, `budgetUsed` and `budgetEvicted`. */
  readonly detail: Readonly<Record<string, string | number>>
}

export function addCacheStats(
  app: Hono<Env>,
  shop: Shop,
  numbers: () => Promise<StoreNumbers>,
): void {
  app.get('/cache-stats', async (c) => {
    return await sendPage(c, shop, {
      title: 'What the cache does',
      main: renderCacheStats(),
      script: '/assets/cache-stats.js',
    })
  })

  app.get('/cache-stats.json', async (c) => {
    c.header('cache-control', 'no-store')
    return c.json(await numbers())
  })
}
