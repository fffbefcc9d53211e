import { serve } from '@hono/node-server'
import type { ServerType } from '@hono/node-server'
import { trackChanges } from 'breakwater/data'
import { createApp } from './app.ts'
import { cachePages } from './cached-pages.ts'
import { createCatalogue } from './catalogue.ts'
import { stockReader } from './data/stock.ts'
import { openDatabase } from './database/database.ts'
import type { Database } from './database/database.ts'
import { openCaches } from './cache.ts'
import type { CacheChoice } from './cache.ts'
import { createParts } from './parts.ts'
import { Jobs } from './jobs/jobs.ts'
import { type MailService, recordMails } from './mails/stand-in.ts'
import { startRatesApi } from './rates/stand-in.ts'
import { openSeeing } from './seeing.ts'
import { Sessions } from './sessions.ts'

export interface StoreOptions extends CacheChoice {
  /** 0 takes any free port. */
  readonly port: number
  readonly databaseUrl: string | undefined
  /** Default: one that keeps them and sends nothing. */
  readonly mails?: MailService
}

export interface RunningStore {
  readonly url: string
  readonly database: Database
  readonly caches: ReturnType<typeof openCaches>['caches']
  readonly cacheName: string
  readonly jobs: Jobs
  close(): Promise<void>
}

/** Starts everything the shop needs, the server last. */
export async function startStore(options: StoreOptions): Promise<RunningStore> {
  const { caches, name: cacheName, parts: partsCache } = openCaches(options)
  const cache = caches.default
  const tracker = trackChanges([...new Set([cache, partsCache])])
  const [database, ratesApi] = await Promise.all([
    openDatabase(options.databaseUrl, tracker),
    startRatesApi(),
  ])
  // The embedded database begins anew at each start, and a Redis would remember its former life.
  if (options.databaseUrl === undefined) await cache.clear()
  const { query } = database
  const catalogue = createCatalogue({ cache, query, ratesUrl: ratesApi.url })
  const parts = createParts({ cache: partsCache, catalogue, query })

  const mails = options.mails ?? recordMails()
  const { redisUrl } = options
  // Pages are warmed by the way they are asked for, but without a network in between.
  const visit = async (url: string): Promise<Response> => await app.request(url)
  const jobs = new Jobs({ redisUrl, catalogue, query, mails, visit })

  const cachedPages = cachePages(cache, parts)
  const seeing = openSeeing(caches, cachedPages, database)
  const shop = {
    database,
    catalogue,
    cachedPages,
    board: seeing.board,
    parts,
    stock: stockReader(query),
    sessions: new Sessions(caches.sessions, query),
    jobs,
    mails,
  }

  let requests = 0
  const app = createApp(shop, async () => ({
    atMs: performance.now(),
    requests,
    databaseQueries: database.queries,
    partsRendered: parts.renders,
    ratesRequests: ratesApi.requests,
    cache: await cache.stats(),
    jobs: await jobs.numbers(),
  }))

  const { server, port } = await listen((request) => {
    requests++
    return app.fetch(request)
  }, options.port)

  const url = `http://127.0.0.1:${port}`
  jobs.start()
  if (!options.cacheOff) jobs.shopOpened(url)

  return {
    url,
    database,
    caches,
    cacheName,
    jobs,
    async close() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      // Jobs use all the others.
      await jobs.close()
      await seeing.close()
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
