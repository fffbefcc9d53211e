import { serve } from '@hono/node-server'
import type { ServerType } from '@hono/node-server'
import { createApp } from './app.ts'
import { createCatalogue } from './catalogue.ts'
import { stockReader } from './data/stock.ts'
import { openDatabase } from './database/database.ts'
import type { Database } from './database/database.ts'
import { startRatesApi } from './rates/stand-in.ts'

export interface StoreOptions {
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
  const [database, ratesApi] = await Promise.all([openDatabase(options.databaseUrl), startRatesApi()])
  const catalogue = createCatalogue({ query: database.query, ratesUrl: ratesApi.url })

  let requests = 0
  const app = createApp({ database, catalogue, stock: stockReader(database.query) }, async () => ({
    atMs: performance.now(),
    requests,
    databaseQueries: database.queries,
    ratesRequests: ratesApi.requests,
    cache: NOTHING,
  }))

  const { server, port } = await listen((request) => {
    requests++
    return app.fetch(request)
  }, options.port)

  return {
    url: `http://127.0.0.1:${port}`,
    database,
    cacheName: 'none',
    async close() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await Promise.all([database.close(), ratesApi.close()])
    },
  }
}

const NOTHING = {
  store: 'none',
  hits: 0,
  stale: 0,
  misses: 0,
  loads: 0,
  hitRate: undefined,
  bytes: undefined,
  entries: undefined,
  clients: undefined,
}

async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  port: number,
): Promise<{ server: ServerType; port: number }> {
  return await new Promise((resolve, reject) => {
    const server = serve({ fetch, port, hostname: '127.0.0.1' }, (info) => resolve({ server, port: info.port }))
    server.once('error', reject)
  })
}
