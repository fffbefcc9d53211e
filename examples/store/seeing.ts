// What the caches do, seen from inside: the dashboard with all processes and advice, for the shopkeeper.
import { env } from 'node:process'
import type { Context } from 'hono'
import { dashboard, type Dashboard } from 'breakwater/dashboard'
import { joinFleet } from 'breakwater/fleet'
import { adviser } from 'breakwater/metrics/advice'
import type { CachedPages } from './cached-pages.ts'
import type { openCaches } from './cache.ts'
import type { Database } from './database/database.ts'
import type { Env } from './shop.ts'

export interface Seeing {
  readonly board: Dashboard
  close(): Promise<void>
}

export function openSeeing(
  caches: ReturnType<typeof openCaches>['caches'],
  cachedPages: CachedPages,
  database: Database,
): Seeing {
  const fleet = joinFleet(caches)
  const advice = adviser([caches.default])
  const { home, category, product, search } = cachedPages
  const board = dashboard({
    caches,
    fleet,
    advice,
    pages: { home: home[0], category: category[0], product, search: search[0] },
    databaseQueries: () => database.queries,
    basePath: '/cache',
    title: 'Tern & Tide',
    // On one's own machine whoever asks may see it; in production the shopkeeper.
    ...(env['NODE_ENV'] === 'production' ? { authorize: shopkeeper } : {}),
  })
  return {
    board,
    async close() {
      board.close()
      advice.close()
      await fleet.leave()
    },
  }
}

function shopkeeper(_request: Request, native: unknown): string | false {
  const user = (native as Context<Env>).get('session')?.user
  return user?.isAdmin === true && user.name
}
