// npm start: the example store, with everything it needs.
import type { Bytes } from 'breakwater'
import { startStore } from './store.ts'

const startedAt = performance.now()
const store = await startStore({
  port: Number(process.env.PORT ?? 3000),
  databaseUrl: process.env.DATABASE_URL,
  redisUrl: process.env.REDIS_URL,
  cacheOff: process.env.CACHE === 'off',
  budget: process.env.CACHE_BUDGET as Bytes | undefined,
})

const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
console.log(`
  Tern & Tide, the example store of Breakwater

    shop      ${store.url}
    dashboard ${store.url}/cache/
    numbers   ${store.url}/cache-stats
    database  ${store.database.name}
    cache     ${store.cacheName}
    jobs      ${store.jobs.name}

  Ready after ${seconds} s. Ctrl+C stops it.
`)

let stopping = false
async function stop(): Promise<void> {
  // A second signal while stopping changes nothing: the first one is already being obeyed.
  if (stopping) return
  stopping = true
  await store.close()
  process.exit(0)
}
process.on('SIGINT', () => void stop())
process.on('SIGTERM', () => void stop())
