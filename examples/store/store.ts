import { serve } from '@hono/node-server'
import type { ServerType } from '@hono/node-server'
import { createApp } from './app.ts'
import { cachePages } from './cached-pages.ts'
import { createCatalogue } from './catalogue.ts'
import { stockReader } from './data/stock.ts'
import { openDatabase } from './database/database.ts'
import type { Database } from './database/database.ts'
import { openCaches } from './cache.ts'
import type { CacheChoice } from './cache.ts'
import { startRatesApi } from './rates/stand-in.ts'

export interface StoreOptions extends CacheChoice {
  /** 0 takes any free port. */
  readonly port: number
  readonly databaseUrl: string | undefined
}

export interface RunningStore {
  readonly url: string
  readonly database: Database
  readonly cacheName: string
  close(): Promise<void>
}

/** Starts everything the shop needs, the server last. */
export async function startStore(options: StoreOptions): Promise<RunningStore> {
  const [database, ratesApi] = await Promise.all([
    openDatabase(options.databaseUrl),
    startRatesApi(),
  ])
  const { caches, name: cacheName } = openCaches(options)
  const cache = caches.default
  // The embedded database begins anew at each start, and a Redis would remember its former life.
  if (options.databaseUrl === undefined) await cache.clear()
  const catalogue = createCatalogue({ cache, query: database.query, ratesUrl: ratesApi.url })

  const shop = {
    database,
    catalogue,
    cachedPages: cachePages(cache),
    stock: stockReader(database.query),
  }

  let requests = 0
  const app = createApp(shop, async () => ({
    atMs: performance.now(),
    requests,
    databaseQueries: database.queries,
    ratesRequests: ratesApi.requests,
    cache: await cache.stats(),
  }))

  const { server, port } = await listen((request) => {
    requests++
    return app.fetch(request)
  }, options.port)

  return {
    url: `http://127.0.0.1:${port}`,
    database,
    cacheName,
    async close() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await Promise.all([caches.close(), database.close(), ratesApi.close()])
    },
  }
}

async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  port: number,
): Promise<{ server: ServerType; port: number }> {
  return await new Promise((resolve, reject) => {
    const server = serve({ fetch, port, hostname: '127.0.0.1' }, (info) =>
      resolve({ server, port: info.port }),
    )
    server.once('error', reject)
  })
}
